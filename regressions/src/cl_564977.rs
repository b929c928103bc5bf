//! golang's CL 564977: a heap seems empty for a moment while a timer is moved within it.
//!
//! A thief that finds a modified timer takes it off the heap and puts it where its new time belongs. Meanwhile
//! `numTimers` is one less, and may be 0. An M that idles the P clears its bit in `timerpMask` if the P has no timers:
//!
//! ```text
//! M0, a thief, on P0                      M1, about to drop P1
//! takes the timer off: numTimers = 0
//!                                         numTimers is 0: clears P1's bit
//! puts it back: numTimers = 1
//!                                                        no thief looks at P1's timer any more
//! ```
//!
//! In 1.19 the M that drops the P looks again under the heap's lock. Since 1.23 there is no such second look: there the
//! number is published when the lock is released.

use runtime_model::steps::{Steps, GO_1_19_FIXED};
use runtime_model::Sched;

use crate::bug::Symptom::Livelock;
use crate::bug::{Bug, Mutant, Shows};

const LOOKS_ONCE: Steps =
    Steps { update_timer_p_mask: Sched::update_timer_p_mask_from_len, ..GO_1_19_FIXED };

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "cl-564977",
    aliases: &["B41"],
    title: "a heap seems empty for a moment while a timer is moved within it",
    saw: "timers that fire late",
    releases: "none; the development of 1.23",
    references: &["https://go.dev/cl/564977", "https://go.dev/cl/568336"],
    fixed: "in 1.19 the second look of updateTimerPMask; in 1.23 commits 85bbb12141 and 3c39b2ed11",
    release: None,
    mutants: &[Mutant {
        name: "looks-once",
        about: "a P's timer bit is cleared if numTimers is 0, without a look under the lock",
        steps: LOOKS_ONCE,
        shows: &[
            Shows::invariant("moved-by-a-thief", "timerpMask covers every P that may have timers"),
            Shows::symptom("moved-by-a-thief", Livelock),
        ],
        masked: None,
    }],
};
