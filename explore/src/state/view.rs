//! What the search and the substrate read from a state between two steps.

use crate::fingerprint::Fingerprints;
use crate::interface::Pending;
use crate::operation::{Kind, Operation, ThreadId};
use crate::renaming::{self, Renaming};
use crate::thread::{Next, Thread};

use super::{Handle, Mover, State};

impl State {
    /// The unfinished threads, sorted by id. If none of them can move, the environment too.
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

    /// The fingerprint of the state's symmetry class, the renaming that leads to the representative of the
    /// class, and the fingerprint of the state itself. Called when a step is over.
    pub fn fingerprint(&mut self) -> (u128, Renaming, u128) {
        let fault = self.fault;
        let threads = self.threads.iter_mut().map(|thread| thread.fingerprint(fault));
        let threads =
            threads.fold(Fingerprints::ZERO, |sum, thread| sum.with(&thread, |a, b| a ^ b));
        let rest = (self.of_world, self.ended.is_some(), self.alone);
        let rest = self.object_table.rest(rest, || Fingerprints::of(rest));
        let all = self.memory.mix(&threads.mix(&rest));
        let (least, number) = all.least();
        self.last = least;
        (least, renaming::leading_to(number, least, all.each()), all.first())
    }

    /// The state that the current thread reaches with the operation that it has announced, if no other thread can move
    /// there and this one can.
    pub fn forced(&mut self) -> Option<u128> {
        let Mover::Thread(me) = self.mover else { return None };
        let can = |thread: &Thread| matches!(thread.next, Next::Operation { enabled: true, .. });
        let mut threads = self.threads.iter().enumerate();
        let forced = threads.all(|(number, thread)| can(thread) == (number == me));
        forced.then(|| self.fingerprint().0)
    }

    /// The state from which the current thread has been picked, if no other thread could move there.
    pub fn was_forced(&self) -> Option<u128> {
        let Mover::Thread(me) = self.mover else { return None };
        let can = |thread: &Thread| matches!(thread.next, Next::Operation { enabled: true, .. });
        let mut threads = self.threads.iter().enumerate();
        let forced = threads.all(|(number, thread)| number == me || !can(thread));
        forced.then_some(self.last)
    }

    /// The fingerprint of the shared objects and the pending operations alone, without what threads have
    /// observed.
    pub fn pair(&self) -> u128 {
        let next = |thread: &Thread| match thread.next {
            Next::Operation { operation, enabled } => {
                Fingerprints::of((thread.id, operation, enabled))
            }
            Next::Finished => Fingerprints::of((thread.id, "finished")),
        };
        let next = self.threads.iter().map(next);
        let next = next.fold(Fingerprints::ZERO, |sum, next| sum.with(&next, |a, b| a ^ b));
        self.memory.mix(&next).least().0
    }

    /// The number, in the order of creation, of a thread that has announced an access of the object that
    /// races with this access by the current thread.
    pub fn races(&self, kind: Kind, object: Handle) -> Option<usize> {
        let Mover::Thread(me) = self.mover else { return None };
        let id = self.id(object);
        self.threads.iter().enumerate().position(|(number, thread)| match thread.next {
            Next::Operation { operation, .. } => {
                number != me && operation.object == Some(id) && kind.races_with(operation.kind)
            }
            Next::Finished => false,
        })
    }

    /// The id of a thread, by its number in the order of creation.
    pub fn thread(&self, number: usize) -> ThreadId {
        self.threads[number].id
    }

    /// Whether the thread with this number, in the order of creation, has finished.
    pub fn has_finished(&self, number: usize) -> bool {
        matches!(self.threads[number].next, Next::Finished)
    }

    /// The number, in the order of creation, of the first unfinished thread by id.
    pub(super) fn first_unfinished(&self) -> Option<usize> {
        let threads = self.threads.iter().enumerate();
        let unfinished = threads.filter(|(_, thread)| !matches!(thread.next, Next::Finished));
        unfinished.min_by_key(|(_, thread)| thread.id).map(|(number, _)| number)
    }
}
