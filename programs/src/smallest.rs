//! The smallest failure of the kind that a search has found: with the fewest preemptions, then in the fewest steps.

use std::time::{Duration, Instant};

use sync::driver::{End, Explored, Failure, Options, Plan, PlanError};

use crate::decide::{Came, Failed};
use crate::report::Fewest;
use crate::watch::Watched;
use crate::Program;

/// How long each of the two searches may take.
const PATIENCE: Duration = Duration::from_secs(3);

impl Program {
    /// Makes the failure as small as it can.
    pub(crate) fn make_smallest(&self, came: &mut Came) -> Result<(), PlanError> {
        let Some(failed) = came.failed.take() else { return Ok(()) };
        let failed = self.fewest_preemptions(failed)?;
        came.failed = Some(self.fewest_steps(failed)?);
        Ok(())
    }

    /// By bounds, from 0 up to one less than it has.
    fn fewest_preemptions(&self, failed: Failed) -> Result<Failed, PlanError> {
        let Some(preemptions) = failed.schedule.preemptions() else { return Ok(failed) };
        let Some(fewer) = preemptions.checked_sub(1) else {
            return Ok(Failed { smallest: Fewest::Preemptions, ..failed });
        };
        let search = self.patient(Options::default());
        let plan = Plan { bound: Some(fewer as usize), search, ..self.plan_without_limits() };
        let Explored { end, .. } = self.explore(&plan, &Watched::default())?;
        Ok(match end {
            End::Failed { failure, schedule } if failure.kind() == failed.failure.kind() => {
                Failed { failure, schedule, smallest: Fewest::Preemptions }
            }
            End::Complete => Failed { smallest: Fewest::Preemptions, ..failed },
            End::Failed { .. } | End::Stopped => failed,
        })
    }

    /// Within its number of preemptions, by a search that shortens what it finds.
    fn fewest_steps(&self, failed: Failed) -> Result<Failed, PlanError> {
        let (Some(preemptions), Some(steps)) =
            (failed.schedule.preemptions(), failed.schedule.steps())
        else {
            return Ok(failed);
        };
        let shorter_than = Some(steps as usize);
        let search = self.patient(Options { keep_going: true, shorter_than, ..Options::default() });
        let bound = Some(preemptions as usize);
        let plan = Plan { bound, search, ..self.plan_without_limits() };
        let searched = self.explore(&plan, &Watched::default())?.searched.unwrap_or_default();
        let smallest = match (searched.incomplete, failed.smallest) {
            (None, Fewest::Preemptions) => Fewest::Steps,
            (_, known) => known,
        };
        let kind = failed.failure.kind();
        let Some(schedule) = searched.shortest else { return Ok(Failed { smallest, ..failed }) };
        // It may fail in another way.
        let failure = self.again(&schedule)?.0.failure;
        match failure.filter(|failure: &Failure| failure.kind() == kind) {
            Some(failure) => Ok(Failed { failure, schedule, smallest }),
            None => Ok(failed),
        }
    }

    fn patient(&self, options: Options) -> Options {
        Options { deadline: Some(Instant::now() + PATIENCE), jobs: self.limits.jobs, ..options }
    }
}
