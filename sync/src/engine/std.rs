//! Real threads: each execution is one interleaving, whichever one the machine produces.

use std::sync::atomic::{self, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::time::Duration;

use ::explore::OutsideArc;

pub(crate) use super::no_race_detector::{Cell, Mark, TRACKS_RACES};
use super::tracking::Object;
use super::{Order, Update};
use crate::driver::exploration::{Diverged, Exploration};
use crate::driver::failure::{self, Cause, PanicClass};
use crate::driver::schedule::Schedule;
use crate::driver::{Engine, Plan, PlanError};

/// The engine that this crate is built for.
pub const ENGINE: Engine = Engine::Std;

/// A word of 64 bits.
pub(crate) struct Word(AtomicU64);

impl Word {
    pub(crate) fn new(bits: u64) -> Self {
        Word(AtomicU64::new(bits))
    }

    pub(crate) fn load(&self, order: Order) -> u64 {
        self.0.load(match order {
            Order::Total => Ordering::SeqCst,
            Order::Weak => Ordering::Acquire,
            Order::Relaxed => Ordering::Relaxed,
        })
    }

    pub(crate) fn store(&self, bits: u64, order: Order) {
        self.0.store(bits, release(order));
    }

    pub(crate) fn update(&self, update: Update, order: Order) -> u64 {
        let success = release(order);
        match update {
            Update::Swap(new) => self.0.swap(new, success),
            Update::Add(delta) => self.0.fetch_add(delta, success),
            Update::Or(bits) => self.0.fetch_or(bits, success),
            Update::And(bits) => self.0.fetch_and(bits, success),
            Update::Cas { old, new } => {
                let failure = match order {
                    Order::Total => Ordering::SeqCst,
                    Order::Weak | Order::Relaxed => Ordering::Relaxed,
                };
                self.0.compare_exchange(old, new, success, failure).unwrap_or_else(|found| found)
            }
        }
    }

    /// The object by which a search tracks the word: none here.
    pub(crate) fn object(&self) -> Option<&Object> {
        None
    }

    pub(crate) fn peek(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

fn release(order: Order) -> Ordering {
    match order {
        Order::Total => Ordering::SeqCst,
        Order::Weak => Ordering::Release,
        Order::Relaxed => Ordering::Relaxed,
    }
}

/// Orders all operations of the thread before it with those after it.
pub(crate) fn fence() {
    atomic::fence(Ordering::SeqCst);
}

/// A lock.
#[derive(Default)]
pub(crate) struct Lock(Mutex<()>);

/// The evidence that the lock is held.
pub(crate) struct LockGuard<'a> {
    _guard: MutexGuard<'a, ()>,
}

impl Lock {
    pub(crate) fn new() -> Self {
        Lock::default()
    }

    /// Waits until it is free. Returns `None` if the thread was woken to leave, which never happens here:
    /// the holder of the lock leaves too.
    pub(crate) fn lock(&self, _object: &Object) -> Option<LockGuard<'_>> {
        Some(LockGuard { _guard: self.0.lock().unwrap_or_else(PoisonError::into_inner) })
    }

    pub(crate) fn would_wait(&self) {}
}

/// A lock inside which a thread can wait.
#[derive(Default)]
pub(crate) struct Monitor(Mutex<()>);

/// The evidence that a monitor is held.
pub(crate) struct MonitorGuard<'a> {
    monitor: &'a Monitor,
    guard: MutexGuard<'a, ()>,
}

impl Monitor {
    pub(crate) fn new() -> Self {
        Monitor::default()
    }

    pub(crate) fn enter(&self) -> MonitorGuard<'_> {
        MonitorGuard { monitor: self, guard: self.0.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}

impl<'a> MonitorGuard<'a> {
    pub(crate) fn leave(self) {}

    /// Releases the monitor, waits to be woken, and enters it again. May return early.
    pub(crate) fn wait(self) -> MonitorGuard<'a> {
        let monitor = self.monitor;
        drop(self.guard);
        // A wakeup before the thread parks leaves a token, so it is not lost.
        thread::park();
        monitor.enter()
    }

    /// Releases the monitor, waits to be woken, at most for this time, and enters it again.
    pub(crate) fn wait_for(self, time: Duration) -> MonitorGuard<'a> {
        let monitor = self.monitor;
        drop(self.guard);
        thread::park_timeout(time);
        monitor.enter()
    }

    /// Wakes the threads, and releases the monitor.
    pub(crate) fn wake<'h>(self, sleepers: impl Iterator<Item = &'h Handle>) {
        sleepers.for_each(Handle::wake);
    }
}

/// Wakes a thread.
pub(crate) struct Handle(Thread);

impl Handle {
    pub(crate) fn current() -> Self {
        Handle(thread::current())
    }

    pub(crate) fn wake(&self) {
        self.0.unpark();
    }
}

/// The threads of an execution.
#[derive(Default)]
pub(crate) struct Threads(Mutex<Vec<JoinHandle<()>>>);

impl Threads {
    pub(crate) fn new() -> Self {
        Threads::default()
    }

    pub(crate) fn spawn(&self, f: impl FnOnce() + Send + 'static) {
        let handle = thread::spawn(|| {
            failure::be_quiet();
            f();
        });
        self.threads().push(handle);
    }

    /// Waits for all of them, also those that start meanwhile.
    pub(crate) fn join(&self) {
        loop {
            let Some(handle) = self.threads().pop() else { return };
            // The panic hook has reported its panic.
            let _ = handle.join();
        }
    }

    fn threads(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn yield_now() {
    thread::yield_now();
}

pub(crate) fn choose(n: usize) -> usize {
    fastrand::usize(..n)
}

pub(crate) fn begin_execution(_plan: &Plan) {}

pub(crate) fn stop_exploring() {}

pub(crate) fn stop() {}

pub(crate) fn install_hook() {}

pub(crate) fn classify_panic(_text: &str) -> PanicClass {
    PanicClass::Failure(Cause::Panic)
}

/// Whether this engine can do what the plan asks for.
pub(crate) fn check(plan: &Plan) -> Result<(), PlanError> {
    plan.check_liveness(false)?;
    if plan.races {
        return Err(PlanError::Races);
    }
    if plan.executions == 0 {
        return Err(PlanError::NoExecutions);
    }
    Ok(())
}

/// Runs the executions that the plan asks for, until the exploration is over. Returns the schedule of the
/// last one.
pub(crate) fn run_all(plan: &Plan, exploration: &OutsideArc<Exploration>) -> Schedule {
    for _ in 0..plan.executions {
        Exploration::run_one(exploration);
        if exploration.is_over() {
            break;
        }
    }
    Schedule::Std
}

/// Runs one more execution, which may be any.
pub(crate) fn replay(
    _plan: &Plan,
    _schedule: &Schedule,
    exploration: &OutsideArc<Exploration>,
) -> Option<Diverged> {
    Exploration::run_one(exploration);
    None
}
