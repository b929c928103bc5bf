//! A P that was destroyed and is used again keeps the time of a timer that it had. No issue of it is known.
//!
//! Up to Go 1.22, `(*p).destroy` clears the words of the P's timers but for `timerModifiedEarliest`. If one of the timers was
//! modified to fire earlier, its new time stays there:
//!
//! ```text
//! A, on P1                           main, on P0
//! modifies T to 5
//!                                    GOMAXPROCS = 1: T goes to P0's heap
//!                                    GOMAXPROCS = 2: P1 has no timer, and timerModifiedEarliest is 5
//!                                                         from 5 on, P1 seems to have a due timer
//! ```
//!
//! From then on it is golang/go#51654: each M that spins finds a timer that is due, and a look at the empty heap clears nothing.
//! Under faketime, the clock stays at that time. In the source of 1.19.8: proc.go, destroy 4727-4742; time.go, moveTimers
//! 613-658. Since Go 1.23 the word is cleared (time.go, take 824).

use runtime_model::steps::{Steps, TimerSteps, GO_1_19, GO_1_19_FIXED, TIMER_STEPS};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows, Symptom};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "revived-p";
const COVERS: &str = "timerModifiedEarliest covers the timers modified to fire earlier";
const NAME: &str = "a P that is used again keeps the time of a timer that it had";

const fn with(base: Steps, from: TimerSteps) -> Steps {
    Steps { timers_1_19: TimerSteps { destroyed: from.destroyed, ..base.timers_1_19 }, ..base }
}

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    with(base, TIMER_STEPS)
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "revived-p", bug: NAME, fixed_in },
    expected: &[ExpectedFailure {
        bug: NAME,
        row: "GO_13F6BE28",
        scenario: SCENARIO,
        check: COVERS,
        fixed_row: "GO_13F6BE28+fix-revived-p",
    }],
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "revived-p",
    aliases: &[],
    title: NAME,
    saw: "nothing that is known; a CPU that is busy while nothing is to be done",
    releases: "1.16 to 1.22",
    references: &["https://go.dev/src/runtime/proc.go", "https://go.dev/issue/51654"],
    fixed: "with the timers of 1.23",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "kept",
        about: "timerModifiedEarliest is not cleared when its P is destroyed",
        steps: with(GO_1_19_FIXED, GO_1_19.timers_1_19),
        shows: &[
            Shows::symptom(SCENARIO, Symptom::Livelock).on(EXPLORE),
            Shows::invariant(SCENARIO, COVERS).on(EXPLORE),
        ],
        masked: None,
    }],
};
