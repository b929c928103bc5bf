//! Replays a known schedule.

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};

use crate::TaskSchedule;

/// The point where a schedule no longer fits the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Divergence {
    /// The scheduling point, from 0.
    pub step: usize,
    /// What the schedule expects there, and what happens instead.
    pub expected: String,
}

/// A scheduler that follows a schedule, once.
///
/// Where the schedule no longer fits, it reports that once, and from then on picks the first task that can
/// run. The caller must bring the program to its end.
pub struct Replay {
    schedule: TaskSchedule,
    step: usize,
    choice: usize,
    started: bool,
    /// The callback for a divergence; `None` once called.
    diverges: Option<Box<dyn FnOnce(Divergence)>>,
}

impl Replay {
    /// Follows `schedule`, and calls `diverges` where it does not fit.
    pub fn new(schedule: TaskSchedule, diverges: impl FnOnce(Divergence) + 'static) -> Self {
        Replay { schedule, step: 0, choice: 0, started: false, diverges: Some(Box::new(diverges)) }
    }

    fn diverge(&mut self, expected: impl FnOnce() -> String) {
        if let Some(diverges) = self.diverges.take() {
            diverges(Divergence { step: self.step, expected: expected() });
        }
    }
}

impl Scheduler for Replay {
    fn new_execution(&mut self) -> Option<Schedule> {
        let first = !self.started;
        self.started = true;
        first.then(|| Schedule::new(0))
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        _current: Option<TaskId>,
        _is_yielding: bool,
    ) -> Option<TaskId> {
        let expected = self.schedule.steps.get(self.step).copied();
        let can_run = |task: u32| {
            runnable.iter().map(|task| task.id()).find(|&id| usize::from(id) == task as usize)
        };
        let next = expected.and_then(can_run).or_else(|| {
            let ids: Vec<usize> = runnable.iter().map(|task| task.id().into()).collect();
            self.diverge(|| match expected {
                Some(task) => format!("task {task} runs, but only {ids:?} can run"),
                None => format!("the end, but {ids:?} can run"),
            });
            runnable.first().map(|task| task.id())
        });
        self.step += 1;
        next
    }

    fn next_u64(&mut self) -> u64 {
        let choice = self.schedule.choices.get(self.choice).copied();
        self.choice += 1;
        choice.unwrap_or_else(|| {
            self.diverge(|| "no further choice, but the program makes one".to_owned());
            0
        })
    }
}
