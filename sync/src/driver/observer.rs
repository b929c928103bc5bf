//! Observers: code that watches an execution.

use std::panic::Location;

use crate::driver::Violation;
use crate::Name;

/// Watches an execution. Its methods perform no operation, except [`Observer::quiescent`].
pub trait Observer: Send + Sync {
    /// Called in each state between two steps in which something has changed since the last call: where an
    /// operation begins, before its scheduling point, and where a thread ends. Never called on std, where
    /// other threads run meanwhile.
    fn visited(&self) -> Result<(), Violation> {
        Ok(())
    }

    /// Called when a search passes a visited state again on the way to others. The observer's memory of the
    /// state must become what [`Observer::visited`] made it.
    fn passed(&self) {}

    /// Called when a thread has performed so many operations, or passed so many checkpoints, that the
    /// execution is too long, the last of them with no other thread in between. `Ok` makes that an error of
    /// the plan.
    fn runs_alone(&self, operations: usize) -> Result<(), Violation> {
        let _ = operations;
        Ok(())
    }

    /// Called when no thread can move and no wakeup is pending, while at least one thread has not finished.
    /// Called on the thread that was the last to move, which counts as waiting where it waits.
    fn quiescent(&self) -> Quiescent;

    /// Called when all threads have finished: on the last of them, at its end.
    fn finished(&self) -> Result<(), Violation> {
        Ok(())
    }

    /// Called after each operation, in a recording only.
    fn operation(&self, op: &Operation) {
        let _ = op;
    }
}

/// The environment's move when no thread can move.
pub enum Quiescent {
    /// It has woken a sleeping thread: [`Latch::set`](crate::Latch::set),
    /// [`Latch::nudge`](crate::Latch::nudge) or [`Note::wakeup`](crate::Note::wakeup).
    Moved,
    /// The execution is over, with this result.
    Over(Result<(), Violation>),
}

/// An operation that has been performed.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The number of the thread.
    pub thread: usize,
    /// The object.
    pub name: Name,
    /// The kind: `load`, `store`, `add`, `cas`, `lock`, `unlock`, `sleep`, `wakeup`, `wait`, `set`,
    /// `spawn`, `choose`, …
    pub kind: &'static str,
    /// The value read or written. A sleep that waits is two operations, `asleep` and `woken`.
    pub value: String,
    /// The place in the program.
    pub function: &'static Location<'static>,
}
