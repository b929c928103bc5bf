//! Who runs executions, and is told what becomes of each.

use ::explore::restore::{Facade, Limits, Place, Restore};
use ::explore::seam::{Ended, Search, Substrate};
use ::explore::Outer;

use crate::current;
use crate::driver::exploration::{Diverged, Exploration};
use crate::driver::failure;
use crate::driver::schedule::Schedule;
use crate::driver::{Plan, PlanError};
use crate::engine::dfs::{follow, search};
use crate::engine::search::forget;
use crate::execution::{Execution, Outcome};

/// Whether this engine can do what the plan asks for.
pub(crate) fn check(_plan: &Plan) -> Result<(), PlanError> {
    Ok(())
}

/// Searches all executions, within the plan's bound. How to run the one that failed again.
pub(crate) fn run_all(plan: &Plan, exploration: &Outer<Exploration>) -> Schedule {
    search(plan, exploration)
}

/// Runs the one execution that the schedule describes.
pub(crate) fn replay(
    plan: &Plan,
    schedule: &Schedule,
    exploration: &Outer<Exploration>,
) -> Option<Diverged> {
    let Schedule::Search { picks, .. } = schedule else { return None };
    follow(plan, picks, exploration)
}

struct Program(Outer<Exploration>);

impl Facade for Program {
    fn program(&self) {
        // Always the same number: other workers count on meanwhile, and nothing inside may depend on that.
        Exploration::run(&self.0, 1);
    }

    fn given(&self) -> Place {
        Place::of(self.0.program())
    }

    fn places(&self) -> Vec<Place> {
        current::places()
    }

    fn looks(&self) -> bool {
        current::with(|execution| execution.is_some_and(Execution::has_looks))
    }

    fn over(&self, ended: Option<Ended>) -> bool {
        // Copied here, outside, what it says outlives the execution.
        let became = current::with(|execution| execution.map(Execution::became));
        let (outcome, concurrent) = became.unwrap_or_default();
        let outcome = if ended.is_some() { outcome } else { Outcome::Cut };
        self.0.counts();
        self.0.ended(outcome, concurrent);
        !self.0.is_over()
    }
}

pub(crate) fn drive<S: Search + 'static>(
    plan: &Plan,
    exploration: &Outer<Exploration>,
    search: S,
) -> S {
    forget();
    let limits = Limits { stack: plan.stack, heap: plan.heap };
    let mut restore =
        Restore::new(limits, Program(exploration.clone())).audit(plan.audit).with(&plan.search);
    let driven = restore.drive(search);
    if let Some(diverged) = driven.diverged {
        exploration.is_broken(diverged.to_string());
    }
    if let Some(payload) = driven.panic {
        exploration.is_broken(failure::text(&*payload));
    }
    driven.search
}
