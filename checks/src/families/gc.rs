//! Verify that mark workers run where they may, as many as may, and that no work for them is forgotten.

use runtime_model::gc::{IdleMarkWorkers, WorkerMode};

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "a mark worker runs on a P that is in its mode, while workers may mark",
        invariant: "INV-GCMODE",
        holds: a_worker_runs_in_its_mode,
    },
    Check {
        name: "idleMarkWorkers counts the idle mark workers, and there are no more than may be",
        invariant: "INV-GCIDLE",
        holds: idle_workers_are_counted,
    },
    Check {
        name: "dedicatedMarkWorkersNeeded is what is missing of the dedicated mark workers",
        invariant: "INV-GCDEDICATED",
        holds: dedicated_workers_are_counted,
    },
    Check {
        name: "no GC work waits beside an idle P",
        invariant: "INV-DANCE, INV-HANDOFF",
        holds: no_gc_work_waits_beside_an_idle_p,
    },
];

fn mode_of(view: &View, p: runtime_model::p::PId) -> WorkerMode {
    view.p(p).gc_mark_worker_mode.peek(|&mode| mode)
}

/// The worker that an M executes has a mode until it goes to the pool; no other G has one.
fn a_worker_runs_in_its_mode(view: &View) -> Result<(), String> {
    let gc = &view.sched.gc;
    for m in view.ms() {
        let (Some(g), Some(p)) = (view.curg_of(m), view.p_of(m)) else { continue };
        let mode = mode_of(view, p);
        let works = view.sched.is_mark_worker(g);
        ensure!(works == (mode != WorkerMode::NotWorker), "{m} executes {g}, and {p} is {mode:?}");
        ensure!(!works || gc.blacken_enabled.peek(), "{m} executes {g}, and no worker may mark");
    }
    Ok(())
}

/// Those that are about to run are counted before they have a P, and those that stop for a moment after they are no longer counted;
/// where no M moves, each that is counted has a P.
fn idle_workers_are_counted(view: &View) -> Result<(), String> {
    let IdleMarkWorkers { n, max } = view.sched.gc.idle_mark_workers.peek();
    ensure!((0..=max.max(0)).contains(&n), "{n} idle mark workers are counted, and {max} may run");
    if !view.quiescent {
        return Ok(());
    }
    let run = view.ps().iter().filter(|p| mode_of(view, p.id) == WorkerMode::Idle).count();
    ensure!(n == run as i32, "no M moves, {n} idle mark workers are counted, and {run} run");
    Ok(())
}

/// Asked where no M moves: one that takes a worker counts it first.
fn dedicated_workers_are_counted(view: &View) -> Result<(), String> {
    if !view.quiescent {
        return Ok(());
    }
    let gc = &view.sched.gc;
    let (needed, all) = (gc.dedicated_needed.peek(), gc.dedicated.peek(|&n| n));
    let run = view.ps().iter().filter(|p| mode_of(view, p.id) == WorkerMode::Dedicated).count();
    let right = needed + run as i64 == all;
    ensure!(right, "of {all} dedicated mark workers {run} run, and {needed} are needed");
    Ok(())
}

/// An M that moves may have seen it. Where none does, each worker has a P or is in the pool, so there is one for an idle P.
fn no_gc_work_waits_beside_an_idle_p(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    let gc = &view.sched.gc;
    let Some(idle) = locked.idle_ps().next().filter(|_| view.quiescent) else { return Ok(()) };
    if !gc.blacken_enabled.peek() {
        return Ok(());
    }
    let work = gc.work.peek();
    let IdleMarkWorkers { n, max } = gc.idle_mark_workers.peek();
    let may = n < max || gc.dedicated_needed.peek() > 0;
    ensure!(work.is_empty() || !may, "{work:?} of GC work, no M moves, and {idle} is idle");
    Ok(())
}
