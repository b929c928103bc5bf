//! loom: all interleavings, under the weak memory model of C11.
//!
//! # Go's total order
//!
//! loom takes `SeqCst` operations for acquire and release ones, so the total order comes from fences. A
//! store is a fence, an exchange, and a fence; a load and a read-modify-write stand between two fences
//! too. The exchange keeps the modification order total, which plain stores beside read-modify-writes
//! do not. Without its fences a read-modify-write followed by a weakened load would allow store
//! buffering.
//!
//! A fence looks at every store of every atomic, so the first of the two is left out where it would
//! find nothing: where the thread's last action was the second fence of its operation before.
//!
//! # Leaving
//!
//! A loom lock that is given back while unwinding poisons itself, and the next thread to take it panics
//! and keeps it. So it is kept, and threads that wait for it are unparked; what they run into is an
//! assertion of loom's, which takes them to their base. Nobody joins threads: that would be one more
//! operation that others are ordered with.

use std::cell::{Cell as StdCell, RefCell};
use std::mem;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64 as Shadow, Ordering as StdOrdering};
use std::sync::Arc;

use loom::sync::atomic::{fence, AtomicU64, Ordering};
use loom::thread::{self, Thread};

use super::search::Object;
use super::{Order, Update};
use crate::explore::{Diverged, Exploration, Plan, PlanError, Schedule};
use crate::failure::{Cause, Verdict};
use crate::{execution, Engine};

/// The engine that this crate is built for.
pub const ENGINE: Engine = Engine::Loom;

/// Whether [`Cell`] finds races.
pub(crate) const TRACKS_RACES: bool = true;

/// Bytes of stack for each spawned thread.
const STACK: usize = 256 * 1024;

/// The entries of loom's path that one operation of ours may take, generously; our own bound on the
/// operations of an execution comes first, and ends it in an orderly way.
const BRANCHES_PER_STEP: usize = 8;

thread_local! {
    /// By thread: its last action was a fence.
    static FENCED: StdCell<u64> = const { StdCell::new(0) };
    static DICE: RefCell<Vec<Arc<AtomicU64>>> = const { RefCell::new(Vec::new()) };
}

/// A word of 64 bits.
pub(crate) struct Word {
    raw: AtomicU64,
    /// The latest value, in the order of the execution.
    shadow: Shadow,
}

impl Word {
    pub(crate) fn new(bits: u64) -> Self {
        Word { raw: AtomicU64::new(bits), shadow: Shadow::new(bits) }
    }

    pub(crate) fn load(&self, order: Order) -> u64 {
        match order {
            Order::Total => fenced(|| self.raw.load(Ordering::Acquire)),
            Order::Weak => unfenced(|| self.raw.load(Ordering::Acquire)),
            Order::Relaxed => unfenced(|| self.raw.load(Ordering::Relaxed)),
        }
    }

    pub(crate) fn store(&self, bits: u64, order: Order) {
        match order {
            Order::Total => {
                fenced(|| self.raw.swap(bits, Ordering::AcqRel));
            }
            Order::Weak => unfenced(|| self.raw.store(bits, Ordering::Release)),
            Order::Relaxed => unfenced(|| self.raw.store(bits, Ordering::Relaxed)),
        }
        self.shadow.store(bits, StdOrdering::Relaxed);
    }

    /// Returns the value before.
    pub(crate) fn update(&self, update: Update, order: Order) -> u64 {
        let old = match order {
            Order::Total => fenced(|| self.raw_update(update, Ordering::AcqRel, Ordering::Acquire)),
            Order::Weak => {
                unfenced(|| self.raw_update(update, Ordering::Release, Ordering::Relaxed))
            }
            Order::Relaxed => {
                unfenced(|| self.raw_update(update, Ordering::Relaxed, Ordering::Relaxed))
            }
        };
        if let Some(new) = update.apply(old) {
            self.shadow.store(new, StdOrdering::Relaxed);
        }
        old
    }

    fn raw_update(&self, update: Update, success: Ordering, failure: Ordering) -> u64 {
        match update {
            Update::Swap(new) => self.raw.swap(new, success),
            Update::Add(delta) => self.raw.fetch_add(delta, success),
            Update::Or(bits) => self.raw.fetch_or(bits, success),
            Update::And(bits) => self.raw.fetch_and(bits, success),
            Update::Cas { old, new } => {
                self.raw.compare_exchange(old, new, success, failure).unwrap_or_else(|found| found)
            }
        }
    }

    pub(crate) fn peek(&self) -> u64 {
        self.shadow.load(StdOrdering::Relaxed)
    }
}

fn fenced<R>(operation: impl FnOnce() -> R) -> R {
    let me = 1 << execution::thread_id();
    if FENCED.get() & me == 0 {
        fence(Ordering::SeqCst);
    }
    let result = operation();
    fence(Ordering::SeqCst);
    FENCED.set(FENCED.get() | me);
    result
}

fn unfenced<R>(operation: impl FnOnce() -> R) -> R {
    FENCED.set(FENCED.get() & !(1 << execution::thread_id()));
    operation()
}

/// Finds accesses that are not ordered. It has no value; that lies beside it.
pub(crate) struct Cell(loom::cell::UnsafeCell<()>);

impl Cell {
    pub(crate) fn new() -> Self {
        Cell(loom::cell::UnsafeCell::new(()))
    }

    pub(crate) fn read(&self) {
        unfenced(|| self.0.with(|_| ()));
    }

    pub(crate) fn write(&self) {
        unfenced(|| self.0.with_mut(|_| ()));
    }
}

/// A lock.
pub(crate) struct Lock(loom::sync::Mutex<()>);

/// The evidence that it is held.
pub(crate) struct LockGuard<'a>(Option<loom::sync::MutexGuard<'a, ()>>);

impl Lock {
    pub(crate) fn new() -> Self {
        Lock(loom::sync::Mutex::new(()))
    }

    /// Waits until it is free. `None` if the thread was woken to leave, which here it learns by a panic.
    pub(crate) fn lock(&self, _object: &Object) -> Option<LockGuard<'_>> {
        unfenced(|| Some(LockGuard(self.0.lock().ok())))
    }
}

impl Drop for LockGuard<'_> {
    fn drop(&mut self) {
        give_back(self.0.take());
    }
}

fn give_back(guard: Option<loom::sync::MutexGuard<'_, ()>>) {
    if std::thread::panicking() {
        mem::forget(guard);
    } else {
        unfenced(|| drop(guard));
    }
}

/// A lock that can be waited in.
pub(crate) struct Gate {
    mutex: loom::sync::Mutex<()>,
    condvar: loom::sync::Condvar,
}

/// The evidence that a gate is held.
pub(crate) struct GateGuard<'a> {
    gate: &'a Gate,
    guard: Option<loom::sync::MutexGuard<'a, ()>>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Gate { mutex: loom::sync::Mutex::new(()), condvar: loom::sync::Condvar::new() }
    }

    pub(crate) fn enter(&self) -> GateGuard<'_> {
        unfenced(|| GateGuard { gate: self, guard: self.mutex.lock().ok() })
    }
}

impl<'a> GateGuard<'a> {
    /// Waits, outside, to be woken; may return early.
    pub(crate) fn wait(mut self) -> GateGuard<'a> {
        let gate = self.gate;
        let guard = self.guard.take().and_then(|guard| unfenced(|| gate.condvar.wait(guard).ok()));
        GateGuard { gate, guard }
    }

    /// Wakes the threads, and leaves. Those that sleep here and were not meant sleep on.
    pub(crate) fn wake<'h>(self, _sleepers: impl Iterator<Item = &'h Handle>) {
        unfenced(|| self.gate.condvar.notify_all());
    }
}

impl Drop for GateGuard<'_> {
    fn drop(&mut self) {
        give_back(self.guard.take());
    }
}

/// To wake a thread that is to leave, wherever it is blocked. Nothing else is woken like this: loom does
/// not see it as an operation.
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
#[derive(Default)]
pub(crate) struct Nursery;

impl Nursery {
    /// loom needs no scheduling point after it: where the new thread could have gone first, it will.
    pub(crate) fn spawn(&self, f: impl FnOnce() + Send + 'static) {
        let words = STACK / mem::size_of::<usize>();
        let spawned = thread::Builder::new().stack_size(words).spawn(f);
        drop(spawned.expect("loom spawns without fail"));
    }

    pub(crate) fn join(&self) {}
}

/// Dice that can be thrown in an execution, once each.
const DICE_COUNT: usize = 32;

/// Chooses by throwing a die for each value but the last: is it this one?
pub(crate) fn choose(n: usize) -> usize {
    (0..n - 1).find(|_| throw()).unwrap_or(n - 1)
}

/// loom knows one nondeterminism beside schedules: which of several stores a load reads, if nothing
/// orders it after them. A die is an atomic with two.
fn throw() -> bool {
    let die = DICE.with_borrow_mut(Vec::pop);
    let die = die.unwrap_or_else(|| panic!("choose: more than {DICE_COUNT} dice in one execution"));
    unfenced(|| die.load(Ordering::Relaxed)) == 0
}

/// Lays out the dice: makes them, and has a thread store to them so that it has ended before anything
/// else happens, and yet nothing comes *after* it.
///
/// 1. The first thread waits, in a condition variable, for the other to have started.
/// 2. The other wakes it, gives the lock back, and only then stores.
/// 3. loom, where it does not explore, switches threads only when one is blocked or ends; so the first
///    goes on when the stores are there. What it has learnt from the other is older.
///
/// The first thread must not yield instead: to make progress, loom lets no load after a yield read what
/// its thread has seen before.
fn lay_dice() {
    let dice: Vec<_> = (0..DICE_COUNT).map(|_| Arc::new(AtomicU64::new(0))).collect();
    let gate = Arc::new(Gate::new());
    let guard = gate.mutex.lock().ok();
    let (theirs, started) = (dice.clone(), gate.clone());
    thread::spawn(move || {
        drop(started.mutex.lock().map(|_guard| started.condvar.notify_one()));
        theirs.iter().for_each(|die| die.store(1, Ordering::Relaxed));
    });
    drop(guard.and_then(|guard| gate.condvar.wait(guard).ok()));
    DICE.set(dice);
}

pub(crate) fn begin_execution(plan: &Plan) {
    FENCED.set(0);
    if plan.choices {
        loom::stop_exploring();
        lay_dice();
        loom::explore();
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

pub(crate) fn judge(text: &str) -> Verdict {
    if text.contains("Causality violation") {
        Verdict::Failure(Cause::Race)
    } else if text.starts_with("deadlock; threads") {
        Verdict::Failure(Cause::Deadlock)
    } else if text.starts_with("Model exceeded maximum number of branches") {
        Verdict::TooLong
    } else {
        Verdict::Failure(Cause::Panic)
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
pub(crate) fn explore(plan: &Plan, exploration: &Arc<Exploration>) -> Schedule {
    run(plan, plan.bound, exploration);
    Schedule::Loom { bound: plan.bound, execution: exploration.executions() }
}

/// Runs the executions up to the one to record.
pub(crate) fn replay(
    plan: &Plan,
    schedule: &Schedule,
    exploration: &Arc<Exploration>,
) -> Option<Diverged> {
    let &Schedule::Loom { bound, execution } = schedule else { return None };
    run(plan, bound, exploration);
    let executions = exploration.executions();
    (executions < execution).then(|| Diverged {
        step: executions as usize,
        expected: format!("execution {execution}, of {executions}"),
    })
}

fn run(plan: &Plan, bound: Option<usize>, exploration: &Arc<Exploration>) {
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
    exploration.catch(|| builder.check(move || one.run_one()));
}
