//! How the executions of a program end, all that were drawn: a run stops at the first failure, a census
//! counts it and goes on.

use std::collections::BTreeMap;

use runtime_model::event::Nobody;
use runtime_model::steps::Steps;
use sync::driver::{End, Engine, Explored, OnProgress, Plan, ENGINE};
use sync::Arc;

use crate::judge::Judged;
use crate::report::{Expect, Found, Job, Mode};
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

/// What the executions that the job's limits say came to.
pub(crate) struct Census {
    /// The exploration; its failures are no end of it.
    pub(crate) explored: Explored,
    /// How often they failed in which way; where states are searched, that they did.
    pub(crate) endings: Endings,
}

/// Whether the engine can go on after a failure, and tell all of them.
pub(crate) fn is_taken(job: &Job) -> bool {
    let ends = matches!(job.expect, Expect::Ends { .. });
    match ENGINE {
        Engine::Shuttle => ends,
        // Which check fails first is what invariants are asked for.
        Engine::Explore => ends && job.mode == Mode::Symptoms,
        Engine::Loom | Engine::Std => false,
    }
}

/// Runs what the job's limits say: a search of all states, or for each seed and each way a sample.
pub(crate) fn census(
    steps: Steps,
    target: &Arc<Target>,
    job: &Job,
    judged: &Judged,
    control: OnProgress,
) -> Result<Census, RunError> {
    match ENGINE {
        Engine::Explore => searched(steps, target, job, judged, control),
        _ => sampled(steps, target, job, judged, control),
    }
}

fn searched(
    steps: Steps,
    target: &Arc<Target>,
    job: &Job,
    judged: &Judged,
    control: OnProgress,
) -> Result<Census, RunError> {
    let mut plan = plans(job, target).swap_remove(0);
    plan.progress = Some(control);
    plan.search.keep_going = true;
    let (target, judged) = (target.clone(), judged.clone());
    let execute = move || target.execute(steps, &judged, Arc::new(Nobody), None);
    let explored = sync::driver::run_all(&plan, execute)?;
    let failures = explored.searched.iter().flat_map(|searched| searched.failures.values());
    let endings = failures.map(|failure| (told(&found(failure, 0)), 1)).collect();
    Ok(Census { explored, endings })
}

fn sampled(
    steps: Steps,
    target: &Arc<Target>,
    job: &Job,
    judged: &Judged,
    control: OnProgress,
) -> Result<Census, RunError> {
    let (mut executions, mut endings) = (0, Endings::new());
    let census = |executions, endings, end| {
        let explored = Explored { executions, end, concurrent: true, searched: None };
        Ok(Census { explored, endings })
    };
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
            let explored = sync::driver::run_all(&plan, execute)?;
            executions += explored.executions;
            plan.executions = plan.executions.saturating_sub(explored.executions.max(1));
            plan.seeds[0] = plan.seeds[0].wrapping_add(NEXT_SEED);
            match explored.end {
                End::Complete => break,
                End::Stopped => return census(executions, endings, End::Stopped),
                End::Failed { failure, .. } => {
                    *endings.entry(told(&found(&failure, executions))).or_default() += 1;
                }
            }
        }
    }
    census(executions, endings, End::Complete)
}
