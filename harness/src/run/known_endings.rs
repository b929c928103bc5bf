//! Endings that a job knows of, in addition to those that it expects. A known ending must still be reproduced by its
//! stored schedule; one that is not known is reported with a schedule.

use sync::driver::{End, Engine, Plan, Schedule, ENGINE};
use sync::Arc;

use super::Outcome;
use crate::prepare::{Prepared, RunError};
use crate::report::{Expect, KnownEnding, Report};
use crate::verdict::Verdict;

impl Prepared {
    /// The outcome; violated if a known ending no longer occurs, or one occurs that is not known.
    pub(super) fn compare_endings(&self, outcome: Outcome) -> Result<Outcome, RunError> {
        let Outcome { report, .. } = &outcome;
        let Expect::Ends { how, more } = &self.job.expect else { return Ok(outcome) };
        for known in more.iter().filter(|known| known.schedule.runs_on(ENGINE)) {
            if let Some(why) = self.stale(report, known)? {
                let note = format!("{} is known to end it, but {why}", known.ends);
                let (ends, shown) = (known.ends.clone(), self.execution_that_ends(&known.ends)?);
                return Ok(violated(outcome, &note, &ends, shown));
            }
        }
        let known =
            |ending: &&String| how.contains(ending) || more.iter().any(|m| m.ends == **ending);
        let Some(other) = report.endings.keys().find(|ending| !known(ending)) else {
            return Ok(outcome);
        };
        let note = report.note.clone();
        let (other, shown) = (other.clone(), self.execution_that_ends(other)?);
        Ok(violated(outcome, &note, &other, shown))
    }

    /// Why that ending no longer occurs, if so.
    fn stale(&self, report: &Report, known: &KnownEnding) -> Result<Option<String>, RunError> {
        // Only a search that has finished has seen all.
        let all = ENGINE == Engine::Explore && report.verdict != Verdict::Incomplete;
        if all && !report.endings.contains_key(&known.ends) {
            return Ok(Some("no execution does: it is not needed any more".into()));
        }
        let failure = self.failure_again(&known.schedule)?;
        Ok(match failure.map(|failure| failure.kind()) {
            Some(kind) if kind == known.ends => None,
            Some(other) => Some(format!("the stored schedule ends with {other}")),
            None => Some("the stored schedule does not fit any more, or does not fail".into()),
        })
    }

    /// An execution that ends so, where all are searched.
    fn execution_that_ends(&self, ends: &str) -> Result<Option<Schedule>, RunError> {
        if ENGINE != Engine::Explore {
            return Ok(None);
        }
        let mut plan = Plan { wanted: Some(ends.into()), ..self.plan() };
        plan.search.keep_going = true;
        let go = Arc::new(|_: &sync::driver::Progress<'_>| sync::driver::Control::Go);
        let explored = self.carry_out(plan, &self.tally(), go)?;
        Ok(match explored.end {
            End::Failed { schedule, .. } => Some(schedule),
            End::Complete | End::Stopped => None,
        })
    }
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
