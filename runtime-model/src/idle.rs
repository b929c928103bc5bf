//! Idle Ps and idle Ms.
//!
//! # The bookkeeping of an idle P
//! A P on the idle list is idle in five places, and `pidleput` and `pidleget` change all of them under one
//! hold of `sched.lock`:
//! 1. the list itself;
//! 2. `npidle`, its length, which wakers and spinners read without the lock;
//! 3. `idlep_mask`: thieves pass by a P whose bit is set;
//! 4. `timerp_mask`: a P that idles without timers is not asked for any, until it runs again;
//! 5. the limiter's event: the P's time counts as idle.
//!
//! Code that takes a P off the list in another way leaves some of them behind. With 3 left, thieves pass the P by,
//! and its work waits; with 2 left, wakers and spinners count a P as idle that is not; with 5 left, its next idling
//! throws (golang/go#53294).

pub mod by_hand;

use crate::limiter::LimiterEventType;
use crate::m::MId;
use crate::p::PId;
use crate::sched::{Sched, SchedLocked};
use crate::timers::Timers;
use crate::Time;

/// Ownership of one P: whoever holds the value owns the P, and it cannot be copied.
///
/// The start of the world and `pidleget` give one out; `pidleput` takes it back. An M keeps it while it
/// runs, `nextp` while it is handed over. Only this file can make one, or touch the list they lie on; its one
/// door, [`by_hand`], is for the regressions.
///
/// An idle P comes from `pidleget`:
///
/// ```
/// # use runtime_model::{p::OwnedP, sched::SchedLocked, Sched};
/// fn take(sched: &Sched, locked: &mut SchedLocked) -> Option<OwnedP> {
///     sched.pidleget(locked, 0)
/// }
/// ```
///
/// and from nowhere else. To unlink it does not compile:
///
/// ```compile_fail,E0616
/// # use runtime_model::{p::OwnedP, sched::SchedLocked, Sched};
/// fn take(sched: &Sched, locked: &mut SchedLocked) -> Option<OwnedP> {
///     locked.pidle.pop()
/// }
/// ```
///
/// nor to make one up, nor to own it twice:
///
/// ```compile_fail,E0423
/// # use runtime_model::p::{OwnedP, PId};
/// fn make() -> OwnedP {
///     OwnedP(PId(0))
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use runtime_model::p::OwnedP;
/// fn twice(p: OwnedP) -> (OwnedP, OwnedP) {
///     (p.clone(), p)
/// }
/// ```
#[derive(Debug, Hash)]
pub struct OwnedP(PId);

impl OwnedP {
    /// Which P this is.
    pub fn id(&self) -> PId {
        self.0
    }
}

/// `sched.pidle`. Its Ps are private to this file: `pidleput` adds one, `pidleget` takes one.
#[derive(Hash)]
pub struct IdleList {
    /// The one to take first is at the end.
    list: Vec<OwnedP>,
    /// All Ps, until the world starts; then none.
    unborn: Vec<OwnedP>,
}

impl IdleList {
    /// An empty list, and `ps` Ps for the start of the world.
    pub(crate) fn before_the_world(ps: u32) -> Self {
        IdleList { list: Vec::new(), unborn: (0..ps).map(|p| OwnedP(PId(p))).collect() }
    }

    /// The idle Ps, first to be taken last.
    pub(crate) fn ids(&self) -> impl DoubleEndedIterator<Item = PId> + '_ {
        self.list.iter().map(OwnedP::id)
    }
}

impl Sched {
    /// All Ps, in order, for the start of the world. They are given out once.
    pub(crate) fn take_unborn_ps(&self, locked: &mut SchedLocked) -> Vec<OwnedP> {
        std::mem::take(&mut locked.pidle.unborn)
    }

    /// Puts `p` on the idle list and gives up ownership of it. `now` is a recent time, or 0. Returns the
    /// time.
    ///
    /// Once the lock is released, `p` belongs to whoever takes it from the list.
    ///
    /// # Panics
    /// As Go does: `pidleput: P has non-empty run queue`; `must be able to track idle limiter event`.
    ///
    /// Go: proc.go, pidleput (1.19).
    pub fn pidleput(&self, locked: &mut SchedLocked, p: OwnedP, now: Time) -> Time {
        assert!(self.runqempty(p.id()), "pidleput: P has non-empty run queue");
        let now = self.or_nanotime(now);
        let owned = self.p(&p);
        self.update_timer_p_mask(&p);
        self.idlep_mask.set(p.id());
        let id = p.id();
        locked.pidle.list.push(p);
        self.npidle.add(1);
        let tracked = owned.limiter_event.start(LimiterEventType::Idle, now);
        assert!(tracked, "must be able to track idle limiter event");
        tracing::trace!(target: "pidle::model", p = %id, "pidleput");
        now
    }

    /// Takes a P from the idle list, if there is one: the only way to come by an idle P. `now` is a recent
    /// time, or 0.
    ///
    /// # Panics
    /// As `limiterEvent.stop` does, if the P was not idle to the limiter.
    ///
    /// Go: proc.go, pidleget (1.19).
    pub fn pidleget(&self, locked: &mut SchedLocked, now: Time) -> Option<OwnedP> {
        let id = locked.pidle.list.last()?.id();
        let now = self.or_nanotime(now);
        // A timer may be added to it at any time from now on.
        self.timerp_mask.set(id);
        self.idlep_mask.clear(id);
        let p = locked.pidle.list.pop()?;
        self.npidle.add(-1);
        self.p(&p).limiter_event.stop(LimiterEventType::Idle, now, &self.limiter);
        tracing::trace!(target: "pidle::model", p = %id, "pidleget");
        Some(p)
    }

    /// `pidleget` for somebody who has work to give away: if there is no P, an M that is about to drop one
    /// is told to look again.
    ///
    /// Go: proc.go, pidlegetSpinning (1.20).
    pub fn pidleget_spinning(&self, locked: &mut SchedLocked, now: Time) -> Option<OwnedP> {
        let p = self.pidleget(locked, now);
        if p.is_none() {
            self.needspinning.store(1);
        }
        p
    }

    /// Puts `m` on the idle list, and looks whether anybody is left who runs.
    ///
    /// Go: proc.go, mput (1.19).
    pub(crate) fn mput(&self, locked: &mut SchedLocked, m: &crate::m::M) {
        locked.midle.push(m.id);
        locked.nmidle += 1;
        self.checkdead(locked, m);
    }

    /// Takes an M from the idle list, if there is one. Go: proc.go, mget (1.19).
    pub fn mget(&self, locked: &mut SchedLocked) -> Option<MId> {
        let m = locked.midle.pop()?;
        locked.nmidle -= 1;
        Some(m)
    }

    /// Clears `p`'s timer bit if it has no timers. The caller owns `p` and is about to idle it.
    ///
    /// An idle P gets no new timers, so thieves need not ask it for any; a P that runs may get one at any time.
    ///
    /// The second look always agrees with the first here. In Go a thief that moves a modified timer within the
    /// heap takes it out for a moment, and the lock waits for that; the model cannot modify timers yet.
    ///
    /// Go: proc.go, updateTimerPMask (1.19).
    pub(crate) fn update_timer_p_mask(&self, p: &OwnedP) {
        let p = self.p(p);
        if p.num_timers.load() > 0 {
            return;
        }
        let timers = p.timers.lock();
        if p.num_timers.load() == 0 {
            self.clear_timer_bit(p.id, &timers);
        }
    }

    /// Clears the timer bit of `p`. `_held` is what its `timersLock` protects: only a holder of that lock has it.
    fn clear_timer_bit(&self, p: PId, _held: &Timers) {
        self.timerp_mask.clear(p);
    }

    /// `now`, if that is a time; else the time.
    pub(crate) fn or_nanotime(&self, now: Time) -> Time {
        if now == 0 {
            self.nanotime()
        } else {
            now
        }
    }
}
