//! loom: all interleavings, under the weak memory model of C11.
//!
//! | module | holds |
//! |---|---|
//! | `word` | the orders of atomics, and what it takes that loom explores all of them |
//! | `lock` | locks and gates, and how they are left while unwinding |
//! | `dice` | choices |
//!
//! Nobody joins a thread: that would be one more operation that others are ordered with. loom runs them
//! all to their ends before the next execution begins.
//!
//! # How many executions are left
//! Nobody can tell. What loom tries at a point of its path is not known when an execution gets there: it
//! begins with one thread, and others are added later, by the races of the executions that go through the
//! point (`Path::backtrack`); all of those have to be run for that. So a random way down meets no number of
//! choices that it could be weighed with, and the share that is done is unknown for the same reason. A file of
//! loom's feature `checkpoint` is such a path; one that is made up, with any thread that could go on
//! chosen at each point, would have any execution run, and tell as little of what loom would try there. With
//! all of them taken for choices, it would estimate loom without its reduction, as an upper bound that is of no
//! use: for S1 some 10⁵³ executions.
//!
//! What is told instead is a lower bound: loom runs each trace at least once, and a search with sleep sets alone
//! runs it exactly once. `pidle check --no-cache` estimates those, as executions that are complete.

mod dice;
mod lock;
mod word;

use std::mem;
use std::panic::resume_unwind;

use ::explore::OutsideArc;
use loom::thread::{self, Thread};

use crate::driver::exploration::{Diverged, Exploration};
use crate::driver::failure::{Cause, PanicClass};
use crate::driver::schedule::Schedule;
use crate::driver::{Engine, Plan, PlanError};

pub(crate) use dice::choose;
pub(crate) use lock::{Lock, LockGuard, Monitor, MonitorGuard};
pub(crate) use word::{Cell, Mark, Word};

/// The engine that this crate is built for.
pub const ENGINE: Engine = Engine::Loom;

/// Whether [`Cell`] finds races.
pub(crate) const TRACKS_RACES: bool = true;

/// Bytes of stack for each spawned thread.
const STACK: usize = 256 * 1024;

/// The entries of loom's path that one operation of ours may take, generously; our own bound on the
/// operations of an execution comes first, and ends it in an orderly way.
const BRANCHES_PER_STEP: usize = 8;

/// To wake a thread that sleeps in a gate; or one that is to leave, wherever it is blocked.
pub(crate) struct Handle(Thread);

impl Handle {
    pub(crate) fn current() -> Self {
        Handle(thread::current())
    }

    pub(crate) fn wake(&self) {
        self.0.unpark();
    }
}

/// The threads of an execution, which loom runs to their ends.
pub(crate) struct Threads;

impl Threads {
    pub(crate) fn new() -> Self {
        Threads
    }

    /// loom needs no scheduling point after it: where the new thread could have gone first, it will.
    pub(crate) fn spawn(&self, f: impl FnOnce() + Send + 'static) {
        let words = STACK / mem::size_of::<usize>();
        let spawned = thread::Builder::new().stack_size(words).spawn(f);
        drop(spawned.expect("loom spawns without fail"));
    }

    pub(crate) fn join(&self) {}
}

pub(crate) fn begin_execution(plan: &Plan) {
    word::begin_execution(plan);
    if plan.choices {
        dice::lay();
    }
}

/// What happens from here on is not explored.
pub(crate) fn stop_exploring() {
    loom::skip_branch();
}

/// The payload with which an exploration is stopped.
struct Stop;

/// Called at the base of the last thread when no execution is to follow: loom can only be stopped by a
/// panic.
pub(crate) fn stop() {
    resume_unwind(Box::new(Stop));
}

pub(crate) fn install_hook() {}

pub(crate) fn classify_panic(text: &str) -> PanicClass {
    if text.contains("Causality violation") {
        PanicClass::Failure(Cause::Race)
    } else if text.starts_with("deadlock; threads") {
        PanicClass::Failure(Cause::Deadlock)
    } else if text.starts_with("Model exceeded maximum number of branches") {
        PanicClass::TooLong
    } else {
        PanicClass::Failure(Cause::Panic)
    }
}

/// Whether this engine can do what the plan asks for.
pub(crate) fn check(plan: &Plan) -> Result<(), PlanError> {
    let max = loom::MAX_THREADS;
    if plan.threads + usize::from(plan.choices) > max {
        return Err(PlanError::Threads { asked: plan.threads, choices: plan.choices, max });
    }
    Ok(())
}

/// Runs the executions that the plan asks for, until one says to stop. How to run the last one again.
pub(crate) fn run_all(plan: &Plan, exploration: &OutsideArc<Exploration>) -> Schedule {
    run(plan, plan.bound, exploration);
    Schedule::Loom { bound: plan.bound, execution: exploration.executions() }
}

/// Runs the executions up to the one to record.
pub(crate) fn replay(
    plan: &Plan,
    schedule: &Schedule,
    exploration: &OutsideArc<Exploration>,
) -> Option<Diverged> {
    let &Schedule::Loom { bound, execution } = schedule else { return None };
    run(plan, bound, exploration);
    let executions = exploration.executions();
    (executions < execution).then(|| Diverged {
        step: executions as usize,
        expected: format!("execution {execution}, of {executions}"),
    })
}

fn run(plan: &Plan, bound: Option<usize>, exploration: &OutsideArc<Exploration>) {
    let mut builder = loom::model::Builder::new();
    builder.max_threads = loom::MAX_THREADS;
    builder.max_branches = plan.max_steps.saturating_mul(BRANCHES_PER_STEP);
    builder.preemption_bound = bound;
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.checkpoint_file = None;
    builder.expect_explicit_explore = false;
    builder.location = false;
    builder.log = false;
    let one = exploration.clone();
    exploration.catch(|| builder.check(move || Exploration::run_one(&one)));
}
