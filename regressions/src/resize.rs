//! A change of GOMAXPROCS leaves out one of its steps.
//!
//! `runtime-model/src/resize.rs` has the steps. Without the third, what a P has when it is destroyed is on no queue or heap that
//! any M looks at.

use runtime_model::event::Event;
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, Mutant, Shows, Symptom};

const EXPLORE: &[Engine] = &[Engine::Explore];
const QUEUE: &str = "resize-beside-queue";
const TIMER: &str = "resize-beside-timer";
const NOTHING: &str = "a destroyed P has nothing";

/// The Gs stay on the queue.
pub const LEAVES_GS: Steps = Steps {
    destroy: |sched, _, m, p| {
        sched.emit(m, Event::LeftOut("the move of the P's Gs"));
        sched.move_timers(m, p);
    },
    ..GO_1_19_FIXED
};
/// The timers stay on the heap.
pub const LEAVES_TIMERS: Steps = Steps {
    destroy: |sched, locked, m, p| {
        sched.emit(m, Event::LeftOut("the move of the P's timers"));
        sched.move_gs(locked, m, p);
    },
    ..GO_1_19_FIXED
};
/// The same with the timers of Go 1.23.
pub const LEAVES_TIMERS_IN_1_27: Steps = Steps { destroy: LEAVES_TIMERS.destroy, ..GO_FIXED };

const LOSES_TIMERS: &[Shows] = &[
    Shows::symptom(TIMER, Symptom::Hang).on(EXPLORE),
    Shows::invariant(TIMER, NOTHING).on(EXPLORE),
];

/// The steps that are left out.
pub const BUG: Bug = Bug {
    number: "resize",
    aliases: &[],
    title: "a P that is destroyed takes something with it",
    saw: "Gs that never run again after GOMAXPROCS has shrunk",
    releases: "none; steps that are left out",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "destroy moves Gs and timers",
    release: None,
    mutants: &[
        Mutant {
            name: "leaves-gs",
            about: "the Gs of a P that is destroyed stay on its queue",
            steps: LEAVES_GS,
            shows: &[
                Shows::symptom(QUEUE, Symptom::Hang).on(EXPLORE),
                Shows::invariant(QUEUE, NOTHING).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "leaves-timers",
            about: "the timers of a P that is destroyed stay on its heap",
            steps: LEAVES_TIMERS,
            shows: LOSES_TIMERS,
            masked: None,
        },
        Mutant {
            name: "leaves-timers-in-1.27",
            about: "the same with the timers of 1.23",
            steps: LEAVES_TIMERS_IN_1_27,
            shows: LOSES_TIMERS,
            masked: None,
        },
    ],
};
