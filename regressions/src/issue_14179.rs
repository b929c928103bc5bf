//! golang/go#14179: GC work that comes while an M gives up its P waits beside it.
//!
//! Before Go 1.8 the last look was at run queues alone. An M that spins has looked for GC work while it had its P. Work that comes
//! after that, and before the M has given up the P, wakes no other M: one spins already, or no P is idle.
//!
//! ```text
//! M0, executing main             M1, spinning
//!                                sees no work
//! publishes work; nmspinning is 1: wakes no M
//!                                drops P1; nmspinning--
//!                                looks at the run queues; parks
//!                                                     the work waits beside the idle P1
//! ```

use runtime_model::event::Event;
use runtime_model::find::Found;
use runtime_model::steps::{GcSteps, Steps, GC_1_19_FIXED, GO_1_19_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, Mutant, Shows, Symptom};

/// The check of GC work that no M comes for.
pub const WORK_WAITS: &str = "no GC work waits beside an idle P";

/// Leaves out the last look at GC work.
pub const NOT_LOOKED_AT: Steps = Steps {
    gc: GcSteps {
        recheck_gc: |sched, m| {
            sched.emit(m, Event::LeftOut("the second look for GC work"));
            Found::Nothing(0)
        },
        ..GC_1_19_FIXED
    },
    ..GO_1_19_FIXED
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "14179",
    aliases: &["B16"],
    title: "the last look does not look for GC work",
    saw: "a garbage collection that uses fewer CPUs than are idle",
    releases: "1.5 to 1.7",
    references: &["https://go.dev/issue/14179", "https://go.dev/cl/32434"],
    fixed: "commit 0bae74e8c9 (CL 32434)",
    release: None,
    mutants: &[Mutant {
        name: "not-looked-at",
        about: "the last look does not look for GC work",
        steps: NOT_LOOKED_AT,
        shows: &[
            Shows::invariant("gc-beside-busy", WORK_WAITS).on(&[Engine::Explore]),
            Shows::symptom("gc-beside-busy", Symptom::Hang).on(&[Engine::Explore]),
        ],
        masked: None,
    }],
};
