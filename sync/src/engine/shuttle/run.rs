//! Who repeats executions: samples of schedules, and searches.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use ::explore::options::Statistics;
use ::explore::schedule::{self, Follow};
use ::explore::seam::{Search, Substrate};
use ::explore::search::{Dfs, Failure, Incomplete, Options, Shared};
use ::explore::threads::Threads;
use ::explore::{Divergence, Replay, Sample, Strategy, Trace};
use shuttle::scheduler::Scheduler;
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

use crate::current;
use crate::execution::Outcome;
use crate::explore::{Diverged, Exploration, Schedule, Searched};
use crate::failure;
use crate::{Plan, PlanError, Sampler};

/// Bytes of stack for each thread.
const STACK: usize = 256 * 1024;

/// Whether this engine can do what the plan asks for.
pub(crate) fn check(plan: &Plan) -> Result<(), PlanError> {
    match plan.sampler {
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

/// Runs the executions that the plan asks for, until one says to stop. How to run the last one again.
pub(crate) fn explore(plan: &Plan, exploration: &Arc<Exploration>) -> Schedule {
    let (strategy, seeds) = match plan.sampler {
        Sampler::Exhaustive => return search(plan, exploration),
        Sampler::Random => (Strategy::Random, plan.seeds.as_slice()),
        Sampler::Urw => (Strategy::Urw, plan.seeds.as_slice()),
        Sampler::Pct(depth) => (Strategy::Pct(depth), plan.seeds.as_slice()),
        Sampler::Dfs => (Strategy::Dfs, &[0][..]),
    };
    let trace = Rc::<RefCell<Trace>>::default();
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
    let Trace { steps, choices } = trace.take();
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
    exploration: &Arc<Exploration>,
) -> Option<Diverged> {
    if let Schedule::Search { picks, .. } = schedule {
        return follow(plan, picks, exploration);
    }
    let Schedule::Shuttle { steps, choices, .. } = schedule else { return None };
    let trace = Trace { steps: steps.clone(), choices: choices.clone() };
    let diverged = Rc::new(RefCell::new(None));
    let told = diverged.clone();
    let replay = Replay::new(trace, move |divergence: Divergence| {
        end_current(Outcome::Fine);
        told.replace(Some(Diverged { step: divergence.step, expected: divergence.expected }));
    });
    run(plan, exploration, replay);
    diverged.take()
}

/// Searches with each bound up to the plan's, or without one. How to run the execution that failed again.
fn search(plan: &Plan, exploration: &Arc<Exploration>) -> Schedule {
    let bounds: Vec<Option<u32>> = match plan.bound {
        None => vec![None],
        Some(most) => (0..=most as u32).map(Some).collect(),
    };
    let mut failure = None;
    let mut sum = Searched::default();
    for bound in bounds {
        let stop = Some(exploration.over());
        let shared = Arc::new(Shared::new(Options { bound, stop, ..plan.search.clone() }));
        exploration.searches(shared.clone());
        failure = work(plan, exploration, &shared);
        shared.finish();
        if let Some(unsound) = shared.unsound() {
            exploration.is_broken(unsound.to_string());
        }
        let statistics = shared.statistics();
        let executions = sum.statistics.executions + statistics.executions;
        sum.statistics = Statistics { executions, ..statistics };
        sum.bound = bound.filter(|_| shared.is_bounded());
        sum.incomplete = shared.incomplete().filter(|&why| why != Incomplete::Failed);
        if plan.list_states {
            sum.states = shared.states().into_iter().collect();
            sum.pairs = shared.pairs().into_iter().collect();
        }
        if shared.incomplete().is_some() || !shared.is_bounded() || exploration.is_over() {
            break;
        }
    }
    exploration.searched(sum);
    let (picks, preemptions) = failure.map_or_else(Default::default, |failure: Failure| {
        (failure.path, (failure.preemptions < u32::MAX).then_some(failure.preemptions))
    });
    Schedule::Search { picks: schedule::write(&picks), preemptions }
}

/// Lets the workers search, each on an OS thread of its own. The execution that failed, if one did.
fn work(plan: &Plan, exploration: &Arc<Exploration>, shared: &Arc<Shared>) -> Option<Failure> {
    let worker = |number| {
        let worker = drive(plan, exploration, Dfs::worker(shared.clone(), number));
        // A worker that has come to grief would be waited for.
        if exploration.is_over() {
            shared.stop(Incomplete::Stopped);
        }
        (std::thread::current().id(), worker.failure().cloned())
    };
    let found = std::thread::scope(|scope| {
        let quiet = |number| {
            failure::be_quiet();
            worker(number)
        };
        let others: Vec<_> =
            (1..plan.search.jobs.max(1)).map(|number| scope.spawn(move || quiet(number))).collect();
        let mut found = vec![worker(0)];
        found.extend(others.into_iter().map(|other| match other.join() {
            Ok(found) => found,
            Err(payload) => std::panic::resume_unwind(payload),
        }));
        found
    });
    // Several may have failed at once: the one whose failure is told.
    let told = exploration.failed_on();
    found.into_iter().find(|(thread, _)| Some(*thread) == told).and_then(|(_, failure)| failure)
}

/// Runs the one execution that the schedule describes.
fn follow(plan: &Plan, picks: &str, exploration: &Arc<Exploration>) -> Option<Diverged> {
    let picks = match schedule::read(picks) {
        Ok(picks) => picks,
        Err(expected) => return Some(Diverged { step: 0, expected }),
    };
    let diverged = drive(plan, exploration, Follow::new(picks)).diverged()?;
    let expected = format!("{}, but {}", diverged.expected, diverged.got);
    Some(Diverged { step: diverged.step, expected })
}

fn drive<S: Search + 'static>(plan: &Plan, exploration: &Arc<Exploration>, search: S) -> S {
    let one = exploration.clone();
    let program = move || one.run_one();
    let threads = Threads::new(config(plan.max_steps), program, || end_current(Outcome::Cut));
    let driven = threads.with(&plan.search).drive(search);
    if let Some(diverged) = driven.diverged {
        exploration.is_broken(diverged.to_string());
    }
    if let Some(payload) = driven.panic {
        exploration.is_broken(failure::text(&*payload));
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

fn run(plan: &Plan, exploration: &Arc<Exploration>, scheduler: impl Scheduler + 'static) {
    let runner = Runner::new(scheduler, config(plan.max_steps));
    let one = exploration.clone();
    exploration.catch(|| {
        runner.run(move || one.run_one());
    });
}

pub(super) fn config(max_steps: usize) -> Config {
    let mut config = Config::new();
    config.stack_size = STACK;
    config.failure_persistence = FailurePersistence::None;
    // Our own bound comes first, and ends an execution in an orderly way.
    config.max_steps = MaxSteps::FailAfter(max_steps.saturating_mul(8).saturating_add(1000));
    config.silence_warnings = true;
    config
}
