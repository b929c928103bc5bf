//! `for_each_p`: a function is run once on each P, when the P is at a safe point; a barrier that stops no P.
//!
//! # A safe point
//! 1. Under the lock, the caller sets the flag `runSafePointFn` of each other P, and runs the function for those on the idle
//!    list.
//! 2. It runs the function on its own P, and takes the Ps that are in system calls and have the flag, to hand them off: the
//!    handing off runs the function.
//! 3. It waits for the others. An M that is about to look for work, to put its P on the idle list, to hand it off, or to
//!    leave it in a system call, reads the flag; the one that clears it runs the function.
//!
//! # The window of a system call
//! An M that enters a system call reads the flag *before* it puts its P into the call. In Go, nothing is read after that:
//!
//! ```text
//! M0, for_each_p                 M1, entering a system call
//!                                its flag is not set
//! sets the flag of P1
//! P1 is not in a system call
//! waits                          P1 is in a system call          until the call returns
//! ```
//!
//! Only sysmon's retake ends that. In the mended variants, the M reads the flag again once its P is in the call, and hands it
//! off if the flag is set: whichever comes second of the flag and the P's state, its M sees the other.

use crate::event::Event;
use crate::m::M;
use crate::p::PId;
use crate::sched::{Sched, SchedLocked};

impl Sched {
    /// Runs the safe point function on each P.
    ///
    /// # Panics
    /// As Go does: `forEachP: sched.safePointWait != 0`, `forEachP: not done`, `forEachP: P did not run fn`.
    ///
    /// Go: proc.go, forEachP 1586-1665 (1.19.8), forEachPInternal 2158-2237 (1.27.3).
    #[sync::summarized]
    pub(crate) fn for_each_p(&self, m: &M) {
        let wait = self.ask_each_p(m);
        self.safe_point_fn(m.p().id());
        let ps = self.ps(m.p());
        for p in ps {
            if let Some(taken) = (self.steps.syscalls.retake_if_asked)(self, p.id) {
                self.emit(m, Event::TakenAtSafePoint(p.id));
                self.handoffp(m, taken);
            }
        }
        if wait {
            // Suspending, 4.
            (self.steps.can_be_suspended)(self, true);
            // Step 3. Meets `passed_safe_point` of the last P's M.
            self.safe_point_note.sleep();
            self.safe_point_note.clear();
            (self.steps.can_be_suspended)(self, false);
        }
        assert!(self.safe_point_wait.get() == 0, "forEachP: not done");
        let done = self.ps(m.p()).iter().all(|p| !p.run_safe_point_fn.owner_load());
        assert!(done, "forEachP: P did not run fn");
        self.emit(m, Event::AllPassedSafePoint);
    }

    /// Step 1. Returns whether there are Ps to wait for.
    #[sync::summarized]
    fn ask_each_p(&self, m: &M) -> bool {
        let locked = self.lock.lock();
        assert!(self.safe_point_wait.get() == 0, "forEachP: sched.safePointWait != 0");
        let mut left = self.gomaxprocs() as i32 - 1;
        for p in self.ps(m.p()).iter().filter(|p| p.id != m.p().id()) {
            // Meets the reads in `round`, `must_stop`, `handoffp` and `reentersyscall`.
            p.run_safe_point_fn.store(true);
        }
        self.preemptall();
        for p in locked.idle_ps() {
            if self.allp[p.index()].run_safe_point_fn.cas(true, false) {
                self.safe_point_fn(p);
                left -= 1;
            }
        }
        self.safe_point_wait.set(left);
        drop(locked);
        left > 0
    }

    /// What is run on each P: here, it counts.
    fn safe_point_fn(&self, p: PId) {
        self.allp[p.index()].safe_points.change(|n| *n += 1);
    }

    /// Runs the safe point function for the P of `m`, if it is asked for.
    ///
    /// Go: proc.go, runSafePointFn 1678-1693 (1.19.8), 2250-2265 (1.27.3).
    #[sync::summarized]
    pub(crate) fn run_safe_point_fn(&self, m: &M) {
        let p = m.p().id();
        let asked = self.program.has_safe_points() && self.allp[p.index()].run_safe_point_fn.load();
        // Meets the same exchange in `ask_each_p`, under the lock.
        if asked && self.allp[p.index()].run_safe_point_fn.cas(true, false) {
            self.safe_point_fn(p);
            self.passed_safe_point(&mut self.lock.lock());
        }
    }

    /// The same for a P that the caller owns, with the lock held. Go: proc.go, handoffp 2388-2394 (1.19.8).
    pub(crate) fn run_safe_point_fn_locked(&self, locked: &mut SchedLocked, p: PId) {
        if self.program.has_safe_points() && self.allp[p.index()].run_safe_point_fn.cas(true, false)
        {
            self.safe_point_fn(p);
            self.passed_safe_point(locked);
        }
    }

    /// One P less is waited for. Go: proc.go, runSafePointFn 1688-1692 (1.19.8).
    fn passed_safe_point(&self, _: &mut SchedLocked) {
        let left = self.safe_point_wait.get() - 1;
        self.safe_point_wait.set(left);
        if left == 0 {
            self.safe_point_note.wakeup();
        }
    }

    /// Whether `m`, which holds the lock, must not put its P on the idle list: the world stops, or a safe point is asked for.
    /// It is a step.
    ///
    /// Go: proc.go, findRunnable 2732-2735 (1.19.8), 3609-3613 (1.27.3).
    pub fn must_stop(&self, m: &M) -> bool {
        // No other M writes the one while this M has the lock, nor the other while it has the P as well.
        let stops = self.program.stops_the_world() && self.gcwaiting.owner_load();
        stops || self.program.has_safe_points() && self.p(m.p()).run_safe_point_fn.owner_load()
    }

    /// The P `p` of `m` is in a system call: was a safe point asked for in the meantime? Ours, not Go's. It is a step.
    pub fn look_again_in_syscall(&self, m: &M, p: PId) {
        if !self.program.has_safe_points() || !self.allp[p.index()].run_safe_point_fn.load() {
            return;
        }
        // Meets the pass in `for_each_p`, which may have been before the P was in the call. The exchange fails if it was not.
        if let Some(taken) = (self.steps.syscalls.retake)(self, p) {
            self.handoffp(m, taken);
        }
    }
}
