//! Verify that a stop of the world, and a function that is run on each P, reach each P.

use runtime_model::limiter::LimiterEventType;
use runtime_model::p::PStatus;

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "a suspended G stays as it is",
        invariant: "INV-GSTATUS",
        holds: a_suspended_g_stays_as_it_is,
    },
    Check {
        name: "a stop of the world waits only for Ps that run",
        invariant: "INV-STW, INV-DROP",
        holds: a_stop_waits_only_for_ps_that_run,
    },
    Check {
        name: "no G runs while the world is stopped",
        invariant: "INV-STW",
        holds: no_g_runs_while_the_world_is_stopped,
    },
    Check {
        name: "no limiter event is in flight while the world is stopped",
        invariant: "INV-STWLIM",
        holds: no_event_while_the_world_is_stopped,
    },
    Check {
        name: "a P that does not run has no safe point ahead of it",
        invariant: "INV-SAFEPOINT, INV-DROP",
        holds: no_safe_point_is_ahead,
    },
    Check {
        name: "each P passes each safe point once",
        invariant: "INV-SAFEPOINT",
        holds: each_p_passes_once,
    },
];

fn a_suspended_g_stays_as_it_is(view: &View) -> Result<(), String> {
    for g in &view.sched.allg {
        let Some(was) = g.suspended.peek(|&was| was) else { continue };
        let status = view.status(g.id);
        ensure!(status == was, "{} was suspended while it was {was:?}, and is {status:?}", g.id);
    }
    Ok(())
}

/// Asked where no M moves, before the world does: a system call that returns would heal it, however late.
fn a_stop_waits_only_for_ps_that_run(view: &View) -> Result<(), String> {
    if !view.quiescent || !view.sched.gcwaiting.peek() {
        return Ok(());
    }
    for p in view.ps() {
        let status = p.status.peek(|&status| status);
        let right = matches!(status, PStatus::GcStop | PStatus::Running);
        ensure!(right, "no M moves, the world is to stop, and {} is {status:?}", p.id);
        let called = view.in_syscall(p);
        ensure!(!called, "no M moves, the world is to stop, and {} is in a system call", p.id);
    }
    Ok(())
}

fn no_g_runs_while_the_world_is_stopped(view: &View) -> Result<(), String> {
    let Some(stopper) = view.sched.stopped_by.peek(|&m| m) else { return Ok(()) };
    for m in view.ms().filter(|&m| m != stopper) {
        let (g, p) = (view.curg_of(m), view.p_of(m));
        ensure!(p.is_none(), "{stopper} has stopped the world, and {m} has {p:?}, for {g:?}");
    }
    for p in view.ps() {
        let status = p.status.peek(|&status| status);
        ensure!(status == PStatus::GcStop, "the world is stopped, and {} is {status:?}", p.id);
    }
    Ok(())
}

fn no_event_while_the_world_is_stopped(view: &View) -> Result<(), String> {
    let Some(stopper) = view.sched.stopped_by.peek(|&m| m) else { return Ok(()) };
    for p in view.ps() {
        let event = p.limiter_event.peek();
        let none = event == LimiterEventType::None;
        ensure!(none, "{stopper} has stopped the world, and {} is in a {event:?}", p.id);
    }
    Ok(())
}

/// One in a system call is judged where no M moves, before the world lets the call return.
fn no_safe_point_is_ahead(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    for id in locked.idle_ps() {
        let asked = view.ps()[id.index()].run_safe_point_fn.peek();
        ensure!(!asked, "{id} is idle, and has not passed its safe point");
    }
    for p in view.ps().iter().filter(|p| view.quiescent && view.in_syscall(p)) {
        let asked = p.run_safe_point_fn.peek();
        ensure!(!asked, "no M moves, and {} is in a system call before its safe point", p.id);
    }
    Ok(())
}

fn each_p_passes_once(view: &View) -> Result<(), String> {
    let waits = view.sched.safe_point_wait.peek(|&n| n) != 0;
    if !view.quiescent || waits {
        return Ok(());
    }
    let times: Vec<u32> = view.ps().iter().map(|p| p.safe_points.peek(|&n| n)).collect();
    let equal = times.iter().all(|&n| n == times[0]);
    ensure!(equal, "no M waits for a safe point; each P in turn has passed {times:?}");
    Ok(())
}
