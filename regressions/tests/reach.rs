//! Lines that the programs of before did not need, and those of the suites `reach` and `reach-wide` do.

use crate::common::{failing, job, run_with};
use harness::report::Mode;
use runtime_model::g::GId;
use runtime_model::m::M;
use runtime_model::steps::{Steps, GO_1_19_FIXED};
use runtime_model::Sched;

/// Takes a G of the global queue in the last look, and does not go back to spinning: so an M that left a wakeup
/// to this M, while it still counted, has left it to no M.
fn take_without_spinning(sched: &Sched, m: &mut M) -> Option<GId> {
    let mut locked = sched.lock.lock();
    locked.global_runq().next()?;
    let p = sched.pidleget_spinning(&mut locked, 0)?;
    let g = sched.globrunqget(&mut locked, m, &p, 0);
    drop(locked);
    sched.acquirep(m, p);
    g
}

const WITHOUT_SPINNING: Steps = Steps { recheck_global: take_without_spinning, ..GO_1_19_FIXED };

/// With two Ps there is no third to be woken.
#[sync::test(restoring)]
fn with_two_ps_the_last_look_need_not_spin_again() {
    let report = run_with(WITHOUT_SPINNING, &job("gosched-beside-newproc", Mode::Invariants));
    assert_eq!(failing(&report), None, "{report:?}");
}

#[sync::test(restoring)]
fn with_three_ps_the_last_look_has_to_spin_again() {
    let mut job = job("gosched-beside-two", Mode::Invariants);
    job.limits.bound = Some(1);
    let fixed = run_with(GO_1_19_FIXED, &job);
    assert_eq!(failing(&fixed), None, "{fixed:?}");
    let report = run_with(WITHOUT_SPINNING, &job);
    assert_eq!(failing(&report), Some("no G is runnable beside an idle P"), "{report:?}");
}
