//! Breaks of system calls.

use runtime_model::g::{CallStatus, GId, GStatus, Guintptr};
use runtime_model::m::M;
use runtime_model::steps::{
    Steps, SyscallVerbs, GO_1_19_FIXED, GO_FIXED, SYSCALLS_1_19, SYSCALLS_1_27,
};
use runtime_model::syscall::Entered;
use runtime_model::Sched;

use super::{of, Break};

const CALL: &str = "syscall-short";

/// System calls with another end.
const fn that_end(exit: fn(&Sched, &mut M, GId, Entered) -> bool) -> Steps {
    Steps { syscalls: SyscallVerbs { exit, ..SYSCALLS_1_19 }, ..GO_1_19_FIXED }
}

/// System calls with another beginning.
const fn that_begin(enter: fn(&Sched, &mut M, GId) -> Entered) -> Steps {
    let syscalls = SyscallVerbs { enter, ..SYSCALLS_1_19 };
    Steps { syscalls, ..GO_1_19_FIXED }
}

/// The M does not try to get its old P back.
fn forget_old_p(sched: &Sched, m: &mut M, g: GId, _: Entered) -> bool {
    sched.m(m.id).oldp.set(None);
    sched.exitsyscall(m, g, Entered::without_p())
}

/// The M takes its old P back, and the G stays in the call a little longer.
fn acquire_early(sched: &Sched, m: &mut M, g: GId, entered: Entered) -> bool {
    let Some(p) = entered.oldp().and_then(|p| sched.take_from_syscall(p)) else { return true };
    sched.acquirep(m, p);
    sched.npidle.load();
    sched.g(g).casgstatus(GStatus::Syscall, GStatus::Running);
    true
}

/// The P is marked as idle when it is in the call already.
fn mark_idle(sched: &Sched, m: &mut M, g: GId) -> Entered {
    let p = m.p().id();
    let entered = sched.reentersyscall(m, g);
    sched.allp[p.index()].status.set(runtime_model::p::PStatus::Idle);
    entered
}

/// System calls of 1.26 with another beginning.
const fn that_begin_1_26(enter: fn(&Sched, &mut M, GId) -> Entered) -> Steps {
    Steps { syscalls: SyscallVerbs { enter, ..SYSCALLS_1_27 }, ..GO_FIXED }
}

/// System calls of 1.26 with another end.
const fn that_end_1_26(exit: fn(&Sched, &mut M, GId, Entered) -> bool) -> Steps {
    Steps { syscalls: SyscallVerbs { exit, ..SYSCALLS_1_27 }, ..GO_FIXED }
}

/// The P does not say which G is in a call with it.
fn call_unseen(sched: &Sched, m: &mut M, g: GId) -> Entered {
    let p = m.p().id();
    let entered = sched.reentersyscall_by_status(m, g);
    sched.allp[p.index()].caller.store(Guintptr::NIL);
    entered
}

/// The M has returned, and its G's status says that it has not.
fn stay_in_call(sched: &Sched, m: &mut M, g: GId, entered: Entered) -> bool {
    let goes_on = sched.exitsyscall_running(m, g, entered);
    sched.g(g).call.store(CallStatus::In);
    sched.p(m.p()).caller.store(Guintptr::of(g));
    goes_on
}

/// The M does not wait while the scan bit is set, which another M clears once it has returned.
fn return_at_once(sched: &Sched, m: &mut M, g: GId, entered: Entered) -> bool {
    sched.g(g).call.store(CallStatus::In);
    sched.exitsyscall_running(m, g, entered)
}

pub(super) const SYSCALLS: &[Break] = &[
    of("the M of a P in a system call returns to it", CALL, that_end(forget_old_p)),
    of("the M of a P in a system call returns to it", CALL, that_begin(mark_idle)),
    of("a G in a system call has an M in it, without a P", CALL, that_end(acquire_early)),
    of("the M of a P in a system call returns to it", CALL, that_end_1_26(stay_in_call)),
    of("a G in a system call has an M in it, without a P", CALL, that_begin_1_26(call_unseen)),
    of(
        "a G in a system call has an M in it, without a P",
        "stop-beside-short",
        that_end_1_26(return_at_once),
    ),
    // An M returns to the P that it had, and leaves it in the call as well.
    of(
        "a P has one holder",
        CALL,
        that_end(|sched, m, g, entered| {
            let old = entered.oldp();
            let goes_on = sched.exitsyscall(m, g, entered);
            old.into_iter().for_each(|p| sched.allp[p.index()].in_syscall.store(true));
            goes_on
        }),
    ),
    // The G is on the global queue, and its M goes on with it.
    of(
        "a G is in one place",
        CALL,
        that_end(|sched, m, g, entered| {
            sched.globrunqput(&mut sched.lock.lock(), g);
            sched.exitsyscall(m, g, entered)
        }),
    ),
];
