//! Rules that a program sets itself, and that each of its executions is held to.
//!
//! A word may have a lock under which it is written ([`Atomic::written_under`](crate::Atomic::written_under)). Locks may
//! have ranks, by which a thread takes them ([`Mutex::ranked`]), and may forbid wakeups while they are held
//! ([`Mutex::forbids_wakeups`]). The first breach of each rule is kept until the execution ends, and a check asks for
//! it: [`broken_rule`]. A breach is noticed where a thread makes it, in whichever execution, and not only in one in which
//! something comes of it.

use std::panic::Location;
use std::sync::Arc;

use crate::current::{self, changed, thread_id};
use crate::engine;
use crate::mutex::Holder;
use crate::op::Op;
use crate::{Mutex, Name};

/// A rule of a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// A word that a lock guards is written by the lock's holder.
    GuardedWrites,
    /// Locks are taken in the order of their ranks, and no thread is woken under a lock that forbids it.
    LockOrder,
}

/// What an execution has broken, and the locks that rules speak of.
#[derive(Default)]
pub(crate) struct Discipline {
    ruled: Vec<Arc<Holder>>,
    broken: [Option<String>; 2],
}

impl Discipline {
    fn breaks(&mut self, rule: Rule, how: impl FnOnce() -> String) {
        self.broken[rule as usize].get_or_insert_with(how);
        // A check will look at it.
        changed();
    }

    /// A lock that the thread holds, of those that a rule speaks of.
    fn held(&self, thread: usize, which: impl Fn(&Holder) -> bool) -> Option<Name> {
        let held = |lock: &&Arc<Holder>| lock.thread() == Some(thread) && which(lock);
        self.ruled.iter().find(held).map(|lock| lock.name)
    }
}

/// How the current execution has broken the rule for the first time, if it has. For checks.
pub fn broken_rule(rule: Rule) -> Option<String> {
    engine::tracking::reads_unknown();
    current::with(|execution| execution?.discipline().broken[rule as usize].clone())
}

/// The lock is one that rules speak of.
pub(crate) fn rules(lock: &Arc<Holder>) {
    current::with(|execution| {
        let Some(execution) = execution else { return };
        let ruled = &mut execution.discipline().ruled;
        if !ruled.iter().any(|known| Arc::ptr_eq(known, lock)) {
            ruled.push(lock.clone());
        }
    });
}

/// Asks the discipline of the execution that the calling thread is in the middle of.
fn ask(ask: impl FnOnce(&mut Discipline)) {
    if !current::in_program() {
        return;
    }
    current::with(|execution| {
        if let Some(execution) = execution {
            ask(&mut execution.discipline());
        }
    });
}

/// The calling thread is about to take the lock: before it does, as it might wait for it for ever.
pub(crate) fn takes(lock: &Holder, at: &'static Location<'static>) {
    let Some(rank) = lock.rank() else { return };
    let me = thread_id();
    ask(|discipline| {
        let later = |held: &Holder| held.rank().is_some_and(|held| held >= rank);
        if let Some(held) = discipline.held(me, later) {
            let taken = lock.name;
            discipline.breaks(Rule::LockOrder, || {
                format!("thread {me} takes {taken} at {at}, and holds {held}")
            });
        }
    });
}

/// The calling thread is about to wake the one that sleeps on that note.
pub(crate) fn wakes(note: Name, at: &'static Location<'static>) {
    let me = thread_id();
    ask(|discipline| {
        if let Some(held) = discipline.held(me, Holder::forbids_wakeups) {
            discipline.breaks(Rule::LockOrder, || {
                format!("thread {me} wakes the sleeper of {note} at {at}, and holds {held}")
            });
        }
    });
}

/// Under which lock a word is written.
pub(crate) struct Guard<T> {
    lock: Arc<Holder>,
    /// Of which new values this is so.
    guards: fn(T) -> bool,
}

impl<T: Copy> Guard<T> {
    pub(crate) fn new<L>(lock: &Mutex<L>, guards: fn(T) -> bool) -> Self {
        Guard { lock: lock.holder().clone(), guards }
    }

    /// The operation has written the word: whether its thread holds the lock.
    pub(crate) fn looks_at(&self, op: &Op, word: Name, new: T) {
        if !(self.guards)(new) {
            return;
        }
        // Other threads may have moved before this one's turn, so the current one is not known to be it.
        let (me, at) = (op.thread(), op.function());
        ask(|discipline| {
            if self.lock.thread() != Some(me) {
                let lock = self.lock.name;
                discipline.breaks(Rule::GuardedWrites, || {
                    format!("thread {me} writes {word} at {at}, and does not hold {lock}")
                });
            }
        });
    }
}
