//! A sleeper's timer is added before its G has parked. Go has a function of its own against that (`resetForSleep`).
//!
//! From the moment at which a timer is on a heap, any M may run it. If the sleep is short, the timer wakes a G that has not
//! parked yet:
//!
//! ```text
//! M0, executing main                     M1, spinning
//! adds the timer
//!                                        the timer is due: readies main, which is running
//! ```
//!
//! So the G parks first. Then `gopark` calls the function that adds the timer, on the M that has just given up the G.

use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use runtime_model::timers::add_then_park;
use sync::driver::Engine;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SHOWN: &[Shows] = &[
    Shows::symptom("sleep-beside-thief", Throw("bad g->status in ready")).on(EXPLORE),
    Shows::invariant("sleep-beside-thief", "a G is in one place").on(EXPLORE),
];

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "timer-before-park",
    aliases: &[],
    title: "a sleeper's timer is added before its G has parked",
    saw: "nothing: Go has always parked the G first",
    releases: "none",
    references: &["https://go.dev/src/runtime/time.go"],
    fixed: "resetForSleep, since the timers are those of Ps (Go 1.14)",
    release: None,
    mutants: &[
        Mutant {
            name: "with-the-timers-of-1.19",
            about: "a G that goes to sleep adds its timer, and then parks",
            steps: Steps { parks_to_sleep: add_then_park, ..GO_1_19_FIXED },
            shows: SHOWN,
            masked: None,
        },
        Mutant {
            name: "with-the-timers-of-1.27",
            about: "the same with the newer timers",
            steps: Steps { parks_to_sleep: add_then_park, ..GO_FIXED },
            shows: SHOWN,
            masked: None,
        },
    ],
};
