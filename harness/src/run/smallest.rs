//! The smallest failure of the kind that a search has found: with the fewest preemptions, then in the fewest
//! steps.

use std::time::{Duration, Instant};

use sync::driver::{Control, OnProgress, Options, Plan, Progress, Schedule};
use sync::Arc;

use super::outcome::found;
use super::Outcome;
use crate::prepare::{Prepared, RunError};
use crate::report::{Fewest, Found, Report, LIVELOCK};

/// More preemptions than these are not tried for a smaller counterexample.
const MOST_PREEMPTIONS: usize = 6;

/// How long a search for fewer steps may take.
const PATIENCE: Duration = Duration::from_secs(5);

impl Prepared {
    /// The outcome of [`run`](Self::run), with the failure that the search has found made as small as possible: as few
    /// preemptions as any failure of its kind has, and then as few steps. `control` is called as in `run`; if it stops
    /// the search, or there is nothing to be made smaller, the outcome is the same.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn smallest(
        &self,
        outcome: Outcome,
        control: impl Fn(&Progress<'_>) -> Control + Send + Sync + 'static,
    ) -> Result<Outcome, RunError> {
        if outcome.report.searched.is_none() || outcome.report.found.is_none() {
            return Ok(outcome);
        }
        // A bound is unfair, and the search has looked for the shortest cycle itself.
        if outcome.report.found.as_ref().is_some_and(|found| found.check == LIVELOCK) {
            return Ok(outcome);
        }
        let control: OnProgress = Arc::new(control);
        let outcome = self.fewest_preemptions(outcome, control.clone())?;
        self.fewest_steps(outcome, control)
    }

    /// By bounds, from 0.
    fn fewest_preemptions(
        &self,
        outcome: Outcome,
        control: OnProgress,
    ) -> Result<Outcome, RunError> {
        let Some(found) = &outcome.report.found else { return Ok(outcome) };
        // A search with a bound has tried the smaller ones first.
        if self.job.limits.bound.is_some() || found.preemptions == Some(0) {
            return Ok(known(outcome, Fewest::Preemptions));
        }
        let fewer = found.preemptions.map_or(MOST_PREEMPTIONS, |n| n as usize - 1);
        let bounded = self.with_bound(Some(fewer.min(MOST_PREEMPTIONS))).run_under(control)?;
        let is_over = bounded.report.searched.is_some() && bounded.report.extent != "not finished";
        match bounded.report.found {
            Some(smaller) if smaller.ending() == found.ending() => {
                let found = Found { execution: found.execution, ..smaller };
                let report = Report { found: Some(found), ..outcome.report };
                Ok(known(Outcome { report, schedule: bounded.schedule }, Fewest::Preemptions))
            }
            None if is_over && found.preemptions.is_some() && fewer <= MOST_PREEMPTIONS => {
                Ok(known(outcome, Fewest::Preemptions))
            }
            _ => Ok(outcome),
        }
    }

    /// By a search within its number of preemptions that shortens what it has found.
    fn fewest_steps(&self, outcome: Outcome, control: OnProgress) -> Result<Outcome, RunError> {
        let Some(before) = &outcome.report.found else { return Ok(outcome) };
        let (Some(preemptions), Some(steps)) = (before.preemptions, before.steps) else {
            return Ok(outcome);
        };
        let plan = self.plan();
        let search = Options {
            cache: true,
            paranoid: false,
            traces: false,
            liveness: false,
            keep_going: true,
            shorter_than: Some(steps as usize),
            deadline: Some(Instant::now() + PATIENCE),
            ..plan.search.clone()
        };
        let plan = Plan { bound: Some(preemptions as usize), search, ..plan };
        let explored = self.carry_out(plan, &self.tally(), control)?;
        let searched = explored.searched.unwrap_or_default();
        let proven = match (searched.incomplete, before.fewest) {
            (None, Fewest::Preemptions) => Fewest::Steps,
            (_, known) => known,
        };
        let Some(schedule) = searched.shortest else { return Ok(known(outcome, proven)) };
        self.shortened(outcome, schedule, proven)
    }

    /// The outcome with that schedule, if its failure is of the same kind.
    fn shortened(
        &self,
        outcome: Outcome,
        schedule: Schedule,
        proven: Fewest,
    ) -> Result<Outcome, RunError> {
        let failure = self.failure_again(&schedule)?;
        let Some(before) = &outcome.report.found else { return Ok(outcome) };
        let after = failure.map(|failure| Found {
            preemptions: schedule.preemptions(),
            steps: schedule.steps(),
            fewest: proven,
            ..found(&failure, before.execution)
        });
        let Some(after) = after.filter(|after| after.ending() == before.ending()) else {
            return Ok(outcome);
        };
        let report = Report { found: Some(after), ..outcome.report };
        Ok(Outcome { report, schedule: Some(schedule) })
    }
}

/// The outcome, of whose failure this is known.
fn known(outcome: Outcome, fewest: Fewest) -> Outcome {
    let found = outcome.report.found.map(|found| Found { fewest, ..found });
    Outcome { report: Report { found, ..outcome.report }, ..outcome }
}
