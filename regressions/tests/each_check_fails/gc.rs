//! Breaks of mark workers, and of the limiter as a cycle uses it.

use regressions::{cl_496117, issue_14179};
use runtime_model::gc::{IdleMarkWorkers, WorkerMode};
use runtime_model::ids::PId;
use runtime_model::m::M;
use runtime_model::steps::{GcSteps, Steps, GC_1_19_FIXED, GC_FIXED, GO_1_19_FIXED, GO_FIXED};
use runtime_model::Sched;

use super::{of, of_newest, Break};

const BUSY: &str = "gc-beside-busy";
const MODE: &str = "a mark worker runs on a P that is in its mode, while workers may mark";
const IDLE: &str =
    "idleMarkWorkers counts the idle mark workers, and there are no more than may be";
const DEDICATED: &str =
    "dedicatedMarkWorkersNeeded is what is missing of the dedicated mark workers";
const PHASE: &str = "the limiter knows whether workers may mark";

const fn with(gc: GcSteps) -> Steps {
    Steps { gc, ..GO_1_19_FIXED }
}

/// The G that makes work does something besides.
macro_rules! submits {
    (|$sched:ident, $m:ident| $harm:expr) => {{
        fn enlist($sched: &Sched, $m: &M) {
            $harm;
            $sched.enlist_worker($m);
        }
        with(GcSteps { enlist_worker: enlist, ..GC_1_19_FIXED })
    }};
}

/// Any number of idle workers may run.
fn adds_one_more(sched: &Sched) -> bool {
    let old = sched.gc.idle_mark_workers.load();
    sched.gc.idle_mark_workers.store(IdleMarkWorkers { n: old.n + 1, ..old });
    true
}

/// The P gets a worker that none has asked for.
fn assigns_uncounted(sched: &Sched, p: PId) -> bool {
    let assigned = sched.assign_waiting_gc_worker(p);
    if assigned {
        sched.gc.dedicated_needed.add(1);
    }
    assigned
}

pub(super) const GC: &[Break] = &[
    // Whoever makes work has no busy G preempted.
    of(
        "the program finishes",
        "gc-needs-a-busy-p",
        with(GcSteps { enlist_worker: |_, _| {}, ..GC_1_19_FIXED }),
    ),
    of(MODE, BUSY, submits!(|sched, m| sched.p(m.p()).gc_mark_worker_mode.set(WorkerMode::Idle))),
    // No worker may mark any more, and one has not gone to the pool yet.
    of(
        MODE,
        BUSY,
        with(GcSteps {
            remove_idle_mark_worker: |sched| {
                sched.gc.blacken_enabled.store(false);
                sched.remove_idle_mark_worker();
            },
            ..GC_1_19_FIXED
        }),
    ),
    of(
        IDLE,
        "gc-dedicated-all",
        with(GcSteps { add_idle_mark_worker: adds_one_more, ..GC_1_19_FIXED }),
    ),
    of_newest(
        DEDICATED,
        "gc-at-start",
        Steps { gc: GcSteps { assign_at_start: assigns_uncounted, ..GC_FIXED }, ..GO_FIXED },
    ),
    of(issue_14179::WORK_WAITS, BUSY, issue_14179::NOT_LOOKED_AT),
    // The limiter.
    of(
        "assists are left out while the limiter's bucket is full",
        BUSY,
        submits!(|sched, _m| sched.limiter.enable(true)),
    ),
    of(PHASE, BUSY, submits!(|sched, _m| sched.gc.blacken_enabled.store(false))),
    of_newest(
        "sched.idleTime is the time for which Ps were idle",
        "assist-beside-idle",
        cl_496117::FORGOTTEN,
    ),
];
