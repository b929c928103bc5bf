//! A P whose M is in a system call: it has no owner, and the M that wins the exchange out of that state owns it.
//!
//! Go 1.19 keeps this in the P's status, `_Psyscall`. Here it is a word of its own, [`P::in_syscall`](crate::p::P), so that
//! an M that runs Gs changes the other states of its P without an operation of the engine.

use crate::p::PStatus;
use crate::sched::Sched;

use super::{OwnedP, PId};

impl Sched {
    /// Gives up ownership of `p`, which from now on belongs to the M that first calls [`Sched::take_from_syscall`].
    ///
    /// Go: proc.go, reentersyscall 3659-3662 (1.19.8).
    pub fn put_in_syscall(&self, p: OwnedP) {
        let lent = self.p(&p);
        // Before the store: from then on, the winner of the exchange writes the status.
        lent.status.set(PStatus::Syscall);
        lent.in_syscall.store(true);
    }

    /// Takes `p` out of the system call that it is in; None if it is in none, or another M was faster. Its status is
    /// the caller's to write.
    ///
    /// Go: proc.go, exitsyscallfast 3868, stopTheWorldWithSema 1199, forEachP 1628 (1.19.8). Go reads the status first,
    /// which makes no difference: an exchange that fails does nothing.
    pub fn take_from_syscall(&self, p: PId) -> Option<OwnedP> {
        // Only one of them wins: the M of the system call in `exitsyscallfast`, an M that stops the world or wants each P
        // to pass a safe point, and this same M in `entersyscall_gcwait`.
        let p = self.allp[p.index()].in_syscall.cas(true, false).then_some(OwnedP(p))?;
        self.p(&p).status.set(PStatus::Idle);
        Some(p)
    }
}
