//! What a search, and who runs the threads, see of a state between two steps.

use crate::fingerprint::{mix, of};
use crate::operation::{Kind, Operation, ThreadId};
use crate::seam::Pending;
use crate::thread::{Next, Thread};

use super::State;

impl State {
    /// The threads that have not finished, by their ids. If none of them can move, the environment too.
    pub fn pending(&self, all: &mut Vec<Pending>) {
        all.clear();
        for thread in &self.threads {
            if let Next::Operation { operation, enabled } = thread.next {
                all.push(Pending { thread: thread.id, operation, enabled });
            }
        }
        all.sort_unstable_by_key(|pending| pending.thread);
        if !all.is_empty() && !all.iter().any(|pending| pending.enabled) {
            let operation = Operation { kind: Kind::World, object: None };
            all.push(Pending { thread: ThreadId::WORLD, operation, enabled: true });
        }
    }

    /// The state's fingerprint, between two steps.
    pub fn fingerprint(&mut self) -> u128 {
        let fault = self.fault;
        let threads = self.threads.iter_mut().map(|thread| thread.fingerprint(fault));
        let threads = threads.fold(0, |sum, thread| sum ^ thread);
        mix(self.memory, mix(threads, of((self.of_world, self.ended.is_some()))))
    }

    /// Of the shared objects and the pending operations alone: what threads have seen is left out.
    pub fn pair(&self) -> u128 {
        let next = |thread: &Thread| match thread.next {
            Next::Operation { operation, enabled } => of((thread.id, operation, enabled)),
            Next::Finished => of((thread.id, "finished")),
        };
        mix(self.memory, self.threads.iter().map(next).fold(0, |sum, next| sum ^ next))
    }

    /// The id of a thread, by its number in the order of creation.
    pub fn thread(&self, number: usize) -> ThreadId {
        self.threads[number].id
    }

    /// Whether the thread has come to its end, by its number in the order of creation.
    pub fn has_finished(&self, number: usize) -> bool {
        matches!(self.threads[number].next, Next::Finished)
    }

    /// The number of the first thread, by ids, that has not finished, in the order of creation.
    pub fn first_unfinished(&self) -> Option<usize> {
        let threads = self.threads.iter().enumerate();
        let unfinished = threads.filter(|(_, thread)| !matches!(thread.next, Next::Finished));
        unfinished.min_by_key(|(_, thread)| thread.id).map(|(number, _)| number)
    }
}
