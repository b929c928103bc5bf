//! shuttle: sequentially consistent interleavings, sampled; of tiny programs, all.
//!
//! A word is std's, with a switch before each operation. Locks and gates block tasks themselves:
//! shuttle's own would switch where a lock is given back, even while unwinding, and print what it finds.
//! A task that waits for a lock is not runnable before the lock is free, so no step is spent on finding
//! it taken.

use std::cell::RefCell;
use std::panic;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::explore::operation::Kind;
use ::explore::schedule::{self, Follow};
use ::explore::seam::Substrate;
use ::explore::search::{Dfs, Incomplete, Options};
use ::explore::threads::{searching, Threads};
use ::explore::{fingerprint, Divergence, Replay, Sample, Strategy, Trace};
use shuttle::scheduler::{Scheduler, TaskId};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};
use shuttle_engine::runtime::execution::ExecutionState;
use shuttle_engine::runtime::thread::switch;

use super::search::{operate, Object};
use super::{Order, Update};
use crate::explore::{Diverged, Exploration, Plan, PlanError, Sampler, Schedule, Searched};
use crate::failure::{self, Cause, Verdict};
use crate::{execution, Engine};

/// The engine that this crate is built for.
pub const ENGINE: Engine = Engine::Shuttle;

/// Whether [`Cell`] finds races.
pub(crate) const TRACKS_RACES: bool = false;

/// Bytes of stack for each thread.
const STACK: usize = 256 * 1024;

/// A word of 64 bits.
pub(crate) struct Word {
    bits: AtomicU64,
    object: Object,
}

impl Word {
    pub(crate) fn new(bits: u64) -> Self {
        Word { bits: AtomicU64::new(bits), object: Object::new(|| fingerprint::of(bits)) }
    }

    pub(crate) fn load(&self, _order: Order) -> u64 {
        self.turn(Kind::Read);
        self.peek()
    }

    pub(crate) fn store(&self, bits: u64, _order: Order) {
        self.turn(Kind::Write);
        self.set(bits);
    }

    /// Returns the value before.
    pub(crate) fn update(&self, update: Update, _order: Order) -> u64 {
        self.turn(Kind::Update);
        let old = self.peek();
        if let Some(new) = update.apply(old) {
            self.set(new);
        }
        old
    }

    pub(crate) fn peek(&self) -> u64 {
        self.object.reads();
        self.bits.load(Ordering::Relaxed)
    }

    fn turn(&self, kind: Kind) {
        if searching() {
            self.object.operate(kind, true);
        } else {
            switch();
        }
    }

    fn set(&self, bits: u64) {
        self.bits.store(bits, Ordering::Relaxed);
        self.object.writes(|| fingerprint::of(bits));
    }
}

/// Nothing: what is not ordered is not noticed here.
pub(crate) struct Cell;

impl Cell {
    pub(crate) fn new() -> Self {
        Cell
    }

    pub(crate) fn read(&self) {}

    pub(crate) fn write(&self) {}
}

/// A lock.
#[derive(Default)]
pub(crate) struct Lock(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    held: bool,
    /// The tasks that are about to take it; blocked while it is held.
    waiting: Vec<TaskId>,
}

/// The evidence that it is held.
pub(crate) struct LockGuard<'a>(&'a Lock);

impl Lock {
    pub(crate) fn new() -> Self {
        Lock::default()
    }

    /// Waits until it is free. `None` if the task was woken to leave.
    pub(crate) fn lock(&self, object: &Object) -> Option<LockGuard<'_>> {
        if searching() {
            let free = !self.queue().held;
            object.operate(Kind::Lock, free);
            let mut queue = self.queue();
            return (!std::mem::replace(&mut queue.held, true)).then(|| LockGuard(self));
        }
        let me = shuttle::current::me();
        {
            let mut queue = self.queue();
            queue.waiting.push(me);
            if queue.held {
                block(me);
            }
        }
        switch();
        let mut queue = self.queue();
        queue.waiting.retain(|&task| task != me);
        if queue.held {
            return None;
        }
        queue.held = true;
        queue.waiting.iter().for_each(|&task| block(task));
        Some(LockGuard(self))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for LockGuard<'_> {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        queue.held = false;
        queue.waiting.iter().for_each(|&task| unblock(task));
    }
}

fn block(task: TaskId) {
    ExecutionState::with(|state| state.get_mut(task).block(false));
}

fn unblock(task: TaskId) {
    ExecutionState::with(|state| state.get_mut(task).unblock());
}

/// A lock that can be waited in. Nothing switches while it is held, so it needs none.
pub(crate) struct Gate;

/// The evidence that a gate is held.
pub(crate) struct GateGuard<'a>(&'a Gate);

impl Gate {
    pub(crate) fn new() -> Self {
        Gate
    }

    /// In a search, whoever enters has had its turn.
    pub(crate) fn enter(&self) -> GateGuard<'_> {
        if !searching() {
            switch();
        }
        GateGuard(self)
    }
}

impl<'a> GateGuard<'a> {
    /// Waits, outside, to be woken.
    pub(crate) fn wait(self) -> GateGuard<'a> {
        block(shuttle::current::me());
        self.0.enter()
    }

    /// Wakes the threads, and leaves.
    pub(crate) fn wake<'h>(self, sleepers: impl Iterator<Item = &'h Handle>) {
        sleepers.for_each(Handle::wake);
    }
}

/// To wake a thread.
pub(crate) struct Handle(TaskId);

impl Handle {
    pub(crate) fn current() -> Self {
        Handle(shuttle::current::me())
    }

    pub(crate) fn wake(&self) {
        // In a search nobody blocks.
        if !searching() {
            unblock(self.0);
        }
    }
}

/// The threads of an execution, which shuttle runs to their ends.
#[derive(Default)]
pub(crate) struct Nursery;

impl Nursery {
    pub(crate) fn spawn(&self, f: impl FnOnce() + Send + 'static) {
        if searching() {
            super::search::spawns();
            drop(shuttle::thread::spawn(f));
            operate(Kind::Spawn, None, true);
            return;
        }
        drop(shuttle::thread::spawn(f));
        // shuttle has none after it: what the spawning thread does next would always come first.
        switch();
    }

    pub(crate) fn join(&self) {}
}

pub(crate) fn choose(n: usize) -> usize {
    if searching() {
        return operate(Kind::Choose(n as u32), None, true) as usize;
    }
    (ExecutionState::next_u64() % n as u64) as usize
}

pub(crate) fn begin_execution(_plan: &Plan) {}

pub(crate) fn stop_exploring() {}

pub(crate) fn stop() {}

/// shuttle puts a hook that prints on top of whatever is there, once, when it first runs; so it is made
/// to do that now, and what it did is undone.
pub(crate) fn install_hook() {
    Runner::new(Sample::new(Strategy::Random, 0, 1, Rc::default(), || false), config(1)).run(|| {});
    drop(panic::take_hook());
}

pub(crate) fn judge(text: &str) -> Verdict {
    if text.starts_with("exceeded max_steps bound") {
        Verdict::TooLong
    } else {
        Verdict::Failure(Cause::Panic)
    }
}

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
    if let Schedule::Search { picks } = schedule {
        return follow(plan, picks, exploration);
    }
    let Schedule::Shuttle { steps, choices, .. } = schedule else { return None };
    let trace = Trace { steps: steps.clone(), choices: choices.clone() };
    let diverged = Rc::new(RefCell::new(None));
    let told = diverged.clone();
    let replay = Replay::new(trace, move |divergence: Divergence| {
        execution::give_up();
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
    let mut picks = Vec::new();
    let mut sum = Searched::default();
    for bound in bounds {
        let options = Options { bound, ..plan.search.clone() };
        let search = drive(plan, exploration, Dfs::new(options));
        let statistics = search.statistics();
        picks = search.failure().map(<[_]>::to_vec).unwrap_or_default();
        let executions = sum.statistics.executions + statistics.executions;
        sum.statistics = statistics;
        sum.statistics.executions = executions;
        sum.bound = bound.filter(|_| search.is_bounded());
        sum.incomplete = search.incomplete().filter(|&why| why != Incomplete::Failed);
        if plan.list_states {
            sum.states = search.states().collect();
        }
        if search.incomplete().is_some() || !search.is_bounded() || exploration.is_over() {
            break;
        }
    }
    exploration.searched(sum);
    Schedule::Search { picks: schedule::write(&picks) }
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

fn drive<S: ::explore::seam::Search + 'static>(
    plan: &Plan,
    exploration: &Arc<Exploration>,
    search: S,
) -> S {
    let one = exploration.clone();
    let program = move || one.run_one();
    let mut threads =
        Threads::new(config(plan.max_steps), program, execution::cut).with_fault(plan.search.fault);
    let driven = threads.drive(search);
    if let Some(diverged) = driven.diverged {
        exploration.is_broken(diverged.to_string());
    }
    if let Some(payload) = driven.panic {
        exploration.is_broken(failure::text(&*payload));
    }
    driven.search
}

fn run(plan: &Plan, exploration: &Arc<Exploration>, scheduler: impl Scheduler + 'static) {
    let runner = Runner::new(scheduler, config(plan.max_steps));
    let one = exploration.clone();
    exploration.catch(|| {
        runner.run(move || one.run_one());
    });
}

fn config(max_steps: usize) -> Config {
    let mut config = Config::new();
    config.stack_size = STACK;
    config.failure_persistence = FailurePersistence::None;
    // Our own bound comes first, and ends an execution in an orderly way.
    config.max_steps = MaxSteps::FailAfter(max_steps.saturating_mul(8).saturating_add(1000));
    config.silence_warnings = true;
    config
}
