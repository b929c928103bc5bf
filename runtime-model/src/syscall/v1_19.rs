//! System calls as from Go 1.5 to 1.25: the P's state says that it is in a call.
//!
//! The M puts its P into the state *in a system call*, in which the P has no owner. An M that wants it, and the M itself
//! when it returns, use one exchange out of that state ([`Sched::take_from_syscall`]), so one of them wins.

use crate::event::Event;
use crate::g::{GId, GStatus};
use crate::ids::PId;
use crate::m::{Entered, M};
use crate::p::OwnedP;
use crate::sched::Sched;

use super::Stage;

impl Sched {
    /// Go: proc.go, reentersyscall 3612-3670 (1.19.8).
    #[sync::summarized]
    pub fn reentersyscall(&self, m: &mut M, g: GId) -> Entered {
        self.g(g).casgstatus(GStatus::Running, GStatus::Syscall);
        self.entered_call(true);
        self.run_safe_point_fn(m);
        let tick = self.p(m.p()).syscalltick.get();
        let p = self.releasep(m);
        let oldp = p.id();
        self.m(m.id).oldp.set(Some(oldp));
        self.emit(m, Event::EnterSyscall(g));
        self.put_in_syscall(p);
        (self.steps.entered_syscall)(self, m, oldp);
        (self.steps.stop_in_syscall)(self, oldp);
        Entered { oldp: Some(oldp), tick }
    }

    /// Go: proc.go, entersyscallblock 3712-3751 (1.19.8).
    #[sync::summarized]
    pub fn entersyscallblock(&self, m: &mut M, g: GId) -> Entered {
        self.count_syscall(m.p());
        self.g(g).casgstatus(GStatus::Running, GStatus::Syscall);
        self.emit(m, Event::EnterSyscall(g));
        let p = self.releasep(m);
        self.handoffp(m, p);
        Entered::without_p()
    }

    /// Go: proc.go, exitsyscall 3773-3854 (1.19.8).
    #[sync::summarized]
    pub fn exitsyscall(&self, m: &mut M, g: GId, entered: Entered) -> bool {
        if !self.exitsyscallfast(m, &entered) {
            return self.exitsyscall0(m, g, GStatus::Syscall);
        }
        self.count_syscall(m.p());
        self.g(g).casgstatus(GStatus::Syscall, GStatus::Running);
        self.stage(m).set(Stage::Out);
        true
    }

    /// Step 3, a and b. Go: proc.go, exitsyscallfast 3857-3894 and exitsyscallfast_pidle 3919-3932 (1.19.8).
    #[sync::summarized]
    fn exitsyscallfast(&self, m: &mut M, entered: &Entered) -> bool {
        // 3a. Meets the same exchange in a stop of the world, and in `for_each_p`. The P may have been taken, have served
        // another M, and be in that M's system call by now: it is taken from that one then.
        let oldp = entered.oldp.and_then(|oldp| self.take_from_syscall(oldp));
        self.m(m.id).oldp.set(None);
        if let Some(p) = oldp {
            self.acquirep(m, p);
            self.exitsyscallfast_reacquired(m, entered);
            return true;
        }
        // 3b. Read without the lock. A P that becomes idle after that is found in `exitsyscall0`, under the lock. Go looks
        // whether the list is empty; here it is the list's length that can be read without the lock.
        self.npidle.load() != 0 && self.exitsyscallfast_pidle(m)
    }

    /// The P was taken and is in another call: that one's P is lost. Go: proc.go, exitsyscallfast_reacquired 3901-3917
    /// (1.19.8).
    fn exitsyscallfast_reacquired(&self, m: &M, entered: &Entered) {
        if self.p(m.p()).syscalltick.get() != entered.tick {
            self.emit(m, Event::OldPOfOtherSyscall(m.p().id()));
            self.count_syscall(m.p());
        }
    }

    /// Takes `p` out of the system call that it is in, for another purpose than that call: its M then sees that the P has
    /// served others. None as for [`Sched::take_from_syscall`].
    ///
    /// Go: proc.go, stopTheWorldWithSema 1198-1206, forEachP 1626-1638, entersyscall_gcwait 3695-3704 (1.19.8).
    pub fn retake_from_syscall(&self, p: PId) -> Option<OwnedP> {
        let taken = self.take_from_syscall(p)?;
        self.count_syscall(&taken);
        Some(taken)
    }

    /// The same, if the P was asked to pass a safe point.
    ///
    /// Go: proc.go, forEachP 1626-1638 (1.19.8).
    pub fn retake_if_asked(&self, p: PId) -> Option<OwnedP> {
        let asked = &self.allp[p.index()];
        // The flag between the two reads of the state, as in Go: it may have been cleared since by the M that has
        // entered the call.
        let in_call = asked.in_syscall.load() && asked.run_safe_point_fn.load();
        in_call.then(|| self.retake_from_syscall(p)).flatten()
    }
}
