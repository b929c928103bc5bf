//! A timer that is modified while its heap is adjusted fires at its old time. No issue of it is known.
//!
//! Since Go 1.23, `adjust` clears `minWhenModified` and then locks the timers whose `astate` says that they were modified. So
//! a G that modifies a timer publishes the state in `astate` before the time. But if the word is earlier than the timer's new
//! time already, the G publishes neither, and the state follows when it releases the timer's lock:
//!
//! ```text
//! M0, adjusting P0's heap, as U is due      M1, executing A
//!                                           locks T, to modify it to 4
//!                                           minWhenModified is U's, which is earlier: publishes nothing
//! minWhenModified = 0
//! T's astate says that it is in its place
//! minWhenHeap = T's old time, 21
//!                                           astate = modified; unlocks T
//!                                                           no M knows of the time 4
//! ```
//!
//! The word that the G relied on is another timer's, and is cleared with that one. T fires when the heap is adjusted next, or
//! at its old time. It takes a timer that is modified to fire earlier, beside another one whose modified time has come.
//!
//! The mend is to publish the state before the word is read. It is in the source of Go 1.23 to 1.27.3: time.go, modify
//! 584-590 and adjust 896-910 (1.27.3).

use runtime_model::steps::{Steps, TimerSteps1_23, GO_1_27, GO_FIXED, TIMER_STEPS_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "modified-while-adjusted";
const COVERED: &str = "no timer is to fire before the wake time of its heap";

const fn with(base: Steps, from: TimerSteps1_23) -> Steps {
    let publish_modified = from.publish_modified;
    Steps { timers_1_23: TimerSteps1_23 { publish_modified, ..base.timers_1_23 }, ..base }
}

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    with(base, TIMER_STEPS_FIXED)
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "lost-modification", bug: "a timer's new time gets lost", fixed_in },
    expected: &[ExpectedFailure {
        bug: "a timer that is modified while its heap is adjusted fires at its old time",
        row: "GO_1_27",
        scenario: SCENARIO,
        check: COVERED,
        fixed_row: "GO_1_27+fix-lost-modification",
    }],
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "lost-modification",
    aliases: &[],
    title: "a timer that is modified while its heap is adjusted fires at its old time",
    saw: "a timer that was reset to fire earlier, and fires late",
    releases: "1.23 to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/time.go", "https://go.dev/cl/574741"],
    fixed: "nothing, in Go; here the state is published before minWhenModified is read",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "as-in-1.23",
        about: "the state of a modified timer is published early only if its time is the earliest",
        steps: with(GO_FIXED, GO_1_27.timers_1_23),
        shows: &[Shows::invariant(SCENARIO, COVERED).on(EXPLORE)],
        masked: None,
    }],
};
