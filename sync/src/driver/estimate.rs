//! How many executions a search without a cache would run.

use std::sync::Arc;

use ::explore::options::{Estimated, Options, Probing};
use ::explore::OutsideArc;

use crate::driver::exploration::{drive, Exploration};
use crate::driver::{OnProgress, Plan, PlanError, Progress};
use crate::engine;

/// How many executions the plan's search would run without a cache, or does: with its bound, the largest one
/// alone; with sleep sets, if it has them: see [`Estimate`](::explore::search::Estimate). `None` if the engine does
/// not search, or was stopped before it could say.
///
/// A [deadline](Options::deadline) of the plan's search is one of the estimate.
///
/// [`Plan::progress`] is asked after each step that is not gone on from, and told of no executions.
///
/// # Errors
/// As [`explore`](crate::driver::run_all()). A program that fails is none: it fails again in a search.
pub fn estimate(
    plan: &Plan,
    probing: Probing,
    program: impl Fn() + Send + Sync + 'static,
) -> Result<Option<Estimated>, PlanError> {
    engine::check(plan)?;
    let progress = plan.progress.clone().map(|asked| -> OnProgress {
        Arc::new(move |_: &Progress<'_>| asked(&Progress::default()))
    });
    let search = Options { keep_going: true, ..plan.search.clone() };
    let plan = Plan { progress, search, ..plan.clone() };
    let exploration = OutsideArc::new(Exploration::new(&plan, program, None));
    let estimated = drive(|| engine::tracking::estimate(&plan, &exploration, probing));
    exploration.take_end(&plan)?;
    Ok(estimated)
}
