//! How many executions a search without a cache is about to run.

use std::time::{Duration, Instant};

use runtime_model::event::NoWitness;
use sync::driver::{Options, Plan, Probing};
use sync::Arc;

use crate::prepare::{Prepared, RunError};

/// The part of the time that there is for the estimate.
const PART: u32 = 4;

impl Prepared {
    /// The plan, with its executions estimated if the job asks for it. It does not with a cache: then no estimate can
    /// be trusted.
    pub(super) fn estimated(&self, plan: Plan) -> Result<Plan, RunError> {
        let limits = &self.job.limits;
        let probes = limits.search.as_ref().map_or(0, |search| search.probes);
        if plan.search.cache || probes == 0 {
            return Ok(plan);
        }
        let execution = self.execution.clone();
        let execute = move || execution.run(Arc::new(NoWitness), None);
        let time = limits.max_seconds.map(Duration::from_secs);
        let deadline = time.map(|time| Instant::now() + time / PART);
        let search = Options { deadline, ..plan.search.clone() };
        let probed = Plan { search, ..plan.clone() };
        let estimated =
            sync::driver::estimate(&probed, Probing { probes, ..Probing::default() }, execute)?;
        Ok(Plan { search: Options { estimated, ..plan.search }, ..plan })
    }
}
