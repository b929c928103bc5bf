//! How many executions a search without a cache is about to run.

use std::time::{Duration, Instant};

use runtime_model::event::Nobody;
use runtime_model::steps::Steps;
use sync::driver::{Options, Plan, Probing};
use sync::Arc;

use super::{RunError, Target};
use crate::judge::Judged;
use crate::report::Job;

/// The part of the time that there is for the estimate.
const PART: u32 = 4;

/// The plan, with its executions estimated if the job asks for it: that it does not with a cache, since then
/// there is no estimate that could be trusted.
pub(super) fn estimated(
    plan: Plan,
    job: &Job,
    steps: Steps,
    target: &Arc<Target>,
    judged: &Judged,
) -> Result<Plan, RunError> {
    let probes = job.limits.search.as_ref().map_or(0, |search| search.probes);
    if plan.search.cache || probes == 0 {
        return Ok(plan);
    }
    let (target, judged) = (target.clone(), judged.clone());
    let execute = move || target.execute(steps, &judged, Arc::new(Nobody), None);
    let time = job.limits.max_seconds.map(Duration::from_secs);
    let deadline = time.map(|time| Instant::now() + time / PART);
    let search = Options { deadline, ..plan.search.clone() };
    let probed = Plan { search, ..plan.clone() };
    let estimated =
        sync::driver::estimate(&probed, Probing { probes, ..Probing::default() }, execute)?;
    Ok(Plan { search: Options { estimated, ..plan.search }, ..plan })
}
