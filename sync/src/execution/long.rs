//! Executions that are too long: an error of the plan, or a thread that loops by itself.

use std::sync::atomic::Ordering::Relaxed;

use super::{Execution, Outcome};
use crate::current::thread_id;
use crate::driver::ENGINE;
use crate::engine;

/// How many of the last operations of a long execution are checked for whether one thread performs them. No
/// thread of a program that waits instead of spinning performs half as many by itself.
const ALONE: usize = 1_000;

impl Execution {
    /// Counts an operation or a checkpoint (a loop may have nothing else). Returns whether the execution
    /// has become long.
    pub(crate) fn count_step(&self) -> bool {
        let steps = self.steps.load(Relaxed) + 1;
        self.steps.store(steps, Relaxed);
        steps + ALONE > self.plan().max_steps
    }

    /// Handles a step of a long execution. If it is too long, and one thread alone has made it so, the
    /// observer may report that the thread makes no progress.
    #[cold]
    pub(crate) fn check_length(&self) {
        let steps = self.steps.load(Relaxed);
        let (mover, since) = &self.alone;
        if mover.swap(thread_id(), Relaxed) != thread_id() {
            since.store(steps, Relaxed);
        }
        if steps <= self.plan().max_steps {
            return;
        }
        let alone = steps - since.load(Relaxed);
        let observer = self.observer.get().filter(|_| ENGINE.explores() && alone >= ALONE / 2);
        let said = observer.map(|o| engine::tracking::observing(|| o.runs_alone(alone)));
        self.end_and_leave(match said {
            Some(Err(violation)) => Outcome::Failed(violation.into()),
            Some(Ok(())) | None => Outcome::TooLong,
        });
    }
}
