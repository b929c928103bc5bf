//! Samples schedules with one of shuttle's schedulers, and keeps the last one.

use std::cell::RefCell;
use std::mem;
use std::rc::Rc;

use shuttle::scheduler::{
    DfsScheduler, PctScheduler, RandomScheduler, Schedule, Scheduler, Task, TaskId,
    UrwRandomScheduler,
};

/// How schedules are chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strategy {
    /// Any thread that can move, at each step.
    Random,
    /// Uniform random walks.
    Urw,
    /// Probabilistic concurrency testing of this depth.
    Pct(usize),
    /// All schedules, depth first.
    Dfs,
}

/// The schedule of one execution.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TaskSchedule {
    /// The task that runs next at each scheduling point.
    pub steps: Vec<u32>,
    /// The random numbers that were drawn.
    pub choices: Vec<u64>,
}

/// A scheduler that samples, and keeps the schedule of the last execution.
pub struct Sample {
    strategy: Strategy,
    /// `None` once it is finished and leaked.
    inner: Option<Box<dyn Scheduler>>,
    schedule: Rc<RefCell<TaskSchedule>>,
    is_over: Box<dyn Fn() -> bool>,
    started: bool,
    /// Whether two tasks could run at some step.
    contended: bool,
}

impl Sample {
    /// Samples at most `executions` executions (all of them with [`Strategy::Dfs`]), and stops when
    /// `is_over` returns true.
    pub fn new(
        strategy: Strategy,
        seed: u64,
        executions: u64,
        schedule: Rc<RefCell<TaskSchedule>>,
        is_over: impl Fn() -> bool + 'static,
    ) -> Self {
        let executions = usize::try_from(executions).unwrap_or(usize::MAX);
        let inner: Box<dyn Scheduler> = match strategy {
            Strategy::Random => Box::new(RandomScheduler::new_from_seed(seed, executions)),
            Strategy::Urw => Box::new(UrwRandomScheduler::new_from_seed(seed, executions)),
            Strategy::Pct(depth) => Box::new(PctScheduler::new_from_seed(seed, depth, executions)),
            Strategy::Dfs => Box::new(DfsScheduler::new(None, false)),
        };
        let is_over = Box::new(is_over);
        Sample { strategy, inner: Some(inner), schedule, is_over, started: false, contended: false }
    }

    fn inner(&mut self) -> &mut dyn Scheduler {
        self.inner.as_deref_mut().expect("sample: no execution after the last one")
    }
}

impl Scheduler for Sample {
    fn new_execution(&mut self) -> Option<Schedule> {
        // A program in which two tasks can never run has one schedule, and PCT panics on it.
        let sequential =
            self.started && !self.contended && matches!(self.strategy, Strategy::Pct(_));
        if (self.is_over)() || sequential {
            return None;
        }
        self.started = true;
        let schedule = self.inner().new_execution();
        match &schedule {
            None => drop(self.inner.take()),
            Some(_) => {
                let mut schedule = self.schedule.borrow_mut();
                schedule.steps.clear();
                schedule.choices.clear();
            }
        }
        schedule
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        self.contended |= runnable.len() > 1;
        let next = self.inner().next_task(runnable, current, is_yielding);
        if let Some(next) = next {
            self.schedule.borrow_mut().steps.push(usize::from(next) as u32);
        }
        next
    }

    fn next_u64(&mut self) -> u64 {
        let choice = self.inner().next_u64();
        self.schedule.borrow_mut().choices.push(choice);
        choice
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        // shuttle's random scheduler prints a seed when it is dropped before its last execution.
        mem::forget(self.inner.take());
    }
}
