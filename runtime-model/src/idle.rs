//! Idle Ps and idle Ms.
//!
//! # The bookkeeping of an idle P
//! That a P is idle is recorded in five places. `pidleput` and `pidleget` change all of them under one hold of
//! `sched.lock`:
//! 1. the list itself;
//! 2. `npidle`, its length, which wakers and spinners read without the lock;
//! 3. `idlep_mask`: thieves skip a P that has its bit set;
//! 4. `timerp_mask`: thieves look for no timers on a P that went idle without any, until it runs again;
//! 5. the limiter's event: the P's time counts as idle.
//!
//! Code that takes a P off the list in another way leaves some of them behind (golang/go#53294). What a program shows
//! then depends on which one; the rows of golang/go#53294 leave out one at a time (`regressions/src/issue_53294.rs`):
//! - 1 left behind: two Ms own the P. `pidleget` gives it out again, and throws, since it finds no idle event.
//! - 2: `npidle` is one too high from then on. Makers of work and the spin limit count an idle P too many. Alone, no
//!   program of the model shows it, as the jump of the clock makes its M a spinner explicitly; in Go, the P of a system
//!   call is then not handed off.
//! - 3: thieves and the last look pass the P by while it runs. A G on its queue waits, and with it the program, if the
//!   G that runs there waits for that one.
//! - 4: if the P had no timers, thieves do not look for those that it gets. A P that owns a timer never lost its bit.
//! - 5: `pidleput` throws when the P next goes idle: `must be able to track idle limiter event`.

pub mod by_hand;
mod lent;

use crate::event::Event;
use crate::limiter::LimiterEventType;
use crate::m::MId;
use crate::p::PId;
use crate::sched::{Sched, SchedLocked};
use crate::timers::Timers;
use crate::Time;

/// Ownership of one P: the holder of the value owns the P, and it cannot be copied.
///
/// The start of the world, `pidleget`, and the exchange out of a system call give one out; `pidleput` and the entry into
/// a system call take it back. An M keeps it while it
/// runs, `nextp` while it is handed over. Only this file and `lent.rs` can make one, only this one accesses the idle list; the one exception,
/// [`by_hand`], is for the regressions.
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
/// and from nowhere else. Unlinking it does not compile:
///
/// ```compile_fail,E0616
/// # use runtime_model::{p::OwnedP, sched::SchedLocked, Sched};
/// fn take(sched: &Sched, locked: &mut SchedLocked) -> Option<OwnedP> {
///     locked.pidle.pop()
/// }
/// ```
///
/// nor does making one up, or owning it twice:
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
#[derive(Hash, Debug)]
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

    /// The Ps that GOMAXPROCS has no room for at the start of the world, from `ps` on: the first to be used at the end.
    pub(crate) fn dead_before_the_world(ps: u32, most: u32) -> Vec<OwnedP> {
        (ps..most).rev().map(|p| OwnedP(PId(p))).collect()
    }

    /// The idle Ps, first to be taken last.
    pub(crate) fn ids(&self) -> impl DoubleEndedIterator<Item = PId> + '_ {
        self.list.iter().map(OwnedP::id)
    }
}

impl Sched {
    /// All Ps of the start of the world, in order. They are given out once.
    pub(crate) fn take_unborn_ps(&self, locked: &mut SchedLocked) -> Vec<OwnedP> {
        std::mem::take(&mut locked.pidle.unborn)
    }

    /// Puts `p` on the idle list and gives up ownership of it. `now` is a recent time, or 0. Returns the
    /// time.
    ///
    /// Once the lock is released, `p` belongs to the M that takes it from the list.
    ///
    /// # Panics
    /// As Go does: `pidleput: P has non-empty run queue`; `must be able to track idle limiter event`.
    ///
    /// Go: proc.go, pidleput 5707-5725 (1.19.8), 7424-7444 (1.27.3).
    pub fn pidleput(&self, locked: &mut SchedLocked, p: OwnedP, now: Time) -> Time {
        // Only its owner, the caller, adds to the queue: empty here, empty until an M runs on the P again.
        assert!(self.runqempty(p.id()), "pidleput: P has non-empty run queue");
        let now = self.or_nanotime(now);
        let owned = self.p(&p);
        // Meets the reads in `steal_work` and `check_timers_no_p`: from here on they may pass this P by.
        self.update_timer_p_mask(&p);
        // Meets the reads in `steal_work` and `has_work`. They hold no lock, but the queue is empty already.
        self.idlep_mask.set(p.id());
        let id = p.id();
        locked.pidle.list.push(p);
        // Meets the loads in `wakep_if_idle_p` (1.19) and `below_spin_limit`. A waker that reads the old number leaves
        // its G to this M, which takes a last look if it spun; if it did not, that is golang/go#45867.
        self.npidle.add(1);
        let tracked = owned.limiter_event.start(LimiterEventType::Idle, now);
        assert!(tracked, "must be able to track idle limiter event");
        self.emit_by(None, Event::Pidleput(id));
        now
    }

    /// Takes a P from the idle list, if there is one: the only way to get an idle P. `now` is a recent
    /// time, or 0.
    ///
    /// # Panics
    /// As `limiterEvent.stop` does, if the P was not idle to the limiter.
    ///
    /// Go: proc.go, pidleget 5734-5750 (1.19.8), 7453-7469 (1.27.3).
    pub fn pidleget(&self, locked: &mut SchedLocked, now: Time) -> Option<OwnedP> {
        let id = locked.pidle.list.last()?.id();
        let now = self.or_nanotime(now);
        // Before the P has an M, which may add a timer at any time. Meets the reads in `steal_work` and
        // `check_timers_no_p`.
        self.timerp_mask.set(id);
        // Likewise before any G is on its queue. Meets the reads in `steal_work` and `has_work`.
        self.idlep_mask.clear(id);
        let p = locked.pidle.list.pop()?;
        // Meets `below_spin_limit`, which may allow one spinner less for as long as it reads the old number.
        self.npidle.add(-1);
        // Meets `consume`, of an update of the limiter on any M: each tick of the idle time is counted by one of the
        // two.
        self.p(&p).limiter_event.stop(LimiterEventType::Idle, now, &self.limiter);
        self.emit_by(None, Event::Pidleget(id));
        Some(p)
    }

    /// `pidleget` for an M that has found or made work: if no P is idle, it asks an M that is about to drop one to
    /// look again.
    ///
    /// Go: proc.go, pidlegetSpinning 7481-7494 (1.27.3; since 1.20).
    pub fn pidleget_spinning(&self, locked: &mut SchedLocked, now: Time) -> Option<OwnedP> {
        let p = self.pidleget(locked, now);
        if p.is_none() {
            // Wake protocol, 5a. Meets the load in `must_keep_p`, under the same lock: no P is dropped between the
            // failed `pidleget` and this store.
            self.needspinning.store(1);
        }
        p
    }

    /// Puts `m` on the idle list, and checks whether any M is left that runs.
    ///
    /// Go: proc.go, mput 5538-5545 (1.19.8), 7251-7257 (1.27.3).
    pub(crate) fn mput(&self, locked: &mut SchedLocked, m: &crate::m::M) {
        // Meets `mget`: as soon as the lock is released, another M may take this one off and wake it.
        locked.midle.push(m.id);
        locked.nmidle += 1;
        // If this was the last M that ran, no other will ever call it: a deadlock, or time for the clock to jump.
        self.checkdead(locked, m);
    }

    /// Takes an M from the idle list, if there is one.
    ///
    /// Go: proc.go, mget 5552-5561 (1.19.8), 7264-7272 (1.27.3).
    pub fn mget(&self, locked: &mut SchedLocked) -> Option<MId> {
        let m = locked.midle.pop()?;
        // Meets `checkdead` of an M that parks later: the M taken here counts as running before its wakeup.
        locked.nmidle -= 1;
        Some(m)
    }

    /// Clears `p`'s timer bit if it has no timers. The caller owns `p` and is about to idle it. It is a step.
    ///
    /// An idle P gets no new timers, so thieves need not ask it for any; a P that runs may get one at any time.
    ///
    /// Go: proc.go, updateTimerPMask 5681-5694 (1.19.8); proc.go, pidleput 7433-7435 (1.27.3).
    pub(crate) fn update_timer_p_mask(&self, p: &OwnedP) {
        (self.steps.update_timer_p_mask)(self, p);
    }

    /// Looks at the number of timers again under their lock.
    ///
    /// A thief that moves a modified timer within the heap takes it out for a moment, and the lock waits for that.
    ///
    /// Go: proc.go, updateTimerPMask 5681-5694 (1.19.8); up to 1.22.
    pub(crate) fn update_timer_p_mask_under_the_lock(&self, p: &OwnedP) {
        let p = self.p(p);
        // Meets `dodeltimer0` of a thief: the heap may be empty a moment later. The bit stays set then, which costs a
        // look.
        if p.num_timers.load() > 0 {
            return;
        }
        let timers = p.timers.lock();
        // Meets `moves_first` and `adjusttimers` of a thief, which put the timer back under one hold of the lock.
        if p.num_timers.load() == 0 {
            self.clear_timer_bit(p.id, &timers);
        }
    }

    /// Trusts the number, without the lock: since 1.23 it is written as the lock is released, so what a thief takes out
    /// for a moment is not missing in it. `sched.lock` and a `timersLock` have no order any more.
    ///
    /// Go: proc.go, pidleput 7433-7435 (1.27.3; since 1.23).
    pub fn update_timer_p_mask_from_len(&self, p: &OwnedP) {
        // Meets `dodeltimer0` of a thief, as above.
        if self.p(p).num_timers.load() == 0 {
            self.timerp_mask.clear(p.id());
        }
    }

    /// Clears the timer bit of `p`. `_held` is what its `timersLock` protects: only a holder of that lock has it.
    ///
    /// Go: proc.go, updateTimerPMask 5691 (1.19.8; up to 1.22).
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
