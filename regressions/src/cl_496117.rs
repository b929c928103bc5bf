//! golang's CL 496117: time for which a P is idle, and which the limiter has counted already, is missing in `sched.idleTime`.
//!
//! A P that leaves the idle list adds to `sched.idleTime` for how long it was there. What an update of the limiter has taken out of
//! the event before (`consume`) is no longer in the event, and in Go 1.20 it was added nowhere else. What programs read as the idle
//! time of CPUs (runtime/metrics) was too little.

use runtime_model::limiter::{IdleTimeSteps, IDLE_TIME};
use runtime_model::steps::{GcSteps, Steps, GC_FIXED, GO_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, Mutant, Shows};

/// An update adds nothing to `sched.idleTime`.
pub const FORGOTTEN: Steps = Steps {
    gc: GcSteps { idle_time: Some(IdleTimeSteps { consumed: |_, _| {}, ..IDLE_TIME }), ..GC_FIXED },
    ..GO_FIXED
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "cl-496117",
    aliases: &["B29"],
    title: "idle time that the limiter has consumed is not in sched.idleTime",
    saw: "metrics with less idle CPU time than there was",
    releases: "1.20",
    references: &["https://go.dev/cl/496117"],
    fixed: "commit 24617a068c (CL 496117)",
    release: None,
    mutants: &[Mutant {
        name: "forgotten",
        about: "an update of the limiter adds nothing to sched.idleTime",
        steps: FORGOTTEN,
        shows: &[Shows::invariant(
            "assist-beside-idle",
            "sched.idleTime is the time for which Ps were idle",
        )
        .on(&[Engine::Explore])],
        masked: None,
    }],
};
