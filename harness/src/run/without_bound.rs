//! Whether a bound on preemptions makes a search cheaper. A search without one has sleep sets, and does not distinguish
//! states by which thread moved last; so it is often the smaller of the two, and it proves more.

use sync::driver::{End, OnProgress, Options, Plan};

use super::outcome::found;
use super::Outcome;
use crate::prepare::{Prepared, RunError};
use crate::report::Report;
use crate::verdict::Verdict;

impl Prepared {
    /// The outcome; if the job asks for it, with a note where a search without the bound takes no more steps than those
    /// with it, from 0 on, have taken together. It is given up once it has as many states as they had steps.
    pub(super) fn compare_without_bound(
        &self,
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
        let unbounded = self.with_bound(None);
        let plan = unbounded.plan();
        let search = Options {
            paranoid: false,
            traces: false,
            max_states: Some(bounded.transitions as usize),
            ..plan.search.clone()
        };
        let plan = Plan { search, ..plan };
        let explored = unbounded.carry_out(plan, &self.tally(), control)?;
        let statistics = explored.searched.map(|searched| searched.statistics).unwrap_or_default();
        let note = match explored.end {
            End::Failed { failure, .. } => {
                let found = found(&failure, 0);
                let ending = found.ending();
                format!("without a bound, the search finds in about as many steps that the program fails: {ending}; leave --bound out")
            }
            End::Complete if statistics.transitions <= bounded.transitions => format!(
                "bound {bound} costs more than none: without it, all {} states take {} steps, not {}; leave \
                 --bound out",
                statistics.states, statistics.transitions, bounded.transitions
            ),
            End::Complete | End::Stopped => return Ok(outcome),
        };
        Ok(Outcome { report: Report { note, ..outcome.report }, ..outcome })
    }
}
