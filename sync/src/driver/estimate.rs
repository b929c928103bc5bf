//! Estimates how many executions a search without a cache would run.

use std::sync::Arc;

use ::explore::options::{Estimated, Options, Probing};
use ::explore::OutsideArc;

use crate::driver::exploration::{drive, Exploration};
use crate::driver::{OnProgress, Plan, PlanError, Progress};
use crate::engine;

/// Estimates how many executions the plan's search would run without a cache: with its bound, those of the
/// largest bound alone; with sleep sets, if it has them (see [`Estimate`](::explore::search::Estimate)).
/// Returns `None` if the engine does not search, or was stopped before it had an estimate.
///
/// A [deadline](Options::deadline) of the plan's search also limits the estimate.
///
/// [`Plan::progress`] is called after each step from which the estimate does not continue, with a count of
/// 0 executions.
///
/// # Errors
/// As for [`run_all`](crate::driver::run_all). A failure of the program is not an error here: a search
/// finds it again.
pub fn estimate(
    plan: &Plan,
    probing: Probing,
    program: impl Fn() + Send + Sync + 'static,
) -> Result<Option<Estimated>, PlanError> {
    engine::check(plan)?;
    let progress = plan.progress.clone().map(|callback| -> OnProgress {
        Arc::new(move |_: &Progress<'_>| callback(&Progress::default()))
    });
    let search = Options { keep_going: true, ..plan.search.clone() };
    let plan = Plan { progress, search, ..plan.clone() };
    let exploration = OutsideArc::new(Exploration::new(&plan, Box::new(program), None));
    let estimated = drive(|| engine::tracking::estimate(&plan, &exploration, probing));
    exploration.take_end(&plan)?;
    Ok(estimated)
}
