//! The verbs of the system calls: Go 1.26 made them anew.

use crate::g::GId;
use crate::m::M;
use crate::p::{OwnedP, PId};
use crate::sched::Sched;
use crate::syscall::Entered;
use crate::Time;

/// What a G does around a system call.
#[derive(Clone, Copy)]
pub struct SyscallVerbs {
    /// Before a call that may return at once: the P stays with the M, and other Ms may take it.
    ///
    /// Go: proc.go, reentersyscall 3612-3670 (1.19.8), 4642-4755 (1.27.3).
    pub enter: fn(&Sched, &mut M, GId) -> Entered,
    /// Before a call that is known to block: the P is handed off.
    ///
    /// Go: proc.go, entersyscallblock 3712-3751 (1.19.8), 4830-4900 (1.27.3).
    pub block: fn(&Sched, &mut M, GId) -> Entered,
    /// After the call. Returns whether the M goes on with the G.
    ///
    /// Go: proc.go, exitsyscall 3773-3854 (1.19.8), 4922-5062 (1.27.3).
    pub exit: fn(&Sched, &mut M, GId, Entered) -> bool,
    /// Takes this P out of the call that it is in, for another purpose than that call. None if it is in none, or another
    /// M was faster.
    ///
    /// Go: proc.go, stopTheWorldWithSema 1198-1206 (1.19.8), takeP 6861-6863 (1.27.3).
    pub retake: fn(&Sched, PId) -> Option<OwnedP>,
    /// The same, if the P was asked to pass a safe point.
    ///
    /// Go: proc.go, forEachP 1626-1638 (1.19.8), forEachPInternal 2205-2215 (1.27.3).
    pub retake_if_asked: fn(&Sched, PId) -> Option<OwnedP>,
    /// sysmon looks at this P at this time: it takes it out of its call, if it has been there for too long, or has its G
    /// preempted. Returns whether it did either.
    ///
    /// Go: proc.go, retake 5291-5358 (1.19.8), 6681-6776 (1.27.3).
    pub retake_for_sysmon: fn(&Sched, &M, PId, Time) -> bool,
}

/// System calls as from Go 1.5 to 1.25.
pub const SYSCALLS_1_19: SyscallVerbs = SyscallVerbs {
    enter: Sched::reentersyscall,
    block: Sched::entersyscallblock,
    exit: Sched::exitsyscall,
    retake: Sched::retake_from_syscall,
    retake_if_asked: Sched::retake_if_asked,
    retake_for_sysmon: Sched::retake_by_cas,
};

/// System calls as since Go 1.26.
pub const SYSCALLS_1_27: SyscallVerbs = SyscallVerbs {
    enter: Sched::reentersyscall_by_status,
    block: Sched::entersyscallblock_running,
    exit: Sched::exitsyscall_running,
    retake: Sched::take_p,
    retake_if_asked: Sched::take_p_if_asked,
    retake_for_sysmon: Sched::retake_by_scan_bit,
};
