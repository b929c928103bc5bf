//! golang/go#27732: an M that runs a mark worker leaves the Gs of its P to themselves.
//!
//! A dedicated worker comes before all Gs, and has its P until no GC work is left. The G that its M would have run waits meanwhile.
//! When that G was published no other M was needed. Up to Go 1.11 the M ran the worker, and woke no other:
//!
//! ```text
//! M0, on P0
//! main gives up its P: it is on the queue of P0
//! there is GC work, and no dedicated worker: runs one
//!                                                     main waits beside the idle P1
//! ```
//!
//! So `schedule` wakes an M when it has found a worker (`tryWakeP`).

use runtime_model::event::Event;
use runtime_model::steps::{GcSteps, Steps, GC_1_19_FIXED, GO_1_19_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, Mutant, Shows};

const WAKES_NONE: Steps = Steps {
    gc: GcSteps {
        wake_beside_worker: |sched, m| sched.emit(m, Event::LeftOut("the wakeup of another M")),
        ..GC_1_19_FIXED
    },
    ..GO_1_19_FIXED
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "27732",
    aliases: &["B43"],
    title: "an M runs a mark worker, and wakes no other for the Gs of its P",
    saw: "goroutines that do not run for as long as a garbage collection takes, beside idle CPUs",
    releases: "1.5 to 1.11",
    references: &["https://go.dev/issue/27732", "https://go.dev/cl/146817"],
    fixed: "commit e56c73f17b (CL 146817)",
    release: None,
    mutants: &[Mutant {
        name: "wakes-none",
        about: "schedule wakes no M when it has found a mark worker",
        steps: WAKES_NONE,
        shows: &[
            Shows::invariant("gc-long", "no G is runnable beside an idle P").on(&[Engine::Explore])
        ],
        masked: None,
    }],
};
