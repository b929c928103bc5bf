//! golang/go#38070: an M waits for a timer that only itself could let go of.
//!
//! A G that changes a timer has it to itself for a moment: the state is `timerModifying`, and other Ms wait for its end.
//! If the G is preempted in that moment, its own M looks for work next, and comes to the timer:
//!
//! ```text
//! M0, executing main
//! the timer is timerModifying
//! is preempted: main goes to the global queue
//! looks at its P's timers; one is due
//! that one is timerModifying: waits, with the heap's lock
//!                                            main waits for an M
//! ```
//!
//! Go keeps the G on its M as long as the timer is in that state (`acquirem`).

use runtime_model::steps::{Steps, TimerSteps, GO_1_19_FIXED, TIMER_STEPS};

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, Mutant, Shows};

const PREEMPTED: Steps = Steps {
    timers_1_19: TimerSteps { preempts_in_claim: |_| true, ..TIMER_STEPS },
    ..GO_1_19_FIXED
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "38070",
    aliases: &["B25"],
    title: "a G is preempted while it modifies a timer, for which its M then waits",
    saw: "a program that hangs, with a thread that uses all of a CPU in runtimer",
    releases: "1.14",
    references: &[
        "https://go.dev/issue/38070",
        "https://go.dev/issue/38023",
        "https://go.dev/cl/225497",
        "https://go.dev/cl/224902",
    ],
    fixed: "commits 355f53f0a0 and e8be350d78 (CL 224902, CL 225497; Go 1.14.2)",
    release: None,
    mutants: &[Mutant {
        name: "preempted-with-a-timer",
        about: "a G can be preempted while a timer is timerModifying",
        steps: PREEMPTED,
        shows: &[
            Shows::invariant("preempted-modify", "an M that does not move is idle or busy"),
            Shows::symptom("preempted-modify", Hang),
            // Where its M does not come to the timer meanwhile, the G goes on.
            Shows::holds("preempted-changes"),
        ],
        masked: None,
    }],
};
