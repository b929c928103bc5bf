//! What an execution shows to whoever watches it.

use std::panic::Location;

use crate::driver::Violation;
use crate::Name;

/// Watches an execution. It performs no operation, except in [`Observer::quiescent`].
pub trait Observer: Send + Sync {
    /// A state between two steps has been reached, and something in it has changed since the last
    /// look. Called where an operation begins, before its scheduling point, and where a thread ends.
    /// Never called on std, where other threads go on meanwhile.
    fn visited(&self) -> Result<(), Violation> {
        Ok(())
    }

    /// A search passes a state again that it has visited, on the way to others. What the observer
    /// remembers of it has to become what [`Observer::visited`] made it.
    fn passed(&self) {}

    /// A thread has performed so many operations, or passed so many checkpoints, that the execution is too long, the
    /// last of them with no other thread in between. `Ok` leaves it at that: an error of the plan.
    fn runs_alone(&self, operations: usize) -> Result<(), Violation> {
        let _ = operations;
        Ok(())
    }

    /// No thread can move, and no wakeup is pending; at least one thread has not finished. Called on
    /// the thread that was the last to move, which counts as waiting where it waits.
    fn quiescent(&self) -> Quiescent;

    /// An operation has taken place. Called in a recording only.
    fn operation(&self, op: &Operation) {
        let _ = op;
    }
}

/// What the environment does when no thread can move.
pub enum Quiescent {
    /// It has woken a sleeper: [`Latch::set`](crate::Latch::set), [`Latch::nudge`](crate::Latch::nudge)
    /// or [`Note::wakeup`](crate::Note::wakeup).
    Moved,
    /// Nothing more will happen: the execution is over, and this is what became of it.
    Over(Result<(), Violation>),
}

/// An operation that has taken place.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The number of the thread.
    pub thread: usize,
    /// The object.
    pub name: Name,
    /// What was done to it: `load`, `store`, `add`, `cas`, `lock`, `unlock`, `sleep`, `wakeup`,
    /// `wait`, `set`, `spawn`, `choose`, …
    pub kind: &'static str,
    /// What was read or written. A sleep that waits is two operations, `asleep` and `woken`.
    pub value: String,
    /// Where the program did it.
    pub function: &'static Location<'static>,
}
