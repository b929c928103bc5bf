//! The verbs of the system calls: Go 1.26 made them anew.

use crate::g::GId;
use crate::m::M;
use crate::sched::Sched;
use crate::syscall::Entered;

/// What a G does around a system call.
#[derive(Clone, Copy)]
pub struct SyscallVerbs {
    /// Before a call that may return at once: the P stays with the M, and other Ms may take it. None if the model does
    /// not have it for the release.
    ///
    /// Go: proc.go, reentersyscall 3609-3671 (1.19.8), 4642-4783 (1.27.3).
    pub enter: Option<fn(&Sched, &mut M, GId) -> Entered>,
    /// Before a call that is known to block: the P is handed off.
    ///
    /// Go: proc.go, entersyscallblock 3706-3759 (1.19.8), 4830-4900 (1.27.3).
    pub block: fn(&Sched, &mut M, GId) -> Entered,
    /// After the call. Returns whether the M goes on with the G.
    ///
    /// Go: proc.go, exitsyscall 3771-3850 (1.19.8), 4922-5062 (1.27.3).
    pub exit: fn(&Sched, &mut M, GId, Entered) -> bool,
}

/// System calls as from Go 1.5 to 1.25.
pub const SYSCALLS_1_19: SyscallVerbs = SyscallVerbs {
    enter: Some(Sched::reentersyscall),
    block: Sched::entersyscallblock,
    exit: Sched::exitsyscall,
};

/// System calls as since Go 1.26, as far as the model has them: those that are known to block.
pub const SYSCALLS_1_27: SyscallVerbs = SyscallVerbs {
    enter: None,
    block: Sched::entersyscallblock_running,
    exit: Sched::exitsyscall_running,
};
