//! loom: all interleavings, with the weak memory of C11.
//!
//! | module | holds |
//! |---|---|
//! | `word` | the memory orders of atomics, and how loom is made to explore all of them |
//! | `lock` | locks and monitors, and how they are released while unwinding |
//! | `dice` | choices |
//!
//! Threads are not joined: that would be one more operation with which others are ordered. loom runs them
//! all to their ends before the next execution begins.
//!
//! # How many executions are left
//! It cannot be known. What loom tries at a point of its path is not known when an execution gets there: at
//! first it is one thread, and others are added later, by the races of the executions that go through the
//! point (`Path::backtrack`); all of those must be run for that. So a random path meets no number of
//! choices by which it could be weighted, and the share that is done is unknown for the same reason. A file
//! of loom's feature `checkpoint` is such a path. A made-up path, which picks any thread that could
//! continue at each point, can run any execution, and says as little about what loom would try there.
//! Counting all of those threads as choices would estimate loom without its reduction, as an upper bound
//! that is of no use: some 10⁵³ executions for sleep-ready-park.
//!
//! A lower bound is known instead: loom runs each trace at least once, and a search with sleep sets alone
//! runs it exactly once. `pidle check --no-cache` estimates those, as executions that are complete.

mod dice;
mod lock;
mod word;

use std::mem;
use std::panic::resume_unwind;

use ::explore::OutsideArc;
use loom::thread::{self, Thread};

use crate::current::{set_thread, thread_id};
use crate::driver::exploration::{Diverged, Exploration};
use crate::driver::failure::{Cause, PanicClass};
use crate::driver::schedule::Schedule;
use crate::driver::{Engine, Plan, PlanError};

pub(crate) use dice::choose;
pub(crate) use lock::{Lock, LockGuard, Monitor, MonitorGuard};
pub(crate) use word::{fence, Cell, Mark, Word};

/// The engine that this crate is built for.
pub const ENGINE: Engine = Engine::Loom;

/// Whether [`Cell`] finds races.
pub(crate) const TRACKS_RACES: bool = true;

/// The bytes of stack for each spawned thread.
const STACK: usize = 256 * 1024;

/// A generous limit on the entries of loom's path for one of our operations. Our own limit on the
/// operations of an execution is reached first, and ends the execution in an orderly way.
const BRANCHES_PER_STEP: usize = 8;

/// Wakes a thread that sleeps in a monitor, or a thread that must leave, wherever it is blocked.
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

    /// loom needs no scheduling point after it: if running the new thread first makes a difference, loom
    /// does that.
    pub(crate) fn spawn(&self, f: impl FnOnce() + Send + 'static) {
        let words = STACK / mem::size_of::<usize>();
        let spawned = thread::Builder::new().stack_size(words).spawn(f);
        drop(spawned.expect("loom spawns without fail"));
    }

    pub(crate) fn join(&self) {}
}

/// Lets all other threads go on before this one does. The next loads read what has been stored meanwhile.
pub(crate) fn yield_now() {
    let me = thread_id();
    word::unfenced(me, thread::yield_now);
    set_thread(me);
}

pub(crate) fn begin_execution(plan: &Plan) {
    word::begin_execution(plan);
    if plan.choices {
        dice::lay();
    }
}

/// Stops exploring for the rest of the execution.
pub(crate) fn stop_exploring() {
    loom::skip_branch();
}

/// The payload of the panic that stops an exploration.
struct Stop;

/// Called at the base of the last thread when no further execution may start: only a panic stops loom.
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
    plan.check_liveness(false)?;
    let max = loom::MAX_THREADS;
    if plan.threads + usize::from(plan.choices) > max {
        return Err(PlanError::Threads { asked: plan.threads, choices: plan.choices, max });
    }
    Ok(())
}

/// Runs the executions that the plan asks for, until the exploration is over. Returns the schedule of the
/// last one.
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
