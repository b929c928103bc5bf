//! How the executions of a program end, all that were drawn: a run stops at the first failure, a census
//! counts it and goes on.

use std::collections::BTreeMap;

use runtime_model::event::Nobody;
use runtime_model::steps::Steps;
use sync::{Arc, End, OnProgress, Plan};

use crate::judge::Judged;
use crate::report::{Found, Job};
use crate::run::{found, plans, RunError, Target};

/// How often executions failed in which way.
pub(crate) type Endings = BTreeMap<String, u64>;

/// A failure in a word: a throw by its text, anything else by its check.
pub fn told(found: &Found) -> String {
    match found.check.as_str() {
        "throw" => found.message.clone(),
        check => check.into(),
    }
}

/// Seeds of samples that go on after a failure lie this far apart, so that no two samples are the same.
const NEXT_SEED: u64 = 1 << 32;

/// What the executions that the job's limits say came to, for each seed and each way to sample: their
/// number, how often they failed in which way, and whether they were stopped.
pub(crate) fn census(
    steps: Steps,
    target: &Arc<Target>,
    job: &Job,
    judged: &Judged,
    control: OnProgress,
) -> Result<(u64, Endings, bool), RunError> {
    let (mut executions, mut endings) = (0, Endings::new());
    let samples = plans(job, target).into_iter().flat_map(|plan| {
        let seeds = plan.seeds.clone();
        seeds.into_iter().map(move |seed| Plan { seeds: vec![seed], ..plan.clone() })
    });
    for mut plan in samples {
        while plan.executions > 0 {
            let (before, asked) = (executions, control.clone());
            let progress: OnProgress = Arc::new(move |so_far| asked(&so_far.after(before)));
            plan.progress = Some(progress);
            let (target, judged) = (target.clone(), judged.clone());
            let execute = move || target.execute(steps, &judged, Arc::new(Nobody), None);
            let explored = sync::explore(&plan, execute)?;
            executions += explored.executions;
            plan.executions = plan.executions.saturating_sub(explored.executions.max(1));
            plan.seeds[0] = plan.seeds[0].wrapping_add(NEXT_SEED);
            match explored.end {
                End::Complete => break,
                End::Stopped => return Ok((executions, endings, true)),
                End::Failed { failure, .. } => {
                    *endings.entry(told(&found(&failure, executions))).or_default() += 1;
                }
            }
        }
    }
    Ok((executions, endings, false))
}
