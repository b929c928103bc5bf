//! Gs that are locked to their thread: such a G runs on its M alone, and that M runs no other G.
//!
//! # A locked G
//! 1. **Lock.** The G and its M name each other (`lockedm`, `lockedg`). Both are written by that M, while it runs the G.
//! 2. **Wait** (`stoplockedm`). When the G gives up its M, the M does not look for work: it hands off its P, counts itself as
//!    idle and locked (`nmidlelocked`), and sleeps.
//! 3. **Hand over** (`startlockedm`). An M that finds the G counts the G's M as running again, gives it its own P, wakes it,
//!    and stops.
//! 4. **Exit** (`mexit`). If the G ends while it is locked, its M ends, too: the G may have left the thread in a state that no
//!    other G should find. The M hands off its P, is no longer counted, and calls `checkdead`. M0 cannot end. It sleeps for ever.
//!
//! The G may be on a queue before its M waits (2), and be found at once. So 3 may come before 2: a note remembers the wakeup, and
//! `nmidlelocked` is one too small for a moment, so that one M more counts as running.
//!
//! # Read before the lock is released
//! An M that returns from a system call without a P puts its G on the global queue, and then waits as in 2 if the G is locked. It
//! reads that under the same hold of the lock, because the G belongs to the M that takes it from the queue:
//!
//! ```text
//! M0, back from a system call with A          M1
//! puts A on the global queue
//!                                             takes A, and executes it; A locks itself to M1
//! A is locked: waits for it, as if to M0
//! ```
//!
//! Left out: the template thread, which starts other Ms for one whose thread a locked G may have changed. Here threads have no
//! such state. It counts as a system M (`nmsys`), so it changes nothing for `checkdead`.

use crate::event::Event;
use crate::g::{GId, GStatus};
use crate::ids::MId;
use crate::m::M;
use crate::sched::{Sched, SchedLocked};

impl Sched {
    /// `g`, which `m` runs, is locked to `m`, once more if it is already.
    ///
    /// Go: proc.go, LockOSThread 4400-4414 and dolockOSThread 4375-4382 (1.19.8), 5674-5689 and 5649-5656 (1.27.3).
    pub fn lock_os_thread(&self, m: &mut M, g: GId) {
        m.locked_ext += 1;
        self.m(m.id).lockedg.set(Some(g));
        self.g(g).lockedm.set(Some(m.id));
    }

    /// Undoes one call of [`Sched::lock_os_thread`]. Does nothing if there was none.
    ///
    /// Go: proc.go, UnlockOSThread 4453-4460 and dounlockOSThread 4427-4437 (1.19.8), 5727-5734 and 5701-5711 (1.27.3).
    pub fn unlock_os_thread(&self, m: &mut M, g: GId) {
        if m.locked_ext == 0 {
            return;
        }
        m.locked_ext -= 1;
        if m.locked_ext == 0 {
            self.m(m.id).lockedg.set(None);
            self.g(g).lockedm.set(None);
        }
    }

    /// The G that `m` is locked to. In a program that locks none it is no operation.
    pub(crate) fn lockedg(&self, m: &M) -> Option<GId> {
        self.locks_threads.then(|| self.m(m.id).lockedg.get()).flatten()
    }

    /// The M that `g` is locked to. The caller has the G in its hands. In a program that locks none it is no operation.
    pub fn lockedm(&self, g: GId) -> Option<MId> {
        self.locks_threads.then(|| self.g(g).lockedm.get()).flatten()
    }

    /// Stops `m`, which is locked to a G, until that can run, and returns with a P.
    ///
    /// # Panics
    /// As Go does: `stoplockedm: inconsistent locking`, `stoplockedm: not runnable`.
    ///
    /// Go: proc.go, stoplockedm 2435-2457 (1.19.8), 3265-3287 (1.27.3).
    pub(crate) fn stoplockedm(&self, m: &mut M) {
        let me = self.m(m.id);
        let mutual = |g: GId| self.g(g).lockedm.get() == Some(m.id) && self.lockedg(m) == Some(g);
        let Some(g) = me.lockedg.get().filter(|&g| mutual(g)) else {
            panic!("stoplockedm: inconsistent locking");
        };
        if m.p.is_some() {
            // Another M has to run it: this one may run nothing but its G, which may be on this P's queue.
            let p = self.releasep(m);
            self.handoffp(m, p);
        }
        self.emit(m, Event::WaitsForLockedG(g));
        // A locked G, 2. Meets `startlockedm`, which may have counted this M as running already.
        (self.steps.locked.waits)(self, m);
        me.waits_for_locked_g.set(true);
        me.park.sleep();
        me.waits_for_locked_g.set(false);
        me.park.clear();
        assert!(self.g(g).status.get() == GStatus::Runnable, "stoplockedm: not runnable");
        self.acquire_nextp(m);
    }

    /// `m` has found `g`, which is locked to another M: gives that M its P, and stops until there is work. It is a step.
    ///
    /// # Panics
    /// As Go does: `startlockedm: locked to me`, `startlockedm: m has p`.
    ///
    /// Go: proc.go, startlockedm 2463-2479 (1.19.8), 3293-3307 (1.27.3).
    pub fn startlockedm(&self, m: &mut M, of: MId) {
        assert!(of != m.id, "startlockedm: locked to me");
        let other = self.m(of);
        assert!(other.nextp.with(Option::is_none), "startlockedm: m has p");
        // A locked G, 3. Before the wakeup, and before this M stops: in between, one of the two counts as running. Meets
        // `checkdead` of this M, in `stopm`.
        (self.steps.locked.wakes)(self, m);
        let p = self.releasep(m);
        self.emit(m, Event::StartsLockedM(of));
        other.nextp.set(Some(p));
        // Meets the sleep in `stoplockedm`, which may come later.
        other.park.wakeup();
        self.stopm(m);
    }

    /// `m` ends with the G that was locked to it. It has a P. M0 does not return.
    ///
    /// # Panics
    /// As Go does, if M0 is woken: `locked m0 woke up`.
    ///
    /// Go: proc.go, mexit 1471-1561 (1.19.8), 1999-2117 (1.27.3).
    pub(crate) fn mexit(&self, m: &mut M) {
        let p = self.releasep(m);
        (self.steps.locked.hands_off)(self, m, p);
        // A locked G, 4. After the hand-over, which may have started an M.
        let mut locked = self.lock.lock();
        self.m(m.id).exited.set(true);
        self.emit(m, Event::MExits);
        (self.steps.locked.exits)(self, &mut locked, m);
        drop(locked);
        if m.id == MId(0) {
            // On most systems the process would be a zombie without its first thread.
            self.m(m.id).park.sleep();
            panic!("locked m0 woke up");
        }
    }

    /// One M less exists. It is a step.
    ///
    /// Go: proc.go, mexit 1489-1490 and 1543-1544 (1.19.8), 2016-2017 and 2087-2088 (1.27.3).
    pub fn count_exit(&self, locked: &mut SchedLocked, m: &M) {
        locked.mcount -= 1;
        // Meets `mput` of the others: they may all have parked while this M counted as running.
        self.checkdead(locked, m);
    }
}
