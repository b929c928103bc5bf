//! Verify what becomes of a P and a G in a system call.

use runtime_model::g::{CallStatus, GStatus};
use runtime_model::p::{PId, PStatus};
use runtime_model::syscall::Stage;

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "the M of a P in a system call returns to it",
        invariant: "INV-SYSCALL",
        holds: the_m_of_a_p_in_a_system_call_returns_to_it,
    },
    Check {
        name: "a G in a system call has an M in it, without a P",
        invariant: "INV-SYSCALL",
        holds: a_g_in_a_system_call_has_an_m_in_it,
    },
];

/// It tries the exchange first of all. If it did not, the P would stay in the call for ever unless the world is stopped.
fn the_m_of_a_p_in_a_system_call_returns_to_it(view: &View) -> Result<(), String> {
    for p in view.ps().iter().filter(|p| view.in_syscall(p)) {
        let status = p.status.peek(|&status| status);
        // Since 1.26 it stays its M's.
        let right = if p.in_syscall.peek() { PStatus::Syscall } else { PStatus::Running };
        ensure!(status == right, "{} is in a system call, and {status:?}", p.id);
        let is_its = |m| view.oldp_of(m) == Some(p.id) && view.stage(m) != Stage::Out;
        ensure!(view.ms().any(is_its), "{} is in a system call, and no M returns to it", p.id);
    }
    Ok(())
}

fn a_g_in_a_system_call_has_an_m_in_it(view: &View) -> Result<(), String> {
    for m in view.ms() {
        let Some(g) = view.curg_of(m).filter(|&g| view.status(g) == GStatus::Syscall) else {
            continue;
        };
        ensure!(view.stage(m) != Stage::Out, "{g} is in a system call, and its {m} is not");
        // It has its P while it enters, and may have to pass a safe point there. Since 1.26 it has it until another M
        // takes it.
        let (p, oldp) = (view.p_of(m), view.oldp_of(m));
        let left_it = |p: PId| view.caller_of(&view.ps()[p.index()]) == Some(g) && oldp == Some(p);
        let right = oldp.is_none() || p.is_none_or(left_it);
        ensure!(right, "{m} has {oldp:?} in a system call, and {p:?}");
    }
    // By this, since 1.26, other Ms take its P. The G cannot return while one of them does.
    for g in view.sched.allg.iter().map(|g| g.id) {
        let (status, calls) = (view.status(g), view.calls(g));
        let right = calls == CallStatus::Out || status == GStatus::Syscall;
        ensure!(right, "{g} is {status:?}, and other Ms see it {calls:?} a system call");
    }
    Ok(())
}
