//! Where an M that looks for work, or makes some, decides by what others do.

use crate::g::GId;
use crate::m::M;
use crate::p::{OwnedP, PId};
use crate::sched::{Sched, SchedLocked};

/// An idle P. If there is none, sets `needspinning` for an M that is about to drop one (wake protocol, 5a).
///
/// Go: proc.go, checkRunqsNoP 3921 (1.27.3; since 1.20).
pub fn p_for_work(sched: &Sched, locked: &mut SchedLocked) -> Option<OwnedP> {
    sched.pidleget_spinning(locked, 0)
}

/// A waker found no P, and no M has begun to spin since. Go: proc.go, findRunnable 3625 (1.27.3; since 1.20).
pub fn must_keep_p(sched: &Sched, m: &M) -> bool {
    // Wake protocol, 5b. Meets the stores of 1 in `wakep_with_p` and `pidleget_spinning`, under the same lock. A
    // spinner need not read it: it takes a last look (4c) once it has dropped its P.
    !sched.m(m.id).spinning.get() && sched.needspinning.load() == 1
}

/// This M searches, so no other has to keep its P. Go: proc.go, (*m).becomeSpinning 1089 (1.27.3; since 1.20).
pub fn became_spinning(sched: &Sched) {
    // Wake protocol, 5c. Without the lock. Meets `begin_spin`: this M is counted already, so a maker of work that comes
    // later leaves it to this M; one that came before has published.
    sched.needspinning.store(0);
}

/// Looks at the global queue again: part 17 of `find_runnable`.
///
/// Go: proc.go, findRunnable 3689-3708 (1.27.3; since 1.22).
///
/// # Panics
/// As Go does: `global runq empty with non-zero runqsize`.
pub fn recheck_global(sched: &Sched, m: &mut M) -> Option<GId> {
    // Wake protocol, 4c. Meets `globrunqput` in `gosched`. Under the lock, as nothing else makes the G and an idle P
    // there at one time.
    let mut locked = sched.lock.lock();
    if sched.runqsize.owner_load() == 0 {
        return None;
    }
    // No idle P: the G stays, and 5a asks the M that drops the next P. That M looks at this queue too (4a).
    let p = sched.pidleget_spinning(&mut locked, 0)?;
    let g = (sched.steps.take_global)(sched, locked, m, &p).ok();
    assert!(g.is_some(), "global runq empty with non-zero runqsize");
    sched.acquirep(m, p);
    // Wake protocol, 3: there may be more work, so `schedule` has to find this M spinning, to wake another.
    sched.become_spinning(m);
    g
}

/// A P that runs, and has a G. Go: proc.go, checkRunqsNoP 2981 (1.19.8), 3919 (1.27.3).
pub fn has_work(sched: &Sched, m: &M, p: PId) -> bool {
    // Wake protocol, 4c. Meets `runqput` in `ready` and `newproc`, after which the maker reads `nmspinning`. An idle P
    // has an empty queue; one that is taken from the list after this load gets its Gs from an M that wakes others for
    // them (2, 3).
    let idle = match m.snapshot {
        None => sched.idlep_mask.read(p),
        Some(snapshot) => sched.idlep_mask.read_in(snapshot.idlep_mask, p),
    };
    !idle && !sched.runqempty(p)
}
