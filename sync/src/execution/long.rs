//! Executions that are too long: a mistake of the plan, or a thread that goes round by itself.

use std::sync::atomic::Ordering::Relaxed;

use super::{Execution, Outcome};
use crate::current::thread_id;
use crate::driver::ENGINE;
use crate::engine;

/// So many of the last operations of a long execution are looked at, for whether one thread performs them. No thread
/// of a program that waits and does not spin performs half as many by itself.
const ALONE: usize = 1_000;

impl Execution {
    /// One more operation, or a checkpoint: a loop may have nothing else. Whether the execution has become long.
    pub(crate) fn count_step(&self) -> bool {
        let steps = self.steps.load(Relaxed) + 1;
        self.steps.store(steps, Relaxed);
        steps + ALONE > self.plan().max_steps
    }

    /// The execution has become long. If it is too long, and one thread alone has made it so, the observer may say
    /// that the thread gets nowhere.
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
