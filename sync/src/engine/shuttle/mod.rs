//! shuttle: sequentially consistent interleavings, sampled, or searched; of tiny programs, all.
//!
//! Locks and gates block tasks themselves:
//! shuttle's own would switch where a lock is given back, even while unwinding, and print what it finds.
//! A task that waits for a lock is not runnable before the lock is free, so no step is spent on finding
//! it taken.

mod run;

use std::panic;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ::explore::current::is_searching;
use ::explore::operation::Kind;
use ::explore::{Sample, Strategy};
use shuttle::scheduler::TaskId;
use shuttle::Runner;
use shuttle_engine::runtime::execution::ExecutionState;
use shuttle_engine::runtime::thread::switch;

pub(crate) use super::no_race_detector::{Cell, Mark, TRACKS_RACES};
pub(crate) use super::sequential::Word;
use super::tracking::{operate, Object};
use crate::driver::failure::{Cause, PanicClass};
use crate::driver::{Engine, Plan};

pub(crate) use run::{check, drive, replay, run_all};

/// The engine that this crate is built for.
pub const ENGINE: Engine = Engine::Shuttle;

/// What follows is the thread's turn.
pub(super) fn turn(object: &Object, kind: Kind) {
    if is_searching() {
        object.operate(kind, true);
    } else {
        switch();
    }
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
        if is_searching() {
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

    pub(crate) fn would_wait(&self) {}

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
pub(crate) struct Monitor;

/// The evidence that a gate is held.
pub(crate) struct MonitorGuard<'a>(&'a Monitor);

impl Monitor {
    pub(crate) fn new() -> Self {
        Monitor
    }

    /// In a search, whoever enters has had its turn.
    pub(crate) fn enter(&self) -> MonitorGuard<'_> {
        if !is_searching() {
            switch();
        }
        MonitorGuard(self)
    }
}

impl<'a> MonitorGuard<'a> {
    pub(crate) fn leave(self) {}

    /// Waits, outside, to be woken.
    pub(crate) fn wait(self) -> MonitorGuard<'a> {
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
        if !is_searching() {
            unblock(self.0);
        }
    }
}

/// The threads of an execution, which shuttle runs to their ends.
pub(crate) struct Threads;

impl Threads {
    pub(crate) fn new() -> Self {
        Threads
    }

    pub(crate) fn spawn(&self, f: impl FnOnce() + Send + 'static) {
        if is_searching() {
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
    if is_searching() {
        return operate(Kind::Choose(n as u32), None, true) as usize;
    }
    (ExecutionState::next_u64() % n as u64) as usize
}

pub(crate) fn begin_execution(plan: &Plan) {
    super::tracking::begin_execution(plan);
}

pub(crate) fn stop_exploring() {}

pub(crate) fn stop() {}

/// shuttle puts a hook that prints on top of whatever is there, once, when it first runs; so it is made
/// to do that now, and what it did is undone.
pub(crate) fn install_hook() {
    Runner::new(Sample::new(Strategy::Random, 0, 1, Rc::default(), || false), run::config(1))
        .run(|| {});
    drop(panic::take_hook());
}

pub(crate) fn classify_panic(text: &str) -> PanicClass {
    if text.starts_with("exceeded max_steps bound") {
        PanicClass::TooLong
    } else {
        PanicClass::Failure(Cause::Panic)
    }
}
