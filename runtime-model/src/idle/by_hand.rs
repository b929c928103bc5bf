//! The one way to change the idle lists without `pidleget` and `mput`, and the global queue without its lock, for regressions
//! whose bug did so.
//!
//! Nothing else may use it; a test of the house rules enforces that.
//!
//! Each function that a bug uses says so by an event, so that a story shows the step that it is about.

use crate::event::Event;
use crate::ids::GId;
use crate::m::MId;
use crate::p::PId;
use crate::sched::{Sched, SchedLocked};

use super::OwnedP;

/// Unlinks `p` from the idle list and leaves all other bookkeeping as it is. None if it is not on the list.
pub fn unlink(sched: &Sched, locked: &mut SchedLocked, p: PId) -> Option<OwnedP> {
    let at = locked.pidle.list.iter().position(|idle| idle.id() == p)?;
    sched.emit_by(None, Event::UnlinkedByHand(p));
    Some(locked.pidle.list.remove(at))
}

/// Takes `p` and leaves it on the idle list, so that two own it. A break that checks catch.
pub fn take_and_leave(sched: &Sched, locked: &SchedLocked, p: PId) -> Option<OwnedP> {
    sched.emit_by(None, Event::TakenAndLeft(p));
    locked.idle_ps().find(|&idle| idle == p).map(OwnedP)
}

/// No more Ms can be started. For checks: a test starts from a state that no program reaches.
pub fn use_up_ms(locked: &mut SchedLocked) {
    locked.unborn.clear();
}

/// Puts `m` on the idle list without a look at whether anybody runs. A break for checks to catch.
pub fn put_m(locked: &mut SchedLocked, m: MId) {
    locked.midle.push(m);
    locked.nmidle += 1;
}

/// Adds to `nmidle` and to `mcount`, whatever the lists of Ms say. A break for checks to catch.
pub fn miscount_ms(locked: &mut SchedLocked, nmidle: i32, mcount: i32) {
    locked.nmidle += nmidle;
    locked.mcount += mcount;
}

/// Makes the global queue these Gs, in their order, and forgets what was on it. An M that appends to the queue without the
/// lock writes what it has read a moment before.
pub fn set_global_runq(sched: &Sched, locked: &mut SchedLocked, gs: Vec<GId>) {
    sched.emit_by(None, Event::GlobalQueueOverwritten);
    locked.runq = gs.into();
}
