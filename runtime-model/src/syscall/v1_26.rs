//! System calls since Go 1.26: the G's status says that it is in a call, and its scan bit who may take the P.
//!
//! The P of a G in a call stays `Running` and its M's: the M that returns and finds it there has nothing to do.
//!
//! # The scan bit
//! 1. **Enter.** The M stores the G's status, by one exchange. From here on, any M may take the P.
//! 2. **Grab.** An M that wants the P of another reads which G has it. If that is in a call, the M sets the G's scan bit, by
//!    an exchange that fails if the G has returned, or has the bit set by another M.
//! 3. **Check.** Between the read and the exchange, the G may have returned, gone elsewhere and entered another call. So the
//!    M looks, with the bit set, whether the G's M has that P. If it does not, the M clears the bit and has nothing.
//! 4. **Take.** With the bit set, the M takes the P from the G's M. Then it clears the bit.
//! 5. **Return.** The M of the call moves the G's status back, by an exchange for which it waits while the bit is set. From
//!    here on, no M can take the P: it is still there, or has been taken.
//!
//! An M that loses its P tries the same on the one that it had, which may be in another call by now, and then an idle P. It
//! does so while its G is `Running` without a P.
//!
//! # The window of a stop
//! `gcwaiting` is read *before* step 1, and nothing is read after it:
//!
//! ```text
//! M0, stopping the world         M1, entering a system call
//!                                the world is not to stop
//! sets gcwaiting
//! G1 is not in a system call
//! waits                          G1 is in a system call          until the call returns
//! ```
//!
//! sysmon does not end that: it sleeps while the world is to stop. Up to 1.25, the request was read after the P's state was
//! stored. In `GO_FIXED`, the M reads it again after step 1 ([`Sched::stop_in_syscall`]).
//!
//! The model has one word for the two reads with which Go finds the G of a P (`p.m`, then `m.curg`), [`P::caller`]. A G before
//! whose call the P was handed off has no P to take: its status is no word of its own.

use sync::Awaited;

use crate::event::Event;
use crate::g::{CallStatus, GId, GStatus, Guintptr};
use crate::ids::PId;
use crate::m::{Entered, MId, M};
use crate::p::OwnedP;
use crate::sched::Sched;

/// A G in a call whose scan bit the caller has set, and the M that has left its P to the call.
#[derive(Hash)]
pub(crate) struct SyscallingThread {
    g: GId,
    m: MId,
}

/// Whether what an M has left to a call is `p`.
fn is(lent: &Option<OwnedP>, p: PId) -> bool {
    lent.as_ref().is_some_and(|lent| lent.id() == p)
}

impl Sched {
    /// Go: proc.go, reentersyscall 4642-4755 (1.27.3; since 1.26).
    #[sync::summarized]
    pub fn reentersyscall_by_status(&self, m: &mut M, g: GId) -> Entered {
        let tick = self.p(m.p()).syscalltick.get();
        self.run_safe_point_fn(m);
        let oldp = m.p().id();
        self.m(m.id).oldp.set(Some(oldp));
        self.emit(m, Event::EnterSyscall(g));
        // Meets `collect`, which sets `gcwaiting` and then looks for Gs in calls: this one is in none yet.
        if self.is_stopping() {
            self.entersyscall_handle_gc_wait(m);
        }
        let with_p = m.p.is_some();
        self.leave_to_call(m, g);
        self.g(g).casgstatus(GStatus::Running, GStatus::Syscall);
        // The scan bit, step 1. Meets `set_block_on_exit_syscall`, of an M that wants this P.
        let entered = self.g(g).call.cas(CallStatus::Out, CallStatus::In);
        assert!(entered, "casgstatus: bad incoming values");
        self.entered_call(with_p);
        (self.steps.entered_syscall)(self, m, oldp);
        (self.steps.stop_in_syscall)(self, oldp);
        Entered { oldp: Some(oldp), tick }
    }

    /// The world is to stop, so `m` gives up its P before the call.
    ///
    /// Go: proc.go, entersyscallHandleGCWait 4794-4816 (1.27.3; since 1.26).
    #[sync::summarized]
    fn entersyscall_handle_gc_wait(&self, m: &mut M) {
        let mut locked = self.lock.lock();
        // The stop may be over by now.
        if self.stopwait.get() > 0 {
            self.count_syscall(m.p());
            let p = self.releasep(m);
            self.emit(m, Event::GcStopped(p.id()));
            self.stop_and_tell(&mut locked, p);
        }
    }

    /// What an M that has the scan bit of `g` needs to know of it: its M, and the P. No M looks at them before.
    fn leave_to_call(&self, m: &mut M, g: GId) {
        self.g(g).m.set(Some(m.id));
        let Some(p) = m.p.take() else { return };
        let caller = &self.p(&p).caller;
        self.m(m.id).lent.set(Some(p));
        // Meets the load in `set_block_on_exit_syscall`. The M that reads this looks at the G's status next, so it does not
        // matter that the G is not in the call yet.
        caller.store(Guintptr::of(g));
    }

    /// Takes `p` out of the system call that its G is in. None if it is in none, or another M was faster.
    ///
    /// Go: proc.go, takeP 6861-6863, gcstopP 6851-6857, releaseP 6868-6882 (1.27.3; since 1.26). `gcstopP` differs by the
    /// status, which `stop_p` writes.
    #[sync::summarized]
    pub fn take_p(&self, p: PId) -> Option<OwnedP> {
        let thread = self.set_block_on_exit_syscall(p)?;
        Some(self.take_p_of(thread))
    }

    /// Takes the P of that call, and clears the scan bit.
    ///
    /// Go: proc.go, takeP 6861-6863, releaseP 6868-6882, resume 6885-6887 (1.27.3; since 1.26).
    pub(crate) fn take_p_of(&self, thread: SyscallingThread) -> OwnedP {
        // The scan bit, step 4. The G's M waits in `return_from_call` meanwhile.
        let taken = self.m(thread.m).lent.replace(None).expect("step 3 has found it there");
        self.unwire(thread.m, &taken);
        self.count_syscall(&taken);
        self.p(&taken).caller.store(Guintptr::NIL);
        self.resume(thread.g);
        taken
    }

    /// Leaves the P to that call, and clears the scan bit. Go: proc.go, resume 6885-6887 (1.27.3; since 1.26).
    pub(crate) fn resume_thread(&self, thread: SyscallingThread) {
        self.resume(thread.g);
    }

    /// Sets the scan bit of the G that is in a call with `p`. None if there is none, or another M has set it.
    ///
    /// Go: proc.go, setBlockOnExitSyscall 6801-6842 (1.27.3; since 1.26).
    #[sync::summarized]
    pub(crate) fn set_block_on_exit_syscall(&self, p: PId) -> Option<SyscallingThread> {
        // The scan bit, step 2. An old value costs an exchange: step 3 finds out.
        let g = self.allp[p.index()].caller.load().ptr()?;
        // Meets the exchanges in `reentersyscall_by_status` and `return_from_call`.
        if !self.g(g).call.cas(CallStatus::In, CallStatus::Scan) {
            return None;
        }
        if self.suspends() && !(self.steps.castogscan_call)(self.g(g)) {
            // Another M has suspended the G, so it has the scan bit.
            self.g(g).call.store(CallStatus::In);
            return None;
        }
        // The scan bit, step 3. Another M may have taken the P since the load, or the G may be in another call by now.
        let m = self.g(g).m.get().filter(|&m| self.m(m).lent.with(|it| is(it, p)));
        if m.is_none() {
            self.resume(g);
        }
        m.map(|m| SyscallingThread { g, m })
    }

    /// Clears the scan bit. Go: proc.go, resume 6885-6887 (1.27.3; since 1.26).
    fn resume(&self, g: GId) {
        self.g(g).casfrom_gscan_call();
        // Meets the wait in `return_from_call`.
        self.g(g).call.store(CallStatus::In);
    }

    /// `p`, if it was asked to pass a safe point and is in a call.
    ///
    /// Go: proc.go, forEachPInternal 2205-2215 (1.27.3; since 1.26).
    pub fn take_p_if_asked(&self, p: PId) -> Option<OwnedP> {
        let asked = self.allp[p.index()].run_safe_point_fn.load();
        asked.then(|| self.take_p(p)).flatten()
    }

    /// The P is handed off first: for a moment the G is `Running` on an M without a P.
    ///
    /// Go: proc.go, entersyscallblock 4830-4900 (1.27.3; since 1.26).
    #[sync::summarized]
    pub fn entersyscallblock_running(&self, m: &mut M, g: GId) -> Entered {
        self.count_syscall(m.p());
        self.emit(m, Event::EnterSyscall(g));
        let p = self.releasep(m);
        self.handoffp(m, p);
        self.g(g).casgstatus(GStatus::Running, GStatus::Syscall);
        Entered::without_p()
    }

    /// The G is `Running` before it is known whether there is a P.
    ///
    /// Go: proc.go, exitsyscall 4922-5062 (1.27.3; since 1.26).
    #[sync::summarized]
    pub fn exitsyscall_running(&self, m: &mut M, g: GId, entered: Entered) -> bool {
        if entered.oldp().is_some() {
            self.return_from_call(g);
        }
        self.g(g).casgstatus(GStatus::Syscall, GStatus::Running);
        self.m(m.id).oldp.set(None);
        if self.keep_p(m, g) || self.exitsyscall_try_get_p(m, &entered) {
            self.left_syscall(m);
            return true;
        }
        self.exitsyscall0(m, g, GStatus::Running)
    }

    /// The scan bit, step 5.
    #[sync::summarized]
    fn return_from_call(&self, g: GId) {
        let call: &Awaited<CallStatus> = &self.g(g).call;
        // Meets the exchange in `set_block_on_exit_syscall`, and the store in `resume`.
        while !call.cas(CallStatus::In, CallStatus::Out) {
            call.load_when(|call| call == CallStatus::In);
        }
    }

    /// The P is still there: no other M has taken it, and none can any more.
    ///
    /// Go: proc.go, exitsyscall 4968-4969 (1.27.3; since 1.26).
    fn keep_p(&self, m: &mut M, g: GId) -> bool {
        self.g(g).m.set(None);
        let Some(p) = self.m(m.id).lent.replace(None) else { return false };
        // Meets the load in `set_block_on_exit_syscall`: an M that has read the old value fails at its exchange.
        self.p(&p).caller.store(Guintptr::NIL);
        m.p = Some(p);
        true
    }

    /// The P was taken: takes it back from another call, or an idle one.
    ///
    /// Go: proc.go, exitsyscallTryGetP 5072-5098 (1.27.3; since 1.26).
    #[sync::summarized]
    fn exitsyscall_try_get_p(&self, m: &mut M, entered: &Entered) -> bool {
        let Some(p) = entered.oldp().and_then(|oldp| self.take_p(oldp)) else {
            // As in step 3b, `npidle` stands for the list.
            return self.npidle.load() != 0 && self.exitsyscallfast_pidle(m);
        };
        self.emit(m, Event::OldPOfOtherSyscall(p.id()));
        self.acquirep(m, p);
        true
    }
}
