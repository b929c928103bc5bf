//! The ends of threads, and what the observer says where no thread can move.

use std::sync::atomic::Ordering::Relaxed;

use super::{Execution, Outcome};
use crate::driver::failure::Cause;
use crate::driver::observer::Quiescent;
use crate::engine;

impl Execution {
    /// Ends a thread whose body has returned. The observer sees the state that it leaves. If the other
    /// threads cannot move, this one handles that first.
    pub(super) fn finish(&self, thread: usize) {
        self.does_something_else();
        self.show_to_observer();
        if engine::tracking::is_searching() {
            self.table().finishes(thread);
            self.all_finished();
            engine::tracking::finish();
            return;
        }
        while !self.is_over() && !self.table().finishes(thread) {
            self.handle_quiescence();
        }
        self.all_finished();
    }

    /// Asks the observer, if all threads have finished.
    fn all_finished(&self) {
        let observer = self.observer.get().filter(|_| self.table().is_finished());
        let Some(observer) = observer.filter(|_| !self.is_over()) else { return };
        if let Err(violation) = engine::tracking::observing(|| observer.finished()) {
            self.end_and_leave(Outcome::Failed(violation.into()));
        }
    }

    /// Handles quiescence, when no thread can move: lets the observer move the environment or end the
    /// execution.
    pub(crate) fn handle_quiescence(&self) {
        let Some(observer) = self.observer.get() else {
            let description = self.table().describe();
            self.fail(Cause::Deadlock, description);
        };
        let wakeups = self.wakeups.load(Relaxed);
        match engine::tracking::observing(|| observer.quiescent()) {
            Quiescent::Moved if self.wakeups.load(Relaxed) == wakeups => {
                self.fail(Cause::Panic, "quiescent: Moved without a wakeup".to_owned());
            }
            Quiescent::Moved => {}
            Quiescent::Over(Ok(())) => self.end_and_leave(Outcome::Fine),
            Quiescent::Over(Err(violation)) => {
                self.end_and_leave(Outcome::Failed(violation.into()))
            }
        }
    }
}
