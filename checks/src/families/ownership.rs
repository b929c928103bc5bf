//! Verify that each P has one holder, and each M one place to be.

use std::fmt;

use runtime_model::m::MId;
use runtime_model::p::{PId, PStatus};
use runtime_model::sched::SchedLocked;

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check { name: "a P has one holder", invariant: "INV-OWNP", holds: a_p_has_one_holder },
    Check { name: "a P and its M agree", invariant: "INV-WIRE", holds: a_p_and_its_m_agree },
    Check {
        name: "an idle M has nothing",
        invariant: "INV-MIDLE, INV-HANDOVER",
        holds: an_idle_m_has_nothing,
    },
    Check {
        name: "an M that does not move is idle or busy",
        invariant: "INV-NOTE",
        holds: an_m_that_does_not_move_is_idle_or_busy,
    },
];

/// At most one; exactly one if no M moves, since then no M has it in a local variable.
fn a_p_has_one_holder(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    for p in &view.sched.allp {
        let holders = holders(view, &locked, p.id).count();
        if holders > 1 {
            let names: Vec<String> =
                self::holders(view, &locked, p.id).map(|h| h.to_string()).collect();
            return Err(format!("{} is held by {}", p.id, names.join(" and ")));
        }
        ensure!(!view.quiescent || holders == 1, "{} has no holder", p.id);
    }
    Ok(())
}

/// Who may hold a P.
enum Holder {
    IdleList,
    Reserved,
    M(MId),
    Nextp(MId),
    Syscall,
    Stopped,
    Dead,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holder::IdleList => write!(f, "the idle list"),
            Holder::Reserved => write!(f, "a reserved M"),
            Holder::M(m) => write!(f, "{m}"),
            Holder::Nextp(m) => write!(f, "{m}'s nextp"),
            Holder::Stopped => write!(f, "the stop of the world"),
            Holder::Syscall => write!(f, "a system call"),
            Holder::Dead => write!(f, "no M any more, as it was destroyed"),
        }
    }
}

fn holders<'a>(
    view: &'a View,
    locked: &'a SchedLocked,
    p: PId,
) -> impl Iterator<Item = Holder> + 'a {
    let idle = locked.idle_ps().filter(move |&q| q == p).map(|_| Holder::IdleList);
    let reserved = locked.reserved_ps().filter(move |&q| q == p).map(|_| Holder::Reserved);
    let owners = view.ms().filter(move |&m| view.p_of(m) == Some(p)).map(Holder::M);
    let next = view.ms().filter(move |&m| view.nextp_of(m) == Some(p)).map(Holder::Nextp);
    let called = view.p(p).in_syscall.peek().then_some(Holder::Syscall);
    let stopped = locked.stopped_ps().filter(move |&q| q == p).map(|_| Holder::Stopped);
    let dead = locked.dead_ps().filter(move |&q| q == p).map(|_| Holder::Dead);
    idle.chain(reserved).chain(owners).chain(next).chain(called).chain(stopped).chain(dead)
}

fn a_p_and_its_m_agree(view: &View) -> Result<(), String> {
    for p in view.ps() {
        let (status, m) = (p.status.peek(|&s| s), p.m.peek(|&m| m));
        // sysmon borrows one in a bug's variant (golang/go#10573), and has no place for it.
        let mutual = m.is_none_or(|m| m == MId::SYSMON || view.p_of(m) == Some(p.id));
        ensure!(mutual, "{} has {m:?}, which does not have it", p.id);
        let running = status == PStatus::Running;
        // The M that stops the world keeps its P, which counts as stopped.
        let stops = status == PStatus::GcStop && m.is_some_and(|m| view.p_of(m) == Some(p.id));
        ensure!(stops || running == m.is_some(), "{} is {status:?}, and its M is {m:?}", p.id);
    }
    for m in view.ms() {
        let mutual = view.p_of(m).is_none_or(|p| view.ps()[p.index()].m.peek(|&of| of) == Some(m));
        ensure!(mutual, "{m} has {:?}, which does not have it", view.p_of(m));
    }
    Ok(())
}

fn an_idle_m_has_nothing(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    for &m in locked.idle_ms() {
        ensure!(view.p_of(m).is_none(), "{m} is idle and has {:?}", view.p_of(m));
        ensure!(view.nextp_of(m).is_none(), "{m} is idle and was handed {:?}", view.nextp_of(m));
        ensure!(!view.spinning(m), "{m} is idle and spins");
    }
    Ok(())
}

fn an_m_that_does_not_move_is_idle_or_busy(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    if !view.quiescent {
        return Ok(());
    }
    // One that has no thread yet is not parked.
    let times = |m: MId| locked.idle_ms().iter().filter(|&&idle| idle == m).count();
    let polls = |m: MId| view.sched.m(m).polls.peek(|&polls| polls);
    let elsewhere = |m: MId| polls(m) || view.waits_for_locked_g(m) || view.exited(m);
    let waits = |m: &MId| view.curg_of(*m).is_none() && view.started(*m) && !elsewhere(*m);
    for m in view.ms().filter(waits) {
        ensure!(times(m) == 1, "{m} is parked, and on the idle list {} times", times(m));
    }
    Ok(())
}
