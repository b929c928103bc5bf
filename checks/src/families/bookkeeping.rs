//! Verify that a P is on the idle list in all five places at once, or in none: so that each removal went
//! through `pidleget`, and each insertion through `pidleput`.
//!
//! The compiler keeps all code but that of the idle list from taking a P off the list: its fields are private to
//! `idle.rs`. It does not see whether the counts, masks and slots follow the list. These checks do.

use runtime_model::limiter::LimiterEventType;
use runtime_model::p::{PId, PStatus};

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "npidle is the length of the idle list",
        invariant: "INV-IDLE",
        holds: npidle_is_the_length,
    },
    Check {
        name: "idlepMask is the idle list",
        invariant: "INV-IDLE",
        holds: |view| each_p(view, "idlepMask", |p| view.sched.idlep_mask.peek(p)),
    },
    Check {
        name: "the limiter's idle events are the idle list",
        invariant: "INV-IDLE, INV-LIM1",
        holds: |view| {
            let idle = LimiterEventType::Idle;
            each_p(view, "its idle limiter event", |p| {
                view.ps()[p.index()].limiter_event.peek() == idle
            })
        },
    },
    Check {
        name: "an idle P has no M and no G",
        invariant: "INV-IDLE, INV-RQIDLE",
        holds: an_idle_p_has_no_m_and_no_g,
    },
    Check {
        name: "timerpMask covers every P that may have timers",
        invariant: "INV-TMASK",
        holds: timerp_mask_covers,
    },
    Check {
        name: "an idle P is not asked for timers before there were any",
        invariant: "INV-TMASK",
        holds: not_asked_before_the_first_timer,
    },
];

fn npidle_is_the_length(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    let (npidle, length) = (view.sched.npidle.peek(), locked.idle_ps().count());
    ensure!(npidle as i64 == length as i64, "npidle is {npidle}, and the list has {length}");
    Ok(())
}

/// `marked` is said of a P exactly if it is on the list.
fn each_p(view: &View, mark: &str, marked: impl Fn(PId) -> bool) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    for p in view.ps() {
        let listed = locked.idle_ps().any(|idle| idle == p.id);
        let (is, has) =
            (if listed { "is" } else { "is not" }, if marked(p.id) { "is" } else { "is not" });
        ensure!(listed == marked(p.id), "{} {is} on the list, and {mark} {has} set", p.id);
    }
    Ok(())
}

fn an_idle_p_has_no_m_and_no_g(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    for id in locked.idle_ps() {
        let p = &view.ps()[id.index()];
        let (status, m) = (p.status.peek(|&s| s), p.m.peek(|&m| m));
        ensure!(status == PStatus::Idle, "{id} is on the list and {status:?}");
        ensure!(m.is_none(), "{id} is on the list and {m:?} runs on it");
        ensure!(
            p.peek_runqempty(),
            "{id} is on the list with {:?} on its run queue",
            p.peek_runq()
        );
    }
    Ok(())
}

fn timerp_mask_covers(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    for p in view.ps() {
        let idle = locked.idle_ps().any(|idle| idle == p.id);
        let timers = p.num_timers.peek();
        let covered = view.sched.timerp_mask.peek(p.id) || (idle && timers == 0);
        ensure!(covered, "{}'s bit is clear; on the list: {idle}, timers: {timers}", p.id);
    }
    Ok(())
}

/// Later, the bit of an idle P tells nothing: a thief may have run its last timer.
fn not_asked_before_the_first_timer(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked().filter(|_| view.sched.netpoll_inited.peek() == 0) else {
        return Ok(());
    };
    for p in locked.idle_ps() {
        let asked = view.sched.timerp_mask.peek(p);
        ensure!(!asked, "{p} is on the list with its bit set, and no timer was ever added");
    }
    Ok(())
}
