//! Stopping the world: one M takes the Ps of all others, and gives them back.
//!
//! # A stop
//! 1. **Ask.** Under the lock, the stopper counts the Ps that are to stop (`stopwait`) and sets `gcwaiting`.
//! 2. **Collect.** Under the same hold it takes its own P, those in system calls, and those on the idle list. Each that is
//!    taken counts `stopwait` down.
//! 3. **Wait** for the others. An M that runs, and is about to look for work, to put its P on the idle list, to hand it off, or
//!    to leave it in a system call, reads `gcwaiting` and stops its P itself. The one that makes `stopwait` 0 wakes the
//!    stopper.
//!
//! An M that gives up its P reads `gcwaiting` under the hold of the lock under which it does so: otherwise the stopper could
//! have collected in between, and would wait for a P that is idle (golang/go#45975 is of this kind). A system call is entered
//! without the lock, so there the P's state is stored first and `gcwaiting` is read second, and the stopper does it the other
//! way round: one of the two sees the other.
//!
//! A G that keeps its M busy is preempted: it goes to the global queue. Go sends the request again every 100 µs; here, a
//! request is repeated when no M moves.
//!
//! Go has a semaphore for the Ms that want to stop the world, `worldsema`. Here a program has one G that does.
//!
//! When the world starts, GOMAXPROCS may have another value: `resize.rs` has `procresize`. `safepoint.rs` has `for_each_p`, which asks the same of each P, one after the other, and stops none.

use crate::event::Event;
use crate::m::{MId, M};
use crate::p::{OwnedP, PStatus};
use crate::resize::Runnable;
use crate::sched::{Sched, SchedLocked};

impl Sched {
    /// Stops the world, and starts it again with so many Ps.
    #[sync::summarized]
    pub(crate) fn stop_and_start(&self, m: &mut M, procs: u32) {
        self.stop_the_world_with_sema(m);
        self.stopped_by.set(Some(m.id));
        self.emit(m, Event::WorldStopped);
        self.start_the_world_with_sema(m, procs);
    }

    /// Returns when no P but the caller's is anybody's.
    ///
    /// # Panics
    /// As Go does: `stopTheWorld: not stopped (stopwait != 0)`, `stopTheWorld: not stopped (status != _Pgcstop)`.
    ///
    /// Go: proc.go, stopTheWorldWithSema 1179-1255 (1.19.8), 1641-1735 (1.27.3).
    #[sync::summarized]
    pub(crate) fn stop_the_world_with_sema(&self, m: &M) {
        // Suspending, 4.
        (self.steps.can_be_suspended)(self, true);
        if self.collect(m) {
            // Step 3. Meets `stop_p`, of the last M that stops its P.
            self.stopnote.sleep();
            self.stopnote.clear();
        }
        (self.steps.can_be_suspended)(self, false);
        assert!(self.stopwait.get() == 0, "stopTheWorld: not stopped (stopwait != 0)");
        let stopped = |status: PStatus| status == PStatus::GcStop;
        let all = self.ps(m.p()).iter().all(|p| p.status.with(|&status| stopped(status)));
        assert!(all, "stopTheWorld: not stopped (status != _Pgcstop)");
    }

    /// Steps 1 and 2. Returns whether there are more to wait for.
    ///
    /// Go: proc.go, stopTheWorldWithSema 1188-1217 (1.19.8), 1671-1703 (1.27.3).
    #[sync::summarized]
    fn collect(&self, m: &M) -> bool {
        let mut locked = self.lock.lock();
        self.stopwait.set(self.gomaxprocs() as i32);
        // Step 1. Meets the reads in `round`, `steal_work`, `must_stop`, `handoffp` and `reentersyscall`.
        self.gcwaiting.store(true);
        self.preemptall();
        self.p(m.p()).status.set(PStatus::GcStop);
        self.stopwait.set(self.stopwait.get() - 1);
        (self.steps.collect_from_syscalls)(self, &mut locked);
        while let Some(p) = self.pidleget(&mut locked, 0) {
            self.stop_p(&mut locked, p);
        }
        self.stopwait.get() > 0
    }

    /// Takes the Ps that are in system calls. It is a step.
    ///
    /// Go: proc.go, stopTheWorldWithSema 1197-1207 (1.19.8), 1681-1687 (1.27.3).
    pub fn collect_ps_in_syscalls(&self, locked: &mut SchedLocked) {
        let ps = self.ps(&*locked);
        for p in ps {
            // Meets the store in `put_in_syscall` of an M that enters a call, or the exchange in `reentersyscall_by_status`: if
            // it comes later, that M reads `gcwaiting` after it, in `stop_in_syscall`.
            if let Some(taken) = (self.steps.syscalls.retake)(self, p.id) {
                self.stop_p(locked, taken);
            }
        }
    }

    /// `p` stops. Returns whether it was the last to do so.
    fn stop_p(&self, locked: &mut SchedLocked, p: OwnedP) -> bool {
        self.p(&p).status.set(PStatus::GcStop);
        locked.stopped.push(p);
        // In the order of their numbers, so that it does not matter which stopped first.
        locked.stopped.sort_by_key(OwnedP::id);
        let left = self.stopwait.get() - 1;
        self.stopwait.set(left);
        left == 0
    }

    /// `p` stops, and the stopper is woken if it was the last. The caller does not use it any more.
    ///
    /// Go: proc.go, gcstopm 2500-2503, handoffp 2380-2384, entersyscall_gcwait 3696-3704 (1.19.8).
    pub(crate) fn stop_and_tell(&self, locked: &mut SchedLocked, p: OwnedP) {
        if self.stop_p(locked, p) {
            self.stopnote.wakeup();
        }
    }

    /// The world is about to stop, and this program is one in which it does.
    pub(crate) fn is_stopping(&self) -> bool {
        self.program.stops_the_world() && self.gcwaiting.load()
    }

    /// `m` stops its P. The caller stops `m` (`stopm`), until the world is started.
    ///
    /// # Panics
    /// As Go does: `gcstopm: not waiting for gc`, `gcstopm: negative nmspinning`.
    ///
    /// Go: proc.go, gcstopm 2483-2506 (1.19.8), 3311-3335 (1.27.3).
    #[sync::summarized]
    pub(crate) fn gcstopm(&self, m: &mut M) {
        // It stays set while this M has a P that is not stopped.
        assert!(self.gcwaiting.owner_load(), "gcstopm: not waiting for gc");
        if self.m(m.id).spinning.get() {
            // No last look: the start of the world wakes an M.
            self.uncount(m, "gcstopm");
        }
        let p = self.releasep(m);
        self.emit(m, Event::GcStopped(p.id()));
        self.stop_and_tell(&mut self.lock.lock(), p);
    }

    /// Gives the Ps back: those with Gs to Ms, the others to the idle list; and wakes one M more.
    ///
    /// Go: proc.go, startTheWorldWithSema 1258-1314 (1.19.8), 1773-1834 (1.27.3).
    #[sync::summarized]
    pub(crate) fn start_the_world_with_sema(&self, m: &mut M, procs: u32) {
        for (p, nm) in self.give_back(m, procs) {
            match nm {
                Some(nm) => self.wake_with(nm, p),
                None => (self.steps.start_new_m)(self, m, self.lock.lock(), p, None),
            }
        }
        // There may be work for more Ms than those: an M that stopped while it spun has taken no last look.
        (self.steps.wake_at_start)(self, m);
    }

    /// The part under the lock. Returns the Ps that have Gs, each with an idle M if there is one.
    #[sync::summarized]
    fn give_back(&self, m: &mut M, procs: u32) -> Runnable {
        let mut locked = self.lock.lock();
        self.stopped_by.set(None);
        let runnable = self.procresize(&mut locked, m, procs);
        self.gcwaiting.store(false);
        self.world_started(&mut locked);
        runnable
    }

    /// Hands `p` to the idle M `nm`.
    ///
    /// # Panics
    /// As Go does: `startTheWorld: inconsistent mp->nextp`.
    fn wake_with(&self, nm: MId, p: OwnedP) {
        let other = self.m(nm);
        assert!(other.nextp.with(Option::is_none), "startTheWorld: inconsistent mp->nextp");
        // Before the wakeup, as in `wake_m`.
        other.nextp.set(Some(p));
        other.park.wakeup();
    }

    /// Asks the Gs that keep their Ms busy to give way. Returns whether there was one.
    ///
    /// Go: proc.go, preemptall 5365-5376 (1.19.8). Left out: Gs that are not busy. They come to a place where they look
    /// at the request by themselves.
    pub(crate) fn preemptall(&self) -> bool {
        let mut some = false;
        for flag in &self.world.flags {
            while flag.nudge() {
                some = true;
            }
        }
        while self.ends_long_mark() {
            some = true;
        }
        some
    }

    /// A stop of the world, a `for_each_p`, or an M that suspends a G, waits for a G that is busy: asks again. For the world, when
    /// no M moves.
    ///
    /// Go: proc.go, stopTheWorldWithSema 1220-1228, forEachP 1641-1650 (1.19.8).
    pub(crate) fn asks_again(&self) -> bool {
        let waits = self.stopwait.peek(|&n| n) > 0 || self.safe_point_wait.peek(|&n| n) > 0;
        let waits = waits || self.waits_to_suspend();
        self.program.preempts() && waits && self.preemptall()
    }
}
