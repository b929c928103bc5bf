//! Runs executions on the substrate that restores.

use std::cell::Cell;

use ::explore::interface::{Ended, Search, Substrate};
use ::explore::restore::{self, Facade, Limits, Place, Restore};
use ::explore::OutsideArc;

use crate::current;
use crate::driver::exploration::{Diverged, Exploration};
use crate::driver::failure;
use crate::driver::schedule::Schedule;
use crate::driver::{Plan, PlanError};
use crate::engine::search::{follow, search};
use crate::engine::tracking::forget;
use crate::execution::{Execution, Outcome};

/// Whether this engine can do what the plan asks for.
pub(crate) fn check(plan: &Plan) -> Result<(), PlanError> {
    plan.check_liveness(true)
}

/// Searches all executions within the plan's bound. Returns the schedule of the one that failed.
pub(crate) fn run_all(plan: &Plan, exploration: &OutsideArc<Exploration>) -> Schedule {
    search(plan, exploration)
}

/// Runs the one execution that the schedule describes.
pub(crate) fn replay(
    plan: &Plan,
    schedule: &Schedule,
    exploration: &OutsideArc<Exploration>,
) -> Option<Diverged> {
    let Schedule::Search { picks, .. } = schedule else { return None };
    follow(plan, picks, exploration)
}

/// What a worker runs.
struct Program {
    exploration: OutsideArc<Exploration>,
    /// The number of executions that were cut and are not counted yet.
    cut: Cell<u64>,
}

/// A worker counts the executions that are cut this many at a time. Counted one by one, they would make two workers
/// wait for each other's caches a tenth of the time.
const AT_ONCE: u64 = 32;

impl Program {
    fn count(&self) {
        self.exploration.count_executions(self.cut.take());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.count();
    }
}

impl restore::Program for Program {
    fn run(&self) {
        // Always the same number: other workers continue to count, and nothing inside may depend on that.
        Exploration::run(&self.exploration, 1);
    }
}

impl Facade for Program {
    fn captures(&self) -> Place {
        Place::of(self.exploration.program())
    }

    fn places(&self) -> Vec<Place> {
        current::places()
    }

    fn is_strict(&self) -> bool {
        self.exploration.plan().strict
    }

    fn runs_at_end(&self) -> bool {
        current::with(|execution| execution.is_some_and(Execution::has_at_end))
    }

    fn execution_over(&self, ended: Option<Ended>) -> bool {
        self.cut.set(self.cut.get() + 1);
        let concurrent = current::with(|execution| execution.is_some_and(Execution::is_concurrent));
        self.exploration.note_concurrent(concurrent);
        if ended.is_some() || self.cut.get() == AT_ONCE {
            self.count();
            // Copied here, outside, so that it outlives the execution.
            let outcome = current::with(|execution| execution.map(Execution::outcome_so_far));
            let outcome = outcome.filter(|_| ended.is_some()).unwrap_or(Outcome::Cut);
            self.exploration.ended(outcome);
        }
        !self.exploration.is_over()
    }
}

pub(crate) fn drive<S: Search + 'static>(
    plan: &Plan,
    exploration: &OutsideArc<Exploration>,
    search: S,
) -> S {
    forget();
    let limits = Limits { stack: plan.stack, heap: plan.heap };
    let mut restore =
        Restore::new(limits, Program { exploration: exploration.clone(), cut: Cell::new(0) })
            .audit(plan.audit)
            .with(&plan.search);
    let driven = restore.drive(search);
    if let Some(diverged) = driven.diverged {
        exploration.report_error(diverged.to_string());
    }
    if let Some(payload) = driven.panic {
        exploration.report_error(failure::text(&*payload));
    }
    driven.search
}
