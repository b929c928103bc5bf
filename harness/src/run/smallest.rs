//! The smallest failure of the kind that a search has found: with the fewest preemptions, then in the fewest
//! steps.

use std::time::{Duration, Instant};

use sync::driver::{OnProgress, Options, Plan, Schedule};
use sync::Arc;

use super::again::again;
use super::{carry_out, found, plans, run, Outcome, RunError, Subject};
use crate::census::told;
use crate::happening::Tally;
use crate::judge::Judged;
use crate::report::{Fewest, Found, Job, Limits, Report};

/// More preemptions than these are not tried for a smaller counterexample.
const MOST_PREEMPTIONS: usize = 6;

/// Fewer steps are looked for so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The failure that a search has found, with as few preemptions as any of its kind has, and then in as few
/// steps. `control` is asked as in [`run`]. The same outcome if it says to stop, or there is nothing to be done.
///
/// # Errors
/// As [`run`].
pub fn smallest(
    subject: &Subject,
    outcome: Outcome,
    control: OnProgress,
) -> Result<Outcome, RunError> {
    if outcome.report.searched.is_none() || outcome.report.found.is_none() {
        return Ok(outcome);
    }
    let outcome = fewest_preemptions(subject, outcome, control.clone())?;
    fewest_steps(subject, outcome, control)
}

/// By bounds, from 0.
fn fewest_preemptions(
    subject: &Subject,
    outcome: Outcome,
    control: OnProgress,
) -> Result<Outcome, RunError> {
    let job = &outcome.report.job;
    let Some(found) = &outcome.report.found else { return Ok(outcome) };
    // A search with a bound has tried the smaller ones first.
    if job.limits.bound.is_some() || found.preemptions == Some(0) {
        return Ok(known(outcome, Fewest::Preemptions));
    }
    let fewer = found.preemptions.map_or(MOST_PREEMPTIONS, |n| n as usize - 1);
    let limits = Limits { bound: Some(fewer.min(MOST_PREEMPTIONS)), ..job.limits.clone() };
    let bounded = run(subject, &Job { limits, ..job.clone() }, control)?;
    let is_over = bounded.report.searched.is_some() && bounded.report.extent != "not finished";
    match bounded.report.found {
        Some(smaller) if told(&smaller) == told(found) => {
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
fn fewest_steps(
    subject: &Subject,
    outcome: Outcome,
    control: OnProgress,
) -> Result<Outcome, RunError> {
    let Report { job, found: before, .. } = &outcome.report;
    let Some(before) = before else { return Ok(outcome) };
    let (Some(preemptions), Some(steps)) = (before.preemptions, before.steps) else {
        return Ok(outcome);
    };
    let target = Arc::new(subject.what.checked()?);
    let judged = Judged::of(job, subject.content)?;
    let plan = plans(job, &target).swap_remove(0);
    let search = Options {
        cache: true,
        paranoid: false,
        traces: false,
        keep_going: true,
        shorter_than: Some(steps as usize),
        deadline: Some(Instant::now() + PATIENCE),
        ..plan.search.clone()
    };
    let plan = Plan { bound: Some(preemptions as usize), search, ..plan };
    let explored = carry_out(
        subject,
        job,
        plan,
        &target,
        &judged,
        &Tally::new(subject.content.happenings),
        control,
    )?;
    let searched = explored.searched.unwrap_or_default();
    let proven = match (searched.incomplete, before.fewest) {
        (None, Fewest::Preemptions) => Fewest::Steps,
        (_, known) => known,
    };
    let Some(schedule) = searched.shortest else { return Ok(known(outcome, proven)) };
    shortened(subject, outcome, schedule, proven)
}

/// The outcome with that schedule, if what it shows is of the same kind.
fn shortened(
    subject: &Subject,
    outcome: Outcome,
    schedule: Schedule,
    proven: Fewest,
) -> Result<Outcome, RunError> {
    let failure = again(subject, &outcome.report.job, &schedule)?.failure;
    let Some(before) = &outcome.report.found else { return Ok(outcome) };
    let after = failure.map(|failure| Found {
        preemptions: schedule.preemptions(),
        steps: schedule.steps(),
        fewest: proven,
        ..found(&failure, before.execution)
    });
    let Some(after) = after.filter(|after| told(after) == told(before)) else {
        return Ok(outcome);
    };
    let report = Report { found: Some(after), ..outcome.report };
    Ok(Outcome { report, schedule: Some(schedule) })
}

/// The outcome, of whose failure this is known.
fn known(outcome: Outcome, fewest: Fewest) -> Outcome {
    let found = outcome.report.found.map(|found| Found { fewest, ..found });
    Outcome { report: Report { found, ..outcome.report }, ..outcome }
}
