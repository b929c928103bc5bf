//! Locking rules that a program declares, and that are checked in each of its executions.
//!
//! A word may require a lock for its writes ([`Atomic::written_under`](crate::Atomic::written_under)).
//! Locks may have ranks, which fix the order in which a thread takes them ([`Mutex::ranked`]), and may
//! forbid wakeups while they are held ([`Mutex::forbids_wakeups`]). A program may say that a thread does not hold a
//! lock ([`Mutex::must_be_released`]). The first violation of each rule is
//! kept until the execution ends, and a check asks for it: [`broken_rule`]. A violation is detected in
//! every execution in which a thread commits it, and not only where it has consequences.

use std::panic::Location;
use std::sync::Arc;

use crate::current::{self, changed, thread_id};
use crate::engine;
use crate::holder::Holder;
use crate::op::Op;
use crate::{Mutex, Name};

/// A locking rule of a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// A word that a lock guards is written only by the lock's holder.
    GuardedWrites,
    /// Locks are taken in the order of their ranks, and no thread is woken under a lock that forbids it.
    LockOrder,
    /// A lock is not held where the program says that it is not ([`Mutex::must_be_released`]).
    Released,
}

/// The violations of an execution, and the locks to which rules apply.
#[derive(Default)]
pub(crate) struct Discipline {
    ruled: Vec<Arc<Holder>>,
    broken: [Option<String>; 3],
}

impl Discipline {
    fn breaks(&mut self, rule: Rule, how: impl FnOnce() -> String) {
        self.broken[rule as usize].get_or_insert_with(how);
        // A check reads it.
        changed();
    }

    /// A lock held by the thread, of those to which rules apply.
    fn held(&self, thread: usize, which: impl Fn(&Holder) -> bool) -> Option<Name> {
        let held = |lock: &&Arc<Holder>| lock.thread() == Some(thread) && which(lock);
        self.ruled.iter().find(held).map(|lock| lock.name)
    }
}

/// The first violation of the rule in the current execution, if there is one. For checks.
pub fn broken_rule(rule: Rule) -> Option<String> {
    engine::tracking::reads_unknown();
    current::with(|execution| execution?.discipline().broken[rule as usize].clone())
}

/// Registers a lock to which rules apply.
pub(crate) fn register(lock: &Arc<Holder>) {
    current::with(|execution| {
        let Some(execution) = execution else { return };
        let ruled = &mut execution.discipline().ruled;
        if !ruled.iter().any(|known| Arc::ptr_eq(known, lock)) {
            ruled.push(lock.clone());
        }
    });
}

/// Calls `f` with the discipline of the current execution, if the program runs here.
fn with_discipline(f: impl FnOnce(&mut Discipline)) {
    if !current::in_program() {
        return;
    }
    current::with(|execution| {
        if let Some(execution) = execution {
            f(&mut execution.discipline());
        }
    });
}

/// Checks the lock order when the calling thread is about to take the lock: before it waits, possibly for
/// ever.
pub(crate) fn before_lock(lock: &Holder, at: &'static Location<'static>) {
    if let Some(rank) = lock.rank() {
        before_lock_of_rank(lock, rank, at);
    }
}

/// The same if the thread may hold another lock of the same rank.
pub(crate) fn before_lock_beside(lock: &Holder, at: &'static Location<'static>) {
    if let Some(rank) = lock.rank() {
        before_lock_of_rank(lock, rank + 1, at);
    }
}

/// The thread is about to take the lock, and must hold none of this rank, or of a later one.
fn before_lock_of_rank(lock: &Holder, rank: u32, at: &'static Location<'static>) {
    let me = thread_id();
    with_discipline(|discipline| {
        let later = |held: &Holder| held.rank().is_some_and(|held| held >= rank);
        if let Some(held) = discipline.held(me, later) {
            let taken = lock.name;
            discipline.breaks(Rule::LockOrder, || {
                format!("thread {me} takes {taken} at {at} while it holds {held}")
            });
        }
    });
}

/// Checks the rules when the calling thread is about to wake the sleeper of the note.
pub(crate) fn before_wakeup(note: Name, at: &'static Location<'static>) {
    let me = thread_id();
    with_discipline(|discipline| {
        if let Some(held) = discipline.held(me, Holder::forbids_wakeups) {
            discipline.breaks(Rule::LockOrder, || {
                format!("thread {me} wakes the sleeper of {note} at {at} while it holds {held}")
            });
        }
    });
}

/// Checks that the calling thread does not hold the lock.
pub(crate) fn released(lock: &Holder, at: &'static Location<'static>) {
    let me = thread_id();
    with_discipline(|discipline| {
        if lock.thread() == Some(me) {
            let held = lock.name;
            discipline.breaks(Rule::Released, || format!("thread {me} holds {held} at {at}"));
        }
    });
}

/// The lock that a word requires for writes.
pub(crate) struct Guard<T> {
    lock: Arc<Holder>,
    /// The values whose writes require it.
    guards: fn(T) -> bool,
}

impl<T: Copy> Guard<T> {
    pub(crate) fn new<L>(lock: &Mutex<L>, guards: fn(T) -> bool) -> Self {
        Guard { lock: lock.holder().clone(), guards }
    }

    /// Checks that the thread that has written the word holds the lock.
    pub(crate) fn check_write(&self, op: &Op, word: Name, new: T) {
        if !(self.guards)(new) {
            return;
        }
        // Other threads may have run before this operation, so the current thread may be another one.
        let (me, at) = (op.thread(), op.function());
        with_discipline(|discipline| {
            if self.lock.thread() != Some(me) {
                let lock = self.lock.name;
                discipline.breaks(Rule::GuardedWrites, || {
                    format!("thread {me} writes {word} at {at} without holding {lock}")
                });
            }
        });
    }
}
