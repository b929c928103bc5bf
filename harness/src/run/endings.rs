//! How the executions of a program end, all that were run: most runs stop at the first failure; these count it and
//! continue.

use sync::driver::{End, Engine, Explored, OnProgress, Plan, ENGINE};
use sync::Arc;

use super::outcome::{found, Endings};
use crate::prepare::{Prepared, RunError};
use crate::report::{Expect, Mode};

/// Seeds of samples that continue after a failure lie this far apart, so that no two samples are the same.
const NEXT_SEED: u64 = 1 << 32;

impl Prepared {
    /// Whether the job asks for all ways in which executions fail, and the engine can continue after a failure.
    pub(super) fn goes_on_after_failures(&self) -> bool {
        let ends = matches!(self.job.expect, Expect::Ends { .. });
        match ENGINE {
            Engine::Shuttle => ends,
            // With invariants, the question is which check fails first.
            Engine::Explore => ends && self.job.mode == Mode::Symptoms,
            Engine::Loom | Engine::Std => false,
        }
    }

    /// Runs a search of all states, or a sample for each seed and each way to sample.
    pub(super) fn all_endings(&self, control: OnProgress) -> Result<(Explored, Endings), RunError> {
        match ENGINE {
            Engine::Explore => self.searched_endings(control),
            _ => self.sampled_endings(control),
        }
    }

    fn searched_endings(&self, control: OnProgress) -> Result<(Explored, Endings), RunError> {
        let mut plan = Plan { progress: Some(control), ..self.plan() };
        plan.search.keep_going = true;
        let explored = self.carry_out_uncounted(plan)?;
        let failures = explored.searched.iter().flat_map(|searched| searched.failures.values());
        let endings = failures.map(|failure| (found(failure, 0).ending().into(), 1)).collect();
        Ok((explored, endings))
    }

    fn sampled_endings(&self, control: OnProgress) -> Result<(Explored, Endings), RunError> {
        let (mut executions, mut endings) = (0, Endings::new());
        let all =
            |executions, end| Explored { executions, concurrent: true, ..Explored::none(end) };
        let samples = self.plans.iter().flat_map(|plan| {
            plan.seeds.iter().map(|&seed| Plan { seeds: vec![seed], ..plan.clone() })
        });
        for mut plan in samples {
            while plan.executions > 0 {
                let (before, control) = (executions, control.clone());
                let progress: OnProgress = Arc::new(move |so_far| control(&so_far.after(before)));
                plan.progress = Some(progress);
                let explored = self.carry_out_uncounted(plan.clone())?;
                executions += explored.executions;
                plan.executions = plan.executions.saturating_sub(explored.executions.max(1));
                plan.seeds[0] = plan.seeds[0].wrapping_add(NEXT_SEED);
                match explored.end {
                    End::Complete => break,
                    End::Stopped => return Ok((all(executions, End::Stopped), endings)),
                    End::Failed { failure, .. } => {
                        let ending = found(&failure, executions).ending().into();
                        *endings.entry(ending).or_default() += 1;
                    }
                }
            }
        }
        Ok((all(executions, End::Complete), endings))
    }
}
