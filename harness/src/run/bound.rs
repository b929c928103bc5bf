//! Whether a bound has saved anything: a search without one has sleep sets, and does not tell apart who has just
//! moved, so that it is often the smaller of the two, and it says more.

use sync::driver::{End, OnProgress, Options, Plan};
use sync::Arc;

use super::{carry_out, found, plans, Outcome, RunError, Subject};
use crate::census::told;
use crate::happening::Tally;
use crate::judge::Judged;
use crate::report::{Job, Limits, Report};
use crate::verdict::Verdict;

/// The outcome; if the job asks for it, with a remark where a search without the bound takes no more steps than those
/// with it, from 0 on, have taken together. It is given up once it has as many states as they had steps.
///
/// # Errors
/// As [`run`](super::run).
pub(super) fn look(
    subject: &Subject,
    outcome: Outcome,
    control: OnProgress,
) -> Result<Outcome, RunError> {
    let Report { job, searched, verdict, .. } = &outcome.report;
    let asked = job.limits.search.as_ref().is_some_and(|search| search.beside_unbounded);
    let (Some(bounded), Some(bound), true) = (searched, job.limits.bound, asked) else {
        return Ok(outcome);
    };
    if *verdict != Verdict::Held {
        return Ok(outcome);
    }
    let job = Job { limits: Limits { bound: None, ..job.limits.clone() }, ..job.clone() };
    let target = Arc::new(subject.what.checked()?);
    let plan = plans(&job, &target).swap_remove(0);
    let search = Options {
        paranoid: false,
        traces: false,
        max_states: Some(bounded.transitions as usize),
        ..plan.search.clone()
    };
    let plan = Plan { search, ..plan };
    let judged = Judged::of(&job, subject.content)?;
    let explored = carry_out(
        subject,
        &job,
        plan,
        &target,
        &judged,
        &Tally::new(subject.content.happenings),
        control,
    )?;
    let statistics = explored.searched.map(|searched| searched.statistics).unwrap_or_default();
    let note = match explored.end {
        End::Failed { failure, .. } => {
            let told = told(&found(&failure, 0));
            format!("without a bound, the search fails, in about as many steps: {told}; leave --bound out")
        }
        End::Complete if statistics.transitions <= bounded.transitions => format!(
            "bound {bound} costs more than none: without it, all {} states take {} steps, not {}; leave --bound \
             out",
            statistics.states, statistics.transitions, bounded.transitions
        ),
        End::Complete | End::Stopped => return Ok(outcome),
    };
    Ok(Outcome { report: Report { note, ..outcome.report }, ..outcome })
}
