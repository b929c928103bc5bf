//! Under faketime, a timer that is added while another M polls is left to that M, which stops. No issue of
//! it is known.
//!
//! An M that found no work but knows of a pending timer polls before it stops. Meanwhile `wakeNetPoller`
//! sends it a break instead of waking an M. In real time the break ends the poll. Under faketime the poll
//! does not wait, so it does not notice the break:
//!
//! ```text
//! M0, executing main             M1, after its last look
//!                                knows of a timer in the future: lastpoll = 0
//! adds a timer that is due
//! lastpoll is 0: sends a break
//!                                polls, finds nothing; lastpoll = now; parks
//!                                                              the timer waits beside the idle P1
//! ```
//!
//! It is not `due-timer`: M1's last look is over when the timer is added, so taking a P for a timer that the
//! last look sees does not help. It matters only to a program that keeps its P busy until the timer has run.

use runtime_model::steps::{Steps, GO_13F6BE28, GO_1_19_FIXED};

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    Steps { wake_beside_poller: GO_1_19_FIXED.wake_beside_poller, ..base }
}

const AS_IN_1_19: Steps =
    Steps { wake_beside_poller: GO_13F6BE28.wake_beside_poller, ..GO_1_19_FIXED };

/// With `due-timer`'s bug, a release fails on the same program by that; so the row has that one mended.
const fn in_release(row: &'static str, fixed_row: &'static str) -> ExpectedFailure {
    ExpectedFailure {
        bug: "a timer added while an M polls is left to that M, which stops",
        row,
        scenario: "pollers-window",
        check: "no timer is due beside an idle P",
        fixed_row,
    }
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend {
        name: "pollers-window",
        bug: "a timer added while an M polls, under faketime",
        fixed_in,
    },
    expected: &[
        in_release("GO_13F6BE28+fix-due-timer", "GO_13F6BE28+fix-due-timer-and-pollers-window"),
        in_release("GO_1_27+fix-due-timer", "GO_1_27+fix-due-timer-and-pollers-window"),
        // A timer is work, too: the waker that finds no P has added one.
        ExpectedFailure {
            bug: "golang/go#45867, with a timer as the work",
            row: "GO_13F6BE28+fix-due-timer-and-pollers-window",
            scenario: "pollers-window-early",
            check: "no timer is due beside an idle P",
            fixed_row: "GO_13F6BE28+fix-45867+fix-due-timer-and-pollers-window",
        },
    ],
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "pollers-window",
    aliases: &[],
    title: "under faketime, a timer added while an M polls is left to that M, which stops",
    saw: "a program that keeps its P busy until a timer has run never goes on, though a P is idle",
    releases: "1.19 to 1.27.3, the newest; under faketime alone",
    references: &["https://go.dev/src/runtime/proc.go", "https://go.dev/src/runtime/time_fake.go"],
    fixed: "nothing, in Go; here an M is woken even if another polls",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "as-in-1.19",
        about: "a timer that is added while an M polls wakes no other M",
        steps: AS_IN_1_19,
        shows: &[
            Shows::invariant("pollers-window", "no timer is due beside an idle P"),
            Shows::symptom("pollers-window", Hang),
        ],
        masked: None,
    }],
};
