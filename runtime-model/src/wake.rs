//! Waking and stopping Ms.
//!
//! # The wake protocol
//! An M without work *spins*, if few others do: it is counted in `nmspinning`, and looks at all sources of work
//! before it parks. At most one is woken at a time, and it wakes the next.
//! 1. An M that makes work publishes it first (a run queue, a timer's heap).
//! 2. Then, with a full barrier in between, it looks at `nmspinning`; if that is 0, it makes it 1 and
//!    wakes an M with an idle P ([`Sched::wakep`]).
//! 3. A spinner that finds work stops spinning, and then does 2 for others (`resetspinning`).
//! 4. A spinner that finds none gives up its P, stops spinning, and only then takes a last look (find.rs).
//! 5. A waker that finds no idle P undoes its increment and sets `needspinning`, for an M that is about to drop its
//!    P and does not spin (find.rs).
//!
//! With 1 and 2 exchanged, the spinner that made 2 unnecessary may have taken its last look before the
//! work was there. Without step 3, if two Gs are made runnable together, the second may wait although a P is idle.
//!
//! Go: proc.go, Worker thread parking/unparking (1.19).

use sync::MutexGuard;

use crate::event::Event;
use crate::g::{GId, GStatus, Park};
use crate::m::{MId, M};
use crate::p::OwnedP;
use crate::sched::{Reserved, Sched, SchedLocked, SpinIncrement};

/// `sched.lock`, held.
type Locked<'a> = MutexGuard<'a, SchedLocked>;

impl Sched {
    /// Makes the waiting `g` runnable, on the caller's P. Go: proc.go, ready (1.19).
    ///
    /// # Panics
    /// As Go does, if `g` does not wait: `bad g->status in ready`.
    #[sync::summarized]
    pub(crate) fn ready(&self, m: &M, g: GId, next: bool) {
        let status = &self.g(g).status;
        assert!(status.get() == GStatus::Waiting, "bad g->status in ready");
        status.set(GStatus::Runnable);
        self.runqput(m, m.p(), g, next); // The wake protocol, step 1.
        self.wakep(m);
    }

    /// Starts `g` on the caller's P. Go: proc.go, newproc (1.19).
    #[sync::summarized]
    pub(crate) fn newproc(&self, m: &M, g: GId) {
        self.g(g).casgstatus(GStatus::Idle, GStatus::Runnable);
        self.runqput(m, m.p(), g, true); // The wake protocol, step 1.
        self.wakep(m);
    }

    /// Readies `g` if it is parked, or leaves it one permit, as a channel with room for one would.
    ///
    /// # Panics
    /// With Go's `bad g->status in ready`, if `g` has a permit already.
    #[sync::summarized]
    pub(crate) fn ready_or_permit(&self, m: &M, g: GId) {
        assert!(self.ready_unless_permit(m, g), "bad g->status in ready");
    }

    /// Wakes `g` if it is parked, or leaves it one permit; drops the tick if it has one already.
    ///
    /// Go: sleep.go, sendTime (1.19): a send that does not block, on a channel with room for one.
    #[sync::summarized]
    pub(crate) fn send_time(&self, m: &M, g: GId) {
        if !self.ready_unless_permit(m, g) {
            self.emit(m, Event::TickDropped(g));
        }
    }

    /// Readies `g` if it is parked, or leaves it a permit. False if it has one, so that nothing is done.
    fn ready_unless_permit(&self, m: &M, g: GId) -> bool {
        let park = &self.g(g).park;
        if park.cas(Park::Parked, Park::Away) {
            self.ready(m, g, true);
        } else if !park.cas(Park::Away, Park::Permit) {
            // It may have parked between the two.
            if !park.cas(Park::Parked, Park::Away) {
                return false;
            }
            self.ready(m, g, true);
        }
        true
    }

    /// Gives up the P's rest of the time slice: `g` goes to the global queue.
    ///
    /// Go: proc.go, goschedImpl (1.19).
    #[sync::summarized]
    pub(crate) fn gosched(&self, m: &M, g: GId) {
        self.g(g).casgstatus(GStatus::Running, GStatus::Runnable);
        self.dropg(m);
        let mut locked = self.lock.lock();
        self.globrunqput(&mut locked, g);
        drop(locked);
        (self.steps.wake_for_global)(self, m);
    }

    /// Gives up the P to the next G on its queue: `g` goes to the end of it, and nobody is woken, since the
    /// queue is no longer than it was before.
    ///
    /// Go: proc.go, goyield (1.19).
    pub(crate) fn goyield(&self, m: &M, g: GId) {
        self.g(g).casgstatus(GStatus::Running, GStatus::Runnable);
        self.dropg(m);
        self.runqput(m, m.p(), g, false);
    }

    /// Wakes an M with an idle P, if there is such a P and nobody looks for work already.
    ///
    /// It is a step: see [`crate::steps`] for how it changed.
    #[sync::summarized]
    pub fn wakep(&self, m: &M) {
        (self.steps.wakep)(self, m);
    }

    /// Makes `nmspinning` 1 if nobody spins. The increment has to be given to an M, or undone.
    pub fn begin_spin(&self, m: &M) -> Option<SpinIncrement> {
        // The wake protocol, step 2.
        if (self.steps.spinners)(self) != 0 || !self.nmspinning.cas(0, 1) {
            self.emit(m, Event::WakepDeclinedSpinner);
            return None;
        }
        self.spins_in_flight.change(|n| *n += 1);
        Some(SpinIncrement(()))
    }

    /// Takes an increment back: there was no P for an M to spin on. `caller` is the function of Go's that does
    /// it: `startm` in 1.19, `wakep` from 1.20 on.
    ///
    /// # Panics
    /// As Go does: `startm: negative nmspinning`, `wakep: negative nmspinning`.
    pub fn undo_spin(&self, m: &M, spin: SpinIncrement, caller: &str) {
        let left = self.nmspinning.add(-1);
        self.end_flight(spin);
        assert!(left >= 0, "{caller}: negative nmspinning");
        self.emit(m, Event::StartmUndone);
    }

    /// The increment becomes an M's `spinning`. The M is the caller's own, or asleep until the caller wakes it.
    pub fn give_spin(&self, m: MId, spin: Option<SpinIncrement>) {
        let spinning = spin.is_some();
        spin.into_iter().for_each(|spin| self.end_flight(spin));
        self.m(m).spinning.set(spinning);
    }

    /// The increment is an M's now, or undone. For checks.
    fn end_flight(&self, SpinIncrement(()): SpinIncrement) {
        self.spins_in_flight.change(|n| *n -= 1);
    }

    /// Schedules some M to run `p`, or an idle P if it is None; starts an M if none is idle. With `spin`,
    /// the M starts out spinning.
    ///
    /// # Panics
    /// As Go does: `startm: negative nmspinning`, `startm: m is spinning`, `startm: m has p`,
    /// `startm: p has runnable gs`.
    ///
    /// Go: proc.go, startm (1.19).
    #[sync::summarized]
    pub fn startm(&self, m: &M, p: Option<OwnedP>, spin: Option<SpinIncrement>) {
        let mut locked = self.lock.lock();
        let Some(p) = p.or_else(|| self.pidleget(&mut locked, 0)) else {
            drop(locked);
            spin.into_iter().for_each(|spin| self.undo_spin(m, spin, "startm"));
            return;
        };
        match self.mget(&mut locked) {
            Some(nm) => self.wake_m(m, locked, nm, p, spin),
            None => self.start_new_m(m, locked, p, spin),
        }
    }

    /// Hands `p` to the idle M `nm` and wakes it.
    fn wake_m(&self, m: &M, locked: Locked, nm: MId, p: OwnedP, spin: Option<SpinIncrement>) {
        drop(locked);
        sync::checkpoint((m, &p, nm, &spin));
        let other = self.m(nm);
        assert!(!other.spinning.get(), "startm: m is spinning");
        assert!(other.nextp.with(Option::is_none), "startm: m has p");
        assert!(spin.is_none() || self.runqempty(p.id()), "startm: p has runnable gs");
        self.give_spin(nm, spin);
        other.nextp.set(Some(p));
        other.park.wakeup();
    }

    /// Starts an M to run `p`. No M was idle when the caller asked.
    ///
    /// If the program may have no more Ms, the next M that stops runs `p` instead; it counts as running until
    /// then. With at least as many Ms as Ps such an M exists: an M without a P that is on its way to `stopm`.
    ///
    /// Go: proc.go, startm (1.19), its part for want of an idle M.
    pub fn start_new_m(&self, m: &M, mut locked: Locked, p: OwnedP, spin: Option<SpinIncrement>) {
        // Reserved under the lock: once it is released, checkdead must count the new M as running.
        if let Some(id) = Self::m_reserve_id(&mut locked) {
            drop(locked);
            sync::checkpoint((m, &p, id, &spin));
            return self.newm(m, id, p, spin);
        }
        // An M can be idle by now if the caller gave the lock back after it asked: it is the one that stopped.
        if let Some(nm) = self.mget(&mut locked) {
            locked.mcount -= 1;
            return self.wake_m(m, locked, nm, p, spin);
        }
        self.emit(m, Event::NewmReserved(p.id()));
        locked.reserved.push(Reserved { p, spin });
    }

    /// Counts one more M, and says which it is; None if the program may have no more.
    ///
    /// Go: proc.go, mReserveID (1.19).
    fn m_reserve_id(locked: &mut SchedLocked) -> Option<MId> {
        locked.mcount += 1;
        locked.unborn.pop()
    }

    /// Starts the M `id`, which runs `p`. Go: proc.go, newm and mstart1 (1.19).
    fn newm(&self, m: &M, id: MId, p: OwnedP, spin: Option<SpinIncrement>) {
        self.emit(m, Event::Newm(id));
        self.m(id).nextp.set(Some(p));
        let Some(sched) = self.this.upgrade() else { return };
        let given = (id, spin.is_some());
        sync::spawn_named(id.0, given, move || {
            sync::checkpoint((id, &spin));
            let mut m = M { id, p: None };
            sched.give_spin(id, spin);
            sched.acquire_nextp(&mut m);
            sched.mstart(&mut m);
        });
    }

    /// Stops `m` until there is work, and returns with a P.
    ///
    /// If an M was reserved that cannot be started, `m` takes its place instead of parking.
    ///
    /// # Panics
    /// As Go does: `stopm holding p`, `stopm spinning`.
    ///
    /// Go: proc.go, stopm (1.19).
    pub(crate) fn stopm(&self, m: &mut M) {
        let me = self.m(m.id);
        assert!(m.p.is_none(), "stopm holding p");
        assert!(!me.spinning.get(), "stopm spinning");
        let mut locked = self.lock.lock();
        if let Some(Reserved { p, spin }) = locked.reserved.pop() {
            locked.mcount -= 1;
            drop(locked);
            sync::checkpoint((&*m, &p, &spin));
            self.give_spin(m.id, spin);
            self.acquirep(m, p);
            return;
        }
        self.mput(&mut locked, m);
        drop(locked);
        sync::checkpoint(&*m);
        self.emit(m, Event::Park);
        me.park.sleep();
        me.park.clear();
        sync::checkpoint(&*m);
        self.acquire_nextp(m);
    }

    /// Runs on the P that the waker left in `nextp`.
    fn acquire_nextp(&self, m: &mut M) {
        let p = self.m(m.id).nextp.replace(None);
        let Some(p) = p else { panic!("acquirep: nil p") };
        self.emit(m, Event::Unpark(p.id()));
        self.acquirep(m, p);
    }

    /// `m` found work and stops spinning; then it looks whether another should start.
    ///
    /// # Panics
    /// As Go does: `resetspinning: not a spinning m`, `findrunnable: negative nmspinning`.
    ///
    /// Go: proc.go, resetspinning (1.19).
    #[sync::summarized]
    pub fn resetspinning(&self, m: &M) {
        assert!(self.m(m.id).spinning.get(), "resetspinning: not a spinning m");
        self.stop_spinning(m);
        sync::checkpoint(m);
        self.wakep(m); // The wake protocol, step 3.
    }

    /// `m` is counted as a spinner. Its own mark follows the count: nobody else reads it while `m` runs.
    ///
    /// Go: proc.go, (*m).becomeSpinning (1.20).
    pub fn become_spinning(&self, m: &M) {
        self.nmspinning.add(1);
        self.m(m.id).spinning.set(true);
        (self.steps.became_spinning)(self);
    }

    /// `m` is no longer counted as a spinner.
    ///
    /// # Panics
    /// As Go does: `findrunnable: negative nmspinning`.
    pub fn stop_spinning(&self, m: &M) {
        let left = (self.steps.uncount_spinner)(self);
        self.m(m.id).spinning.set(false);
        assert!(left >= 0, "findrunnable: negative nmspinning");
    }
}
