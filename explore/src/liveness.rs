//! Livelocks: threads that keep each other going for ever, and get nothing done.
//!
//! **A livelock is a strongly connected set of states that can be walked for ever without progress and fairly: by steps
//! none of which makes progress, and such that every thread that is enabled in all of its states takes one of them.**
//!
//! *Progress* is what the program reports as such ([`State::made_progress`](crate::state::State::made_progress)); of a
//! program that never reports any, each fair cycle is a livelock. The environment counts as a thread, which is enabled
//! where no other is.
//!
//! # How it is found
//! 1. A search without sleep sets and symmetry takes each step from each state once. It adds all of them to a graph.
//! 2. When it is finished, the steps that make progress are left out, and what remains is divided into strongly connected
//!    components (`components`).
//! 3. A component is fair if each thread that is enabled in all of its states takes a step inside it. Nothing smaller needs
//!    to be looked at: a thread that spoils a component, as it is enabled everywhere and only leaves, spoils each part of it.
//! 4. Of the fair components, a short cycle in which each thread moves or is disabled somewhere is written down, with the
//!    shortest way there (`cycle`).
//!
//! Fairness is weak. A thread that is enabled for ever must move; one that is enabled and disabled again and again (it
//! waits for a lock that others take in turn) need not. The outcomes of a choice are free: one may come every time.
//!
//! README.md, *Livelocks*, argues that this finds each livelock, and nothing else.

mod components;
mod cycle;
mod steps;

use std::collections::hash_map::Entry;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cache::{Fold, Key, Threads};
use crate::interface::Pick;
use crate::operation::ThreadId;

use components::Components;
use steps::{Sorted, Step};

/// An execution that comes back to a state, and can go on like this for ever.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Livelock {
    /// The steps that lead to the cycle.
    pub stem: Vec<Pick>,
    /// The steps of the cycle, at least one.
    pub cycle: Vec<Pick>,
    /// How many steps, of the stem and of one round, follow a preemption: a switch away from a thread that could continue.
    pub preemptions: u32,
}

/// The states and steps that the workers of a search have come across.
#[derive(Default)]
pub(crate) struct Graph(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// The states in the order in which they were found. The first is that in which executions begin.
    numbers: HashMap<Key, u32, BuildHasherDefault<Fold>>,
    /// For each state, the threads that can move.
    enabled: Vec<Threads>,
    steps: Vec<Step>,
}

/// A step from a state, as the search takes it.
pub(crate) struct Taken {
    pub(crate) from: u32,
    /// The number of the thread in sets of threads.
    pub(crate) thread: u8,
    pub(crate) outcome: u32,
    pub(crate) progress: bool,
}

impl Graph {
    /// Adds a state in which these threads can move, unless it is known, and the step that has led there. Returns the
    /// number of the state.
    ///
    /// # Panics
    /// If there are more than 2³² states, for which no memory would be enough.
    pub(crate) fn add(&self, state: u128, enabled: Threads, step: Option<Taken>) -> u32 {
        let mut inner = self.lock();
        let Inner { numbers, enabled: all, steps } = &mut *inner;
        let to = match numbers.entry(Key::of(state)) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let number = u32::try_from(all.len()).expect("add: fewer than 2³² states");
                all.push(enabled);
                *entry.insert(number)
            }
        };
        steps.extend(step.map(|Taken { from, thread, outcome, progress }| Step {
            from,
            to,
            outcome,
            thread,
            progress,
        }));
        to
    }

    /// The number of steps.
    pub(crate) fn len(&self) -> u64 {
        self.lock().steps.len() as u64
    }

    /// A livelock, if there is one. The graph must be complete. `names` are the threads by their numbers.
    pub(crate) fn livelock(&self, names: &[ThreadId]) -> Option<Livelock> {
        let mut inner = self.lock();
        let Inner { enabled, steps, .. } = &mut *inner;
        steps.sort_unstable_by_key(|step| (step.from, step.thread, step.outcome));
        let steps = Sorted::new(steps, enabled.len());
        let fair = Components::new(&steps, enabled.len()).fair(&steps, enabled);
        let found = cycle::shortest(&steps, enabled, &fair)?;
        let pick =
            |step: &Step| Pick { thread: names[usize::from(step.thread)], outcome: step.outcome };
        let preemptions = preemptions(found.stem.iter().chain(&found.cycle), enabled);
        let picks = |steps: &[Step]| steps.iter().map(pick).collect();
        Some(Livelock { stem: picks(&found.stem), cycle: picks(&found.cycle), preemptions })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many of the steps follow a switch away from a thread that could continue.
fn preemptions<'s>(steps: impl Iterator<Item = &'s Step>, enabled: &[Threads]) -> u32 {
    let mut before = None;
    let mut preemptions = 0;
    for step in steps {
        let could = |thread: u8| enabled[step.from as usize] & 1 << thread != 0;
        let preempted = before.is_some_and(|before| before != step.thread && could(before));
        preemptions += u32::from(preempted);
        before = Some(step.thread);
    }
    preemptions
}

#[cfg(test)]
mod tests;
