//! Endings beside those that are looked for: each that is known has an execution that shows it, and of each
//! that is not known, an execution is told.

use sync::driver::{End, Engine, Plan, Schedule, ENGINE};
use sync::Arc;

use super::again::again;
use super::{carry_out, plans, Outcome, RunError, Subject};
use crate::happening::Tally;
use crate::judge::Judged;
use crate::report::{Beside, Expect, Report};
use crate::verdict::Verdict;

/// The outcome, violated if a known ending is none any more. One that is not known is told with its schedule.
///
/// # Errors
/// As [`run`](super::run).
pub(super) fn look(subject: &Subject, outcome: Outcome) -> Result<Outcome, RunError> {
    let Outcome { report, .. } = &outcome;
    let Expect::Ends { how, more } = &report.job.expect else { return Ok(outcome) };
    for known in more.iter().filter(|known| known.schedule.runs_on(ENGINE)) {
        if let Some(why) = stale(subject, report, known)? {
            let note = format!("{} is known to end it, but {why}", known.ends);
            let (ends, shown) = (known.ends.clone(), shows(subject, report, &known.ends)?);
            return Ok(violated(outcome, &note, &ends, shown));
        }
    }
    let known = |ending: &&String| how.contains(ending) || more.iter().any(|m| m.ends == **ending);
    let Some(other) = report.endings.keys().find(|ending| !known(ending)) else {
        return Ok(outcome);
    };
    let note = report.note.clone();
    let (other, shown) = (other.clone(), shows(subject, report, other)?);
    Ok(violated(outcome, &note, &other, shown))
}

/// Why that ending is none any more, if so.
fn stale(subject: &Subject, report: &Report, known: &Beside) -> Result<Option<String>, RunError> {
    // Only a search that is over has seen all.
    let all = ENGINE == Engine::Explore && report.verdict != Verdict::Incomplete;
    if all && !report.endings.contains_key(&known.ends) {
        return Ok(Some("no execution does: it is not needed any more".into()));
    }
    let failure = again(subject, &report.job, &known.schedule)?.failure;
    Ok(match failure.map(|failure| failure.kind()) {
        Some(kind) if kind == known.ends => None,
        Some(other) => Some(format!("the stored schedule ends with {other}")),
        None => Some("the stored schedule does not fit any more, or does not fail".into()),
    })
}

/// An execution that ends so, where all are searched.
fn shows(subject: &Subject, report: &Report, ends: &str) -> Result<Option<Schedule>, RunError> {
    if ENGINE != Engine::Explore {
        return Ok(None);
    }
    let job = &report.job;
    let target = Arc::new(subject.what.checked()?);
    let mut plan = plans(job, &target).swap_remove(0);
    plan.search.keep_going = true;
    let plan = Plan { wanted: Some(ends.into()), ..plan };
    let go = Arc::new(|_: &sync::driver::Progress<'_>| sync::driver::Control::Go);
    let explored = carry_out(
        subject,
        job,
        plan,
        &target,
        &Judged::of(job, subject.content)?,
        &Tally::new(subject.content.happenings),
        go,
    )?;
    Ok(match explored.end {
        End::Failed { schedule, .. } => Some(schedule),
        End::Complete | End::Stopped => None,
    })
}

/// The outcome, violated for that reason; with an execution that ends so, if there is one.
fn violated(outcome: Outcome, note: &str, ends: &str, shown: Option<Schedule>) -> Outcome {
    let picks = match &shown {
        Some(Schedule::Search { picks, .. }) => format!("; one that ends with {ends} is\n{picks}"),
        _ => String::new(),
    };
    let report =
        Report { verdict: Verdict::Violated, note: format!("{note}{picks}"), ..outcome.report };
    Outcome { report, schedule: shown.or(outcome.schedule) }
}
