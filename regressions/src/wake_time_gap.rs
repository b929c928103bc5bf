//! While a heap is adjusted, its wake time is too late for a moment. No issue of it is known.
//!
//! Since Go 1.23, `adjust` first makes `minWhenHeap` the earlier of `minWhenHeap` and `minWhenModified`, and then clears the
//! second, so that the earlier of the two stays right throughout. These are two steps, and a G publishes a time between them:
//!
//! ```text
//! M0, adjusting P0's heap                   M1, executing A
//! minWhenModified is 0: minWhenHeap = 21
//!                                           modifies T to 5: minWhenModified = 5
//! minWhenModified = 0
//!                                                           others see that P0's next timer fires at 21
//! looks at T: modified
//! minWhenHeap = 5
//! ```
//!
//! No timer is lost, as the state of T was published before. An M that reads the time in between stops or polls too long. The
//! M that adjusts makes up for it, unless it executes a G that it did not find as a spinner; and then that G must be one that
//! the other M, in its last look after the wrong read, did not find: one from the poller. So no program of the model without
//! descriptors shows more than the wrong time.
//!
//! The mend is to clear the word by a comparison with what was locked in. It is in the source of Go 1.23 to 1.27.3: time.go,
//! adjust 896-897 (1.27.3).

use runtime_model::steps::{Steps, TimerSteps1_23, GO_1_27, GO_FIXED, TIMER_STEPS_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "reset-while-cleared";
const AGAIN: &str = "timers-changed";
const WITH_ANOTHER: &str = "timers-cleared";
const COVERED: &str = "no timer is to fire before the wake time of its heap";

const fn with(base: Steps, from: TimerSteps1_23) -> Steps {
    let begin_adjust = from.begin_adjust;
    Steps { timers_1_23: TimerSteps1_23 { begin_adjust, ..base.timers_1_23 }, ..base }
}

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    with(base, TIMER_STEPS_FIXED)
}

const fn in_release(scenario: &'static str, fixed_row: &'static str) -> ExpectedFailure {
    ExpectedFailure {
        bug: "while a heap is adjusted, its wake time is too late for a moment",
        row: "GO_1_27",
        scenario,
        check: COVERED,
        fixed_row,
    }
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend {
        name: "wake-time-gap",
        bug: "a heap's wake time is too late for a moment",
        fixed_in,
    },
    expected: &[
        in_release(SCENARIO, "GO_1_27+fix-wake-time-gap"),
        in_release(AGAIN, "GO_1_27+fix-wake-time-gap"),
        // It shows the other bug too, by the same check.
        in_release(WITH_ANOTHER, "GO_1_27+fix-lost-modification-and-wake-time-gap"),
    ],
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "wake-time-gap",
    aliases: &[],
    title: "while a heap is adjusted, its wake time is too late for a moment",
    saw: "nothing that is known: other Ms nearly always make up for it",
    releases: "1.23 to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/time.go", "https://go.dev/cl/564977"],
    fixed: "nothing, in Go; here the word is cleared by a comparison with what was locked in",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "as-in-1.23",
        about: "adjust locks the wake time in, and then clears minWhenModified whatever it is",
        steps: with(GO_FIXED, GO_1_27.timers_1_23),
        shows: &[
            Shows::invariant(SCENARIO, COVERED).on(EXPLORE),
            Shows::invariant(AGAIN, COVERED).on(EXPLORE),
        ],
        masked: None,
    }],
};
