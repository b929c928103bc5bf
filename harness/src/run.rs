//! Runs a prepared job on the engine in use.
//!
//! | file | holds |
//! |---|---|
//! | `endings` | how all executions end, where a run goes on after a failure |
//! | `known_endings` | endings that a job knows of, each shown by a stored schedule |
//! | `without_bound` | whether a bound on preemptions makes a search cheaper |
//! | `smallest` | the smallest failure of its kind |
//! | `again` | a run again, step by step: to write it down, or to compare it with a file |
//! | `estimate` | how many executions there will be |
//! | `outcome` | what a run came to |

mod again;
mod endings;
mod estimate;
mod known_endings;
mod outcome;
mod smallest;
mod without_bound;

use std::time::Instant;

use runtime_model::event::NoWitness;
use sync::driver::{
    Control, End, Explored, OnProgress, Options, Plan, Progress, Sampler, Searched,
};
use sync::Arc;

use crate::happening::Tally;
use crate::prepare::{can_run, Prepared, RunError};
use outcome::Counts;

pub use again::Replayed;
pub use outcome::Outcome;

impl Prepared {
    /// Runs the job. `control` is called after each execution with the progress so far; it returns whether to continue.
    ///
    /// # Errors
    /// If the engine cannot run it.
    pub fn run(
        &self,
        control: impl Fn(&Progress<'_>) -> Control + Send + Sync + 'static,
    ) -> Result<Outcome, RunError> {
        self.run_under(Arc::new(control))
    }

    fn run_under(&self, control: OnProgress) -> Result<Outcome, RunError> {
        can_run(&self.job)?;
        let began = Instant::now();
        let seconds = || began.elapsed().as_secs_f64();
        if self.goes_on_after_failures() {
            let (explored, endings) = self.all_endings(control)?;
            let counts = Counts { endings, ..Counts::default() };
            return self.compare_endings(self.outcome(explored, seconds(), counts));
        }
        let tally = self.tally();
        let explored = self.explore(&tally, control.clone())?;
        let sometimes = tally.of(&[&*self.job.sometimes, &*self.job.counted].concat());
        let counts = Counts { sometimes, ..Counts::default() };
        let outcome = self.outcome(explored, seconds(), counts);
        self.compare_without_bound(outcome, control)
    }

    /// Carries out all plans, or those up to the first that does not finish.
    fn explore(&self, tally: &Tally, control: OnProgress) -> Result<Explored, RunError> {
        let mut total = 0;
        let mut explored = Explored::none(End::Complete);
        for plan in self.plans.clone() {
            let (before, control) = (total, control.clone());
            let progress: OnProgress = Arc::new(move |so_far| control(&so_far.after(before)));
            let part = self.carry_out(plan, tally, progress)?;
            total += part.executions;
            explored = Explored { concurrent: explored.concurrent || part.concurrent, ..part };
            if !matches!(explored.end, End::Complete) {
                break;
            }
        }
        explored.executions = total;
        Ok(explored)
    }

    /// Carries out one plan.
    fn carry_out(
        &self,
        plan: Plan,
        tally: &Tally,
        progress: OnProgress,
    ) -> Result<Explored, RunError> {
        let plan = self.estimated(Plan { progress: Some(progress), ..plan })?;
        // In one place outside, so that the program has one pointer and no padding, in which an old pointer may lie: the
        // engine looks for pointers in what a program has captured.
        let outside = Arc::new((self.execution.clone(), tally.clone()));
        Ok(sync::driver::run_all(&plan, move || {
            let (execution, tally) = &*outside;
            execution.run(Arc::new(tally.clone()), None);
        })?)
    }

    /// Carries out one plan; what happens in it is counted nowhere.
    fn carry_out_uncounted(&self, plan: Plan) -> Result<Explored, RunError> {
        let execution = Arc::new(self.execution.clone());
        Ok(sync::driver::run_all(&plan, move || execution.run(Arc::new(NoWitness), None))?)
    }

    fn tally(&self) -> Tally {
        Tally::new(self.content.happenings)
    }

    /// Searches the program with other options than the job's, and lists the states: to compare searches with each
    /// other. There is no verdict.
    ///
    /// # Errors
    /// If the engine cannot run it, or does not search.
    pub fn compare(&self, options: Options) -> Result<Searched, RunError> {
        let interchangeable = self.execution.target.interchangeable();
        let search = Options { interchangeable, ..options };
        let plan = Plan { sampler: Sampler::Exhaustive, search, list_states: true, ..self.plan() };
        Ok(self.carry_out_uncounted(plan)?.searched.unwrap_or_default())
    }

    /// Explores the program with this sampler, whatever the job says of searching: to compare engines with each other.
    /// There is no verdict. `control` is called as in [`run`](Self::run).
    ///
    /// # Errors
    /// If the engine cannot explore it in that way.
    pub fn measure(
        &self,
        sampler: Sampler,
        control: impl Fn(&Progress<'_>) -> Control + Send + Sync + 'static,
    ) -> Result<Explored, RunError> {
        self.carry_out(Plan { sampler, ..self.plan() }, &self.tally(), Arc::new(control))
    }
}
