//! golang/go#35272 and golang/go#35367: two states that did not say what they meant.
//!
//! Both are of the first months of the timers of 1.14. A timer that has left its heap (`timerRemoved`) can be set again,
//! by two Gs at once. The state was stored, not compared with:
//!
//! ```text
//! M0, executing main                   M1, executing A
//! the timer is timerRemoved
//!                                      the timer is timerRemoved
//! its state is another now
//!                                      its state is another now
//! adds it to P0's heap
//!                                      adds it to P1's heap: throw
//! ```
//!
//! And a timer that an M had taken off its heap, to put it where its new time belongs, was `timerWaiting` meanwhile. A G
//! that stops it takes it for one that is on a heap, and follows its pointer to the P, which is nil.

use runtime_model::steps::{Steps, TimerSteps, GO_1_19_FIXED, TIMER_STEPS};
use runtime_model::timers::TimerStatus;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, Mutant, Shows};

const STORED: Steps = Steps {
    timers_1_19: TimerSteps {
        claim_removed: |t, _| {
            t.status.store(TimerStatus::Modifying);
            true
        },
        ..TIMER_STEPS
    },
    ..GO_1_19_FIXED
};

const WAITING_OFF_THE_HEAP: Steps = Steps {
    timers_1_19: TimerSteps {
        held_to_move: |t| t.change(TimerStatus::Moving, TimerStatus::Waiting),
        moved: |_| {},
        ..TIMER_STEPS
    },
    ..GO_1_19_FIXED
};

/// The bugs and their rows.
pub const BUG: Bug = Bug {
    number: "35272",
    aliases: &["B38"],
    title: "a timer's state is stored, not compared; and one that is on no heap is timerWaiting",
    saw: "crashes with timer data corruption, or a nil pointer",
    releases: "none; the development of 1.14",
    references: &["https://go.dev/issue/35272", "https://go.dev/issue/35367"],
    fixed: "commits dc39be8b85 and c3cef0bfe5 (Go 1.14)",
    release: None,
    mutants: &[
        Mutant {
            name: "set-again-by-a-store",
            about: "a timer that was removed is claimed by a store, so that two Gs can claim it",
            steps: STORED,
            shows: &[Shows::symptom("two-resets", Throw("doaddtimer: P already set in timer"))],
            masked: None,
        },
        Mutant {
            name: "waiting-off-the-heap",
            about: "a timer that is being moved is timerWaiting while it is on no heap",
            steps: WAITING_OFF_THE_HEAP,
            shows: &[Shows::symptom(
                "stopped-while-moved",
                Throw("invalid memory address or nil pointer dereference"),
            )],
            masked: None,
        },
    ],
};
