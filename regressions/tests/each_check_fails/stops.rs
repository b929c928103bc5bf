//! Breaks of stops of the world, and of safe points.

use regressions::suspend;
use runtime_model::g::GId;
use runtime_model::p::PStatus;
use runtime_model::sched::SchedLocked;
use runtime_model::steps::{Steps, GO_13F6BE28, GO_1_19_FIXED, GO_1_27};
use runtime_model::Sched;

use super::{of, Break};

/// Counts the Ps in system calls as stopped, and leaves them there.
fn count_only(sched: &Sched, _: &mut SchedLocked) {
    for p in sched.allp.iter().filter(|p| p.in_syscall.load()) {
        p.status.set(PStatus::GcStop);
        sched.stopwait.set(sched.stopwait.get() - 1);
    }
}

pub(super) const STOPS: &[Break] = &[
    of("a suspended G stays as it is", "suspend-beside-ready", suspend::BUG.mutants[0].steps),
    of(
        "a stop of the world waits only for Ps that run",
        "stop-beside-syscall",
        Steps { collect_from_syscalls: |_, _| {}, ..GO_1_19_FIXED },
    ),
    of(
        "a stop of the world waits only for Ps that run",
        "stop-beside-work",
        Steps { must_stop: |_, _| false, ..GO_1_19_FIXED },
    ),
    // A P is in a system call of 1.26 that the stop has missed.
    of("a stop of the world waits only for Ps that run", "stop-beside-syscall", GO_1_27),
    of(
        "no G runs while the world is stopped",
        "stop-beside-short",
        Steps { collect_from_syscalls: count_only, ..GO_1_19_FIXED },
    ),
    // A P is idle before its safe point.
    of(
        "a P that does not run has no safe point ahead of it",
        "safe-point-beside-work",
        Steps { must_stop: |_, _| false, ..GO_1_19_FIXED },
    ),
    // A P is in a system call before its safe point.
    of(
        "a P that does not run has no safe point ahead of it",
        "safe-point-beside-syscall",
        GO_13F6BE28,
    ),
    of("a P that does not run has no safe point ahead of it", "safe-point-beside-syscall", GO_1_27),
    of(
        "each P passes each safe point once",
        "safe-point-beside-syscall",
        Steps {
            entered_syscall: |sched, _, p| sched.allp[p.index()].safe_points.change(|n| *n += 1),
            ..GO_1_19_FIXED
        },
    ),
    // The world is started, and the G of an M that stopped is on the global queue as well.
    of(
        "a G is in one place",
        "stop-beside-work",
        Steps {
            wake_at_start: |sched, _| sched.globrunqput(&mut sched.lock.lock(), GId(0)),
            ..GO_1_19_FIXED
        },
    ),
];
