//! Runs searches: all executions of a program that show something new, or one of them again.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::explore::interface::Pick;
use ::explore::liveness::Livelock;
use ::explore::operation::ThreadId;
use ::explore::options::{Estimated, Probing, Statistics};
use ::explore::schedule::{self, Follow};
use ::explore::search::{Dfs, Estimate, Failure, Incomplete, Options, Shared};
use ::explore::OutsideArc;

use super::chosen::drive;
use crate::driver::exploration::{Diverged, Exploration, Searched};
use crate::driver::failure::{self, Cause, Failure as Failed};
use crate::driver::schedule::Schedule;
use crate::driver::Plan;

/// The steps for which a cycle is followed before it is reported.
const PROOF: usize = 1_000;

/// The plan's bound, at most `u32::MAX`.
fn bound(plan: &Plan) -> Option<u32> {
    plan.bound.map(|bound| u32::try_from(bound).unwrap_or(u32::MAX))
}

/// The bounds with which to search, one after the other.
fn bounds(plan: &Plan) -> Box<dyn Iterator<Item = Option<u32>>> {
    match (bound(plan), plan.search.shorter_than) {
        (Some(most), None) => Box::new((0..=most).map(Some)),
        (bound, _) => Box::new(std::iter::once(bound)),
    }
}

/// Searches with each bound up to the plan's, or without one. Returns the schedule of the execution that
/// failed.
pub(super) fn search(plan: &Plan, exploration: &OutsideArc<Exploration>) -> Schedule {
    let mut failure = None;
    let mut livelock = None;
    let mut sum = Searched::default();
    for bound in bounds(plan) {
        let stop = Some(exploration.over());
        let shared = Arc::new(Shared::new(Options {
            bound,
            stop,
            forced_awake: plan.strict,
            ..plan.search.clone()
        }));
        exploration.begin_search(shared.clone());
        failure = work(plan, exploration, &shared);
        shared.finish();
        livelock = shared.livelock().filter(|_| !exploration.is_over());
        if let Some(unsound) = shared.unsound() {
            exploration.report_error(unsound.to_string());
        }
        if shared.incomplete() == Some(Incomplete::Failed) && !exploration.is_over() {
            exploration.report_error("an execution failed without reporting a failure".into());
        }
        let statistics = shared.statistics();
        let executions = sum.statistics.executions + statistics.executions;
        let transitions = sum.statistics.transitions + statistics.transitions;
        let digest = shared.digest();
        sum.statistics = Statistics { executions, transitions, digest, ..statistics };
        sum.bound = bound.filter(|_| shared.is_bounded());
        // A search for one kind of failure ended because it found that kind.
        let failed = plan.wanted.is_some() && exploration.failed_on().is_some();
        sum.incomplete = shared.incomplete().filter(|&why| why != Incomplete::Failed && !failed);
        if plan.list_states {
            sum.states = shared.states().into_iter().collect();
            sum.pairs = shared.pairs().into_iter().collect();
        }
        if shared.incomplete().is_some() || !shared.is_bounded() || exploration.is_over() {
            break;
        }
    }
    let found = failure.is_some();
    let schedule = match livelock {
        Some(livelock) => livelock_of(plan, exploration, &livelock),
        None => schedule_of(failure),
    };
    sum.shortest = plan.search.shorter_than.filter(|_| found).map(|_| schedule.clone());
    exploration.end_search(sum);
    schedule
}

/// The schedule of a failed execution.
fn schedule_of(failure: Option<Failure>) -> Schedule {
    let (picks, preemptions) =
        failure.map_or_else(Default::default, |failure| (failure.path, Some(failure.preemptions)));
    Schedule::Search { picks: schedule::write(&picks), preemptions }
}

/// Runs the livelock that was found, and reports it. Returns its schedule.
fn livelock_of(plan: &Plan, exploration: &OutsideArc<Exploration>, found: &Livelock) -> Schedule {
    let picks = schedule::write_cycle(&found.stem, &found.cycle);
    // So that a cycle is not believed that a checkpoint makes by leaving a counter out.
    let room = (plan.max_steps / 2).saturating_sub(found.stem.len()).min(PROOF);
    let rounds = schedule::ROUNDS.max(room / found.cycle.len());
    if let Some(diverged) = follow_rounds(plan, &picks, rounds, exploration) {
        exploration.report_error(format!(
            "search: a cycle of states is none when it is run: {} (a checkpoint may leave out a local)",
            diverged.expected
        ));
    }
    Schedule::Search { picks, preemptions: Some(found.preemptions) }
}

/// Runs the workers, each on its own OS thread. Returns the failed execution, if there is one.
fn work(
    plan: &Plan,
    exploration: &OutsideArc<Exploration>,
    shared: &Arc<Shared>,
) -> Option<Failure> {
    let worker = |number| {
        let worker = drive(plan, exploration, Dfs::worker(shared.clone(), number));
        // The other workers would wait for one that has stopped with an error.
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
    if plan.search.shorter_than.is_some() {
        let failures = found.into_iter().filter_map(|(_, failure)| failure);
        return failures.min_by_key(|failure| failure.path.len());
    }
    // Several workers may have failed at once: take the failure that is reported.
    let reported = exploration.failed_on();
    found.into_iter().find(|(thread, _)| Some(*thread) == reported).and_then(|(_, failure)| failure)
}

/// Estimates how many executions a search without a cache has, with the plan's bound.
pub(crate) fn estimate(
    plan: &Plan,
    exploration: &OutsideArc<Exploration>,
    probing: Probing,
) -> Option<Estimated> {
    let bound = bound(plan);
    let options = Options { bound, stop: Some(exploration.over()), ..plan.search.clone() };
    drive(plan, exploration, Estimate::new(options, probing)).estimated()
}

/// Runs the one execution that the schedule describes.
pub(super) fn follow(
    plan: &Plan,
    picks: &str,
    exploration: &OutsideArc<Exploration>,
) -> Option<Diverged> {
    follow_rounds(plan, picks, schedule::ROUNDS, exploration)
}

/// The same; a cycle is followed so often.
fn follow_rounds(
    plan: &Plan,
    picks: &str,
    rounds: usize,
    exploration: &OutsideArc<Exploration>,
) -> Option<Diverged> {
    let (stem, cycle) = match schedule::read_cycle(picks) {
        Ok(read) => read,
        Err(expected) => return Some(Diverged { step: 0, expected }),
    };
    let follow = match &cycle[..] {
        [] => Follow::new(stem.clone()),
        cycle => Follow::cycle(&stem, cycle, rounds),
    };
    if let Some(diverged) = drive(plan, exploration, follow).diverged() {
        let expected = format!("{}, but {}", diverged.expected, diverged.got);
        return Some(Diverged { step: diverged.step, expected });
    }
    if !cycle.is_empty() {
        exploration.fail(livelock(stem.len(), &cycle));
    }
    None
}

/// The failure of an execution that comes back to a state after so many steps, and goes round this cycle.
fn livelock(stem: usize, cycle: &[Pick]) -> Failed {
    let threads: BTreeSet<ThreadId> = cycle.iter().map(|pick| pick.thread).collect();
    let names: Vec<String> = threads.iter().map(ThreadId::to_string).collect();
    let who = match &names[..] {
        [one] if one == "world" => "the environment goes".to_owned(),
        [one] => format!("thread {one} goes"),
        all => format!("threads {} go", all.join(", ")),
    };
    let steps = if cycle.len() == 1 { "step leads" } else { "steps lead" };
    let message = format!(
        "{who} round for ever: after {stem} steps, {} {steps} back to the same state, and none makes progress",
        cycle.len()
    );
    Failed { cause: Cause::Livelock, message, thread: None, location: None }
}
