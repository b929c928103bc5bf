//! A kernel of a G that is locked to its thread: a G that stays locked only costs, so no program tells.

use runtime_model::event::NoWitness;
use runtime_model::g::GId;
use runtime_model::m::M;
use runtime_model::program::{Action, Program};
use runtime_model::steps::Steps;
use runtime_model::Sched;
use sync::Arc;

use super::{program, start};

/// What G0 does, and whether it is locked then: as long as it was locked more often than it was unlocked.
const LOCKS: &[(Action, bool)] = &[
    (Action::UnlockOsThread, false),
    (Action::LockOsThread, true),
    (Action::LockOsThread, true),
    (Action::UnlockOsThread, true),
    (Action::UnlockOsThread, false),
    (Action::UnlockOsThread, false),
    (Action::LockOsThread, true),
    (Action::UnlockOsThread, false),
];

/// How a G is unlocked from its thread.
pub type Unlock = fn(&Sched, &mut M, GId);

/// G0 on M0 does all of that, and leaves word before each, beside one that reads the word. While it is locked, it and M0 name each other.
pub fn locks(steps: Steps, unlock: Unlock) {
    let g = GId(0);
    let scripts = vec![LOCKS.iter().map(|(action, _)| *action).collect()];
    let (sched, mut m, _others) =
        start(Program { scripts, ..program(2, 1) }, steps, Arc::new(NoWitness));
    let other = sched.clone();
    sync::spawn(move || {
        other.needspinning.load();
    });
    for (n, &(action, expected)) in (0..).zip(LOCKS) {
        sched.needspinning.store(n);
        match action {
            Action::LockOsThread => sched.lock_os_thread(&mut m, g),
            _ => unlock(&sched, &mut m, g),
        }
        let found = (sched.m(m.id).lockedg.get(), sched.lockedm(g));
        let named = (expected.then_some(g), expected.then_some(m.id));
        assert!(found == named, "locks: {found:?} after action {n}, not {named:?}");
    }
}
