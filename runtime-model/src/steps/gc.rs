//! The places where the GC's workers may be wrong.

use crate::find::Found;
use crate::ids::PId;
use crate::limiter::{Bucket, IdleTimeSteps, IDLE_TIME};
use crate::m::M;
use crate::sched::Sched;

/// The steps of the GC that regressions replace.
#[derive(Clone, Copy)]
pub struct GcSteps {
    /// An M is about to run a dedicated worker, and the Gs of its P wait: wake another M? (golang/go#27732)
    ///
    /// Go: proc.go, schedule 3240-3244 (1.19.8), 4233-4237 (1.27.3).
    pub wake_beside_worker: fn(&Sched, &M),
    /// The last look: is there GC work by now, and a P and a worker for it? The P is `m`'s then. (golang/go#14179; for dedicated
    /// workers, Go never looks, and no issue is known.)
    ///
    /// Go: proc.go, findRunnable 2790-2804 (1.19.8), 3717-3732 (1.27.3).
    pub recheck_gc: fn(&Sched, &mut M) -> Found,
    /// A G has made work for the GC: wake an M that runs a worker? (golang/go#19112, `enlist-beside-drop`)
    ///
    /// Go: mgcpacer.go, enlistWorker 770-806 (1.19.8), 695-748 (1.27.3).
    pub enlist_worker: fn(&Sched, &M),
    /// A P is to be handed off: is there GC work for it? (golang/go#13645) Go: proc.go, handoffp 2368-2372 (1.19.8), 3160-3164
    /// (1.27.3).
    pub work_at_handoff: fn(&Sched) -> bool,
    /// The world starts while workers mark: does this P, which has no Gs, get a dedicated one?
    ///
    /// Go: proc.go, procresize 6253-6285 (1.27.3; since 1.26).
    pub assign_at_start: fn(&Sched, PId) -> bool,
    /// May one more idle worker run? Go: mgcpacer.go, addIdleMarkWorker 1481-1499 (1.19.8), 1437-1455 (1.27.3).
    pub add_idle_mark_worker: fn(&Sched) -> bool,
    /// An idle worker has stopped. Go: mgcpacer.go, removeIdleMarkWorker 1516-1529 (1.19.8), 1472-1485 (1.27.3).
    pub remove_idle_mark_worker: fn(&Sched),
    /// GOMAXPROCS changes, and the limiter's bucket with it: is the limiter enabled from now on, if that is to be stored?
    /// (`full-bucket`; no issue is known.)
    ///
    /// Go: mgclimit.go, resetCapacity 331-340 (1.19.8), 329-338 (1.27.3).
    pub resize_bucket: fn(&mut Bucket, u32) -> Option<bool>,
    /// What counts `sched.idleTime`, which Go has since 1.20. (golang's CL 496117)
    pub idle_time: Option<IdleTimeSteps>,
}

/// The GC as in Go 1.19, with a wakeup for work that is submitted, which Go has since 1.26, and a last look: both are ours.
pub const GC_1_19_FIXED: GcSteps = GcSteps {
    wake_beside_worker: Sched::wakep,
    recheck_gc: Sched::check_gc_no_p,
    enlist_worker: Sched::enlist_worker,
    work_at_handoff: Sched::gc_work_at_handoff,
    assign_at_start: |_, _| false,
    add_idle_mark_worker: Sched::add_idle_mark_worker,
    remove_idle_mark_worker: Sched::remove_idle_mark_worker,
    resize_bucket: Bucket::resize,
    idle_time: None,
};

/// The GC as in Go 1.19.
pub const GC_1_19: GcSteps = GcSteps {
    enlist_worker: Sched::enlist_dedicated_worker,
    recheck_gc: Sched::check_idle_gc,
    resize_bucket: Bucket::resize_as_in_go,
    ..GC_1_19_FIXED
};

/// The GC as in Go 1.27.3, with a wakeup for work that is submitted and a last look that are ours.
pub const GC_FIXED: GcSteps = GcSteps {
    assign_at_start: Sched::assign_waiting_gc_worker,
    idle_time: Some(IDLE_TIME),
    ..GC_1_19_FIXED
};

/// The GC as in Go 1.27.3.
pub const GC_1_27: GcSteps = GcSteps {
    enlist_worker: Sched::enlist_worker_1_26,
    recheck_gc: Sched::check_idle_gc,
    resize_bucket: Bucket::resize_as_in_go,
    ..GC_FIXED
};
