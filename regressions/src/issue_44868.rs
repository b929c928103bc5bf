//! golang/go#44868: a timer is added to the heap of a P that is not its G's any more.
//!
//! `addtimer` read which P is its M's, and the G was preempted before it locked that P's timers. It goes on with another
//! P. The first may be idle meanwhile, and as it had no timers, its bit in `timerpMask` is clear: no thief looks for
//! timers there, nor does the last look.
//!
//! ```text
//! M1, executing A on P1                    M0, on P0
//! reads that its P is P1
//! is preempted: A goes to the global queue
//!                                          takes A
//! finds no work; P1 is idle, bit clear
//!                                          A adds its timer to the heap of P1
//!                                          finds no work; stops
//!                                                            the timer is on a heap that no M looks at
//! ```
//!
//! Under faketime the clock jumps to the timer, as `timeSleepUntil` looks at all heaps; but the M that is woken may have
//! P0, and does not find it. Go keeps the G on its M from the look at the P to the wakeup (`acquirem`). The same came back
//! with the timers of 1.23 (golang/go#66006).

use runtime_model::steps::{Steps, TimerSteps, GO_1_19_FIXED, TIMER_STEPS};
use sync::driver::Engine;

use crate::bug::Symptom::Livelock;
use crate::bug::{Bug, Mutant, Shows};

const PREEMPTED: Steps =
    Steps { timers_1_19: TimerSteps { preempts_in_add: |_| true, ..TIMER_STEPS }, ..GO_1_19_FIXED };

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "44868",
    aliases: &["B05"],
    title: "a G is preempted between reading its P and locking that P's timers",
    saw: "a timer of 0 ns that takes two minutes to fire; timers that never fire once GOMAXPROCS is reduced",
    releases: "1.14 to 1.16.2 (seen since 1.16), and again in the development of 1.23",
    references: &[
        "https://go.dev/issue/44868",
        "https://go.dev/issue/45716",
        "https://go.dev/issue/66006",
        "https://go.dev/cl/300610",
    ],
    fixed: "commit aa26687e45 (CL 300610, Go 1.16.3)",
    release: None,
    mutants: &[Mutant {
        name: "preempted-with-a-p",
        about: "a G can be preempted between reading its P and locking that P's timers",
        steps: PREEMPTED,
        shows: &[
            Shows::invariant("preempted-add", "timerpMask covers every P that may have timers"),
            // It takes 3 preemptions, which loom finds after 19,000 executions.
            Shows::symptom("preempted-add", Livelock).on(&[Engine::Explore, Engine::Shuttle]),
            // golang/go#45716: the P is destroyed meanwhile.
            Shows::invariant("preempted-add-resize", "a timer is where its state says")
                .on(&[Engine::Explore]),
        ],
        masked: None,
    }],
};
