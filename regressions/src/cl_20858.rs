//! golang's CL 20858: `runqempty` is true of a queue that was never empty.
//!
//! A run queue is a ring and `runnext`. An M that looks at one and then at the other may find both empty though
//! the queue never was:
//!
//! ```text
//! the owner                      the other
//! (a G in runnext)               the ring: head == tail
//! puts another G into the ring
//! takes runnext
//!                                runnext: none. Empty, it seems
//! ```
//!
//! A second look at the tail shows that it moved. In this model, only `goyield` puts a G on a ring and
//! wakes no M for it; elsewhere the wakeup that comes with the G makes up for the mistake.

use runtime_model::g::Guintptr;
use runtime_model::p::PId;
use runtime_model::steps::{Steps, GO_1_19_FIXED};
use runtime_model::Sched;
use sync::driver::Engine;

use crate::bug::Symptom::{Hang, Throw};
use crate::bug::{Bug, Mutant, Shows};

const WORK_WAITS: &str = "no G is runnable beside an idle P";
const SCENARIO: &str = "goyield-beside-newproc";

/// Looks at the ring and at `runnext`, once.
fn look_once(sched: &Sched, p: PId) -> bool {
    let p = &sched.allp[p.index()];
    p.runqhead.load() == p.runqtail.load() && p.runnext.load() == Guintptr::NIL
}

/// shuttle's samples are too few for it.
const EXHAUSTIVE: &[Engine] = &[Engine::Loom, Engine::Explore];

const LOOK_ONCE: Steps = Steps { runqempty: look_once, ..GO_1_19_FIXED };

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "cl-20858",
    aliases: &["B13"],
    title: "runqempty is true of a queue that was never empty",
    saw: "nothing but lost parallelism, for as long as the running goroutines like",
    releases: "1.5 and 1.6",
    references: &["https://go.dev/cl/20858"],
    fixed: "commit fcd7c02c70 (CL 20858, Go 1.7): the tail is read again",
    release: None,
    mutants: &[Mutant {
        name: "one-look",
        about: "without the second look at the tail",
        steps: LOOK_ONCE,
        shows: &[
            Shows::symptom(
                "kernel/runqempty",
                Throw("runqempty: true of a queue that was never empty"),
            ),
            Shows::invariant(SCENARIO, WORK_WAITS).within(3).on(EXHAUSTIVE),
            Shows::symptom(SCENARIO, Hang).within(3).on(EXHAUSTIVE),
        ],
        masked: None,
    }],
};
