//! Runs executions: samples of schedules, and searches.

use std::cell::RefCell;
use std::rc::Rc;

use ::explore::interface::{Search, Substrate};
use ::explore::threads::Threads;
use ::explore::{Divergence, OutsideArc, Replay, Sample, Strategy, TaskSchedule};
use shuttle::scheduler::Scheduler;
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

use crate::current;
use crate::driver::exploration::{Diverged, Exploration};
use crate::driver::failure;
use crate::driver::schedule::Schedule;
use crate::driver::{Plan, PlanError, Sampler};
use crate::engine::search::{follow, search};
use crate::engine::tracking::forget;
use crate::execution::Outcome;

/// The bytes of stack for each thread.
const STACK: usize = 256 * 1024;

/// Whether this engine can do what the plan asks for.
pub(crate) fn check(plan: &Plan) -> Result<(), PlanError> {
    plan.check_liveness(plan.sampler == Sampler::Exhaustive)?;
    match plan.sampler {
        sampler if plan.races && sampler != Sampler::Exhaustive => return Err(PlanError::Races),
        Sampler::Pct(depth) if depth < 3 => return Err(PlanError::ShallowPct(depth)),
        Sampler::Dfs if plan.choices => return Err(PlanError::DfsWithChoices),
        Sampler::Dfs | Sampler::Exhaustive => return Ok(()),
        _ => {}
    }
    if plan.executions == 0 || plan.seeds.is_empty() {
        return Err(PlanError::NoExecutions);
    }
    const SEED: &str = "SHUTTLE_RANDOM_SEED";
    if std::env::var_os(SEED).is_some() {
        return Err(PlanError::Environment(SEED));
    }
    Ok(())
}

/// Runs the executions that the plan asks for, until the exploration is over. Returns the schedule of the
/// last one.
pub(crate) fn run_all(plan: &Plan, exploration: &OutsideArc<Exploration>) -> Schedule {
    let (strategy, seeds) = match plan.sampler {
        Sampler::Exhaustive => return search(plan, exploration),
        Sampler::Random => (Strategy::Random, plan.seeds.as_slice()),
        Sampler::Urw => (Strategy::Urw, plan.seeds.as_slice()),
        Sampler::Pct(depth) => (Strategy::Pct(depth), plan.seeds.as_slice()),
        Sampler::Dfs => (Strategy::Dfs, &[0][..]),
    };
    let trace = Rc::<RefCell<TaskSchedule>>::default();
    let mut before = 0;
    let mut seed = 0;
    for &next in seeds {
        (before, seed) = (exploration.executions(), next);
        let over = exploration.clone();
        let sample =
            Sample::new(strategy, seed, plan.executions, trace.clone(), move || over.is_over());
        run(plan, exploration, sample);
        if exploration.is_over() {
            break;
        }
    }
    let TaskSchedule { steps, choices } = trace.take();
    Schedule::Shuttle {
        sampler: plan.sampler.to_string(),
        seed,
        execution: exploration.executions() - before,
        steps,
        choices,
    }
}

/// Runs the one execution that the schedule describes.
pub(crate) fn replay(
    plan: &Plan,
    schedule: &Schedule,
    exploration: &OutsideArc<Exploration>,
) -> Option<Diverged> {
    if let Schedule::Search { picks, .. } = schedule {
        return follow(plan, picks, exploration);
    }
    let Schedule::Shuttle { steps, choices, .. } = schedule else { return None };
    let trace = TaskSchedule { steps: steps.clone(), choices: choices.clone() };
    let diverged = Rc::new(RefCell::new(None));
    let sink = diverged.clone();
    let replay = Replay::new(trace, move |divergence: Divergence| {
        end_current(Outcome::Fine);
        sink.replace(Some(Diverged { step: divergence.step, expected: divergence.expected }));
    });
    run(plan, exploration, replay);
    diverged.take()
}

pub(crate) fn drive<S: Search + 'static>(
    plan: &Plan,
    exploration: &OutsideArc<Exploration>,
    search: S,
) -> S {
    forget();
    let one = exploration.clone();
    let program = move || Exploration::run_one(&one);
    let threads = Threads::new(config(plan.max_steps), program, || end_current(Outcome::Cut));
    let driven = threads.with(&plan.search).drive(search);
    if let Some(diverged) = driven.diverged {
        exploration.report_error(diverged.to_string());
    }
    if let Some(payload) = driven.panic {
        exploration.report_error(failure::text(&*payload));
    }
    driven.search
}

/// Ends the current execution, if there is one; its threads leave as soon as they notice.
fn end_current(outcome: Outcome) {
    current::with(|execution| {
        if let Some(execution) = execution {
            execution.end(outcome);
        }
    });
}

fn run(plan: &Plan, exploration: &OutsideArc<Exploration>, scheduler: impl Scheduler + 'static) {
    let runner = Runner::new(scheduler, config(plan.max_steps));
    let one = exploration.clone();
    exploration.catch(|| {
        runner.run(move || Exploration::run_one(&one));
    });
}

pub(super) fn config(max_steps: usize) -> Config {
    let mut config = Config::new();
    config.stack_size = STACK;
    config.failure_persistence = FailurePersistence::None;
    // Our own limit is reached first, and ends an execution in an orderly way.
    config.max_steps = MaxSteps::FailAfter(max_steps.saturating_mul(8).saturating_add(1000));
    config.silence_warnings = true;
    config
}
