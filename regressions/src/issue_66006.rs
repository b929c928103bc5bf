//! golang/go#66006: with the timers of Go 1.23, a timer is added to the heap of a P that is not its G's any more.
//!
//! It is golang/go#44868 come back: `maybeAdd` read which P is its M's, and the G could be preempted before it locked that P's
//! timers (`issue_44868.rs` has the schedule). Between the timer's own lock, which it has released, and the heap's, it holds no
//! lock that would keep it on its M.

use runtime_model::steps::{Steps, TimerSteps1_23, GO_FIXED, TIMER_STEPS_FIXED};
use sync::driver::Engine;

use crate::bug::Symptom::Livelock;
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "preempted-add";

const PREEMPTED: Steps = Steps {
    timers_1_23: TimerSteps1_23 { preempts_in_add: |_| true, ..TIMER_STEPS_FIXED },
    ..GO_FIXED
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "66006",
    aliases: &["N10"],
    title:
        "a G is preempted between reading its P and locking that P's timers, as in golang/go#44868",
    saw: "timers that fire minutes late",
    releases: "none; the development of 1.23",
    references: &["https://go.dev/issue/66006", "https://go.dev/cl/571196"],
    fixed: "commit 2965dc9895 (CL 571196, Go 1.23)",
    release: None,
    mutants: &[Mutant {
        name: "preempted-with-a-p",
        about:
            "in maybeAdd, a G can be preempted between reading its P and locking that P's timers",
        steps: PREEMPTED,
        shows: &[
            Shows::invariant(SCENARIO, "timerpMask covers every P that may have timers")
                .on(EXPLORE),
            Shows::symptom(SCENARIO, Livelock).on(EXPLORE),
        ],
        masked: None,
    }],
};
