//! Verify that a change of GOMAXPROCS loses nothing, and that an M without a P sees what it may.
//!
//! That no G and no timer is lost with a P that is destroyed is said by *a G is in one place* and by the checks of timers, which
//! look at the Ps that there are.

use runtime_model::limiter::LimiterEventType;
use runtime_model::p::PStatus;

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "a destroyed P has nothing",
        invariant: "INV-OWNP, INV-RESIZE",
        holds: a_destroyed_p_has_nothing,
    },
    Check {
        name: "an M without a P looks at the Ps of its snapshot",
        invariant: "INV-SNAP",
        holds: an_m_without_a_p_has_a_snapshot,
    },
];

/// One that has not begun has nothing either.
fn a_destroyed_p_has_nothing(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    for p in view.sched.peek_dead_ps() {
        let id = p.id;
        let (status, m) = (p.status.peek(|&s| s), p.m.peek(|&m| m));
        ensure!(
            status == PStatus::Dead && m.is_none(),
            "{id} was destroyed, is {status:?}, on {m:?}"
        );
        ensure!(locked.dead_ps().any(|dead| dead == id), "{id} was destroyed, and an M has it");
        ensure!(p.peek_runqempty(), "{id} was destroyed with {:?} on its queue", p.peek_runq());
        let (timers, when) = (p.num_timers.peek(), p.timer0_when.peek());
        ensure!(
            timers == 0 && when == 0,
            "{id} was destroyed with {timers} timers; the first: {when}"
        );
        let (idle, event) = (view.sched.idlep_mask.peek(id), p.limiter_event.peek());
        let none = !idle && event == LimiterEventType::None;
        ensure!(none, "{id} was destroyed; idlepMask: {idle}, limiter event: {event:?}");
    }
    Ok(())
}

/// The model notes it where it happens, as no state shows it.
fn an_m_without_a_p_has_a_snapshot(view: &View) -> Result<(), String> {
    let bare = view.sched.sizes.bare_look.peek(|&m| m);
    bare.map_or(Ok(()), |m| Err(format!("{m} has no P, and looks at allp as it is now")))
}
