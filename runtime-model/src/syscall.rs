//! System calls: an M that is in one runs no G, and its P may serve another M meanwhile.
//!
//! # A system call
//! 1. **Enter.** The G's status becomes `Syscall`. The M leaves its P where others may take it, and remembers which one it
//!    was (`oldp`).
//! 2. **Wait** in the operating system. Other Ms may take the P: one that stops the world, or one that wants each P to pass a
//!    safe point. Each does so by an exchange (`retake`), so one of them wins.
//! 3. **Return.** The M tries in this order:
//!    - **3a.** its old P, which is enough if no other M took that;
//!    - **3b.** an idle P;
//!    - **3c.** under the lock, an idle P again; if there is none, it puts the G on the global queue, under the same hold,
//!      and stops.
//!
//! Without the lock around both halves of 3c, the P that another M drops in between would lie idle beside the G: that
//! other M looked at the global queue before (wake protocol, 4a), and no M is woken for the G.
//!
//! A call that is known to block (`entersyscallblock`) hands its P off first (`handoff.rs`), and has no old P to return to.
//!
//! That is how calls work in each release. How the P waits in step 1 differs: `syscall/v1_19.rs` has the calls of Go 1.5 to
//! 1.25, `syscall/v1_26.rs` those since.

mod v1_19;
mod v1_26;

use sync::Ghost;

use crate::event::Event;
use crate::g::{GId, GStatus};
use crate::ids::PId;
use crate::m::{MId, M};
use crate::p::OwnedP;
use crate::program::{Clock, Syscall};
use crate::sched::{Sched, SchedLocked};

pub use crate::m::{AfterCall, Entered, Stage};

impl Sched {
    /// The G that `m` runs makes a system call. Returns whether `m` goes on with it.
    #[sync::summarized]
    pub(crate) fn syscall(&self, m: &mut M, g: GId, how: Syscall) -> bool {
        self.stage(m).set(Stage::Inside);
        let entered = match how {
            Syscall::Blocking => (self.steps.syscalls.block)(self, m, g),
            _ => (self.steps.syscalls.enter)(self, m, g),
        };
        match how {
            Syscall::Short => {}
            Syscall::Long | Syscall::Blocking => self.wait_in_syscall(m),
            Syscall::Until(flag) => self.world.wait_in_call(flag),
        }
        (self.steps.syscalls.exit)(self, m, g, entered)
    }

    /// Waits until the world lets the call return.
    ///
    /// # Panics
    /// If it would return by itself.
    fn wait_in_syscall(&self, m: &M) {
        let me = self.m(m.id);
        me.awaits_return.set(true);
        loop {
            // Meets `syscalls_return`, or `choose_returns` of another M.
            me.returns.sleep();
            me.returns.clear();
            if !me.moves_world.swap(false) || self.choose_returns(m) {
                break;
            }
        }
        me.awaits_return.set(false);
        assert!(me.may_return.replace(false), "program: a system call returns by itself");
    }

    /// The world lets the call of `m` return; the caller wakes it.
    pub(crate) fn lets_return(&self, m: MId) {
        self.m(m).may_return.set(true);
    }

    /// Lets the world move, as no M can: system calls return. Returns false if none is awaited.
    ///
    /// An M that waits is woken, to choose which of them.
    pub(crate) fn syscalls_return(&self) -> bool {
        if self.program.clock != Clock::Fake {
            // The world's thread has them among what may come to pass.
            return false;
        }
        let Some(&first) = self.awaited_returns().first() else { return false };
        self.m(first).moves_world.store(true);
        self.m(first).returns.wakeup();
        true
    }

    /// Any non-empty set of the calls that are awaited returns at once. Returns whether that of `m` is one of them.
    fn choose_returns(&self, m: &M) -> bool {
        // No other M moves yet.
        let awaited = self.awaited_returns();
        let set = 1 + sync::choose((1 << awaited.len()) - 1);
        let of_set = |(i, _): &(usize, MId)| set & (1 << i) != 0;
        let returns: Vec<MId> =
            awaited.into_iter().enumerate().filter(of_set).map(|(_, id)| id).collect();
        self.progress();
        self.emit(m, Event::WorldMoves(returns.len()));
        returns.iter().for_each(|&id| self.lets_return(id));
        for &other in returns.iter().filter(|&&other| other != m.id) {
            self.m(other).returns.wakeup();
        }
        returns.contains(&m.id)
    }

    /// The Ms whose calls return when the world moves.
    pub(crate) fn awaited_returns(&self) -> Vec<MId> {
        let waits = |id: &MId| self.m(*id).awaits_return.peek(|&waits| waits);
        (0..self.program.ms).map(MId).filter(waits).collect()
    }

    fn stage(&self, m: &M) -> &Ghost<Stage> {
        &self.m(m.id).stage
    }

    /// The P was put into a call: is the world to stop by now? Stops the P then, unless another M has it. It is a step.
    ///
    /// Go: proc.go, reentersyscall 3664-3668, entersyscall_gcwait 3691-3707 (1.19.8). None since 1.26.
    #[sync::summarized]
    pub fn stop_in_syscall(&self, oldp: PId) {
        // After the P is in the call. Meets `collect`, which sets `gcwaiting` first.
        if !self.is_stopping() {
            return;
        }
        let mut locked = self.lock.lock();
        if self.stopwait.get() == 0 {
            return;
        }
        // Meets the same in `collect_ps_in_syscalls`.
        if let Some(p) = (self.steps.syscalls.retake)(self, oldp) {
            self.stop_and_tell(&mut locked, p);
        }
    }

    /// Go: proc.go, exitsyscallfast_pidle 3919-3932 (1.19.8).
    #[sync::summarized]
    pub(crate) fn exitsyscallfast_pidle(&self, m: &mut M) -> bool {
        // Meets `begin_spin` and `wakep` of a maker of work, for which there is one idle P less from here on
        // (golang/go#45867).
        let p = self.idle_p_for_return(&mut self.lock.lock());
        let Some(p) = p else { return false };
        self.acquirep(m, p);
        true
    }

    /// An idle P for a call that has returned. sysmon has to look after it.
    fn idle_p_for_return(&self, locked: &mut SchedLocked) -> Option<OwnedP> {
        let p = self.pidleget(locked, 0);
        if p.is_some() {
            self.returned_with_idle_p(locked);
        }
        p
    }

    /// Step 3c: there was no P. Returns whether `m` goes on with `g`; else it has stopped, and has a P again.
    ///
    /// Go: proc.go, exitsyscall0 3940-3977 (1.19.8); exitsyscallNoP 5106-5155 (1.27.3).
    pub(crate) fn exitsyscall0(&self, m: &mut M, g: GId, was: GStatus) -> bool {
        self.g(g).casgstatus(was, GStatus::Runnable);
        self.dropg(m);
        self.stage(m).set(Stage::Out);
        match (self.steps.p_or_global)(self, m, g) {
            AfterCall::P(p) => self.acquirep(m, p),
            // From the unlock on, `g` may run on another M, unless it is locked to this one.
            AfterCall::Queued { locked } => {
                self.emit(m, Event::SyscallLeftG(g));
                if !locked {
                    self.stopm(m);
                    return false;
                }
                self.stoplockedm(m);
            }
        }
        self.g(g).casgstatus(GStatus::Runnable, GStatus::Running);
        self.m(m.id).curg.set(Some(g));
        self.count_syscall(m.p());
        true
    }

    /// Takes an idle P, or puts `g` on the global queue, under one hold of the lock.
    ///
    /// Whether the G is locked to its thread is read under the same hold: *Read before the lock is released* in `locked.rs`.
    ///
    /// Go: proc.go, exitsyscall0 3943-3948 (1.19.8), exitsyscallNoP 5123-5130 (1.27.3).
    pub fn p_or_global(&self, _: &M, g: GId) -> AfterCall {
        let mut locked = self.lock.lock();
        if let Some(p) = self.idle_p_for_return(&mut locked) {
            return AfterCall::P(p);
        }
        // Meets `drop_p`: the M that drops a P looks at this queue under the lock (wake protocol, 4a), so it finds this
        // G, or drops the P before and `pidleget` found it.
        self.globrunqput(&mut locked, g);
        // Meets `lock_os_thread` on the M that takes the G from the queue.
        AfterCall::Queued { locked: self.lockedm(g).is_some() }
    }

    /// The call is over, and `m` has a P.
    pub(crate) fn left_syscall(&self, m: &M) {
        self.count_syscall(m.p());
        self.stage(m).set(Stage::Out);
    }

    /// The P has seen one more system call. Returns how many it had seen.
    ///
    /// Go: proc.go, exitsyscall 3802 and 3848 (1.19.8), 5027 and 5059 (1.27.3).
    pub(crate) fn count_syscall(&self, p: &OwnedP) -> u32 {
        let tick = &self.p(p).syscalltick;
        let was = tick.get();
        tick.set(was.wrapping_add(1));
        if self.program.has_sysmon() {
            // Meets the loads in `retake_by_cas` and `retake_by_scan_bit`.
            self.p(p).watched.syscalltick.store(tick.get());
        }
        was
    }
}
