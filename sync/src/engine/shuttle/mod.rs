//! shuttle: sequentially consistent interleavings, sampled or searched; all of them for tiny programs.
//!
//! Locks and monitors block tasks themselves: shuttle's own locks would switch at a release, even while
//! unwinding, and print what they find. A task that waits for a lock is not runnable before the lock is
//! free, so no step is wasted on finding it taken.

mod run;

use std::panic;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::explore::current::is_searching;
use ::explore::operation::Kind;
use ::explore::{Sample, Strategy};
use shuttle::scheduler::TaskId;
use shuttle::Runner;
use shuttle_engine::runtime::execution::ExecutionState;
use shuttle_engine::runtime::thread::switch;

pub(crate) use super::no_race_detector::{Cell, Mark, TRACKS_RACES};
pub(crate) use super::sequential::{fence, Word};
use super::tracking::{operate, Object};
use crate::driver::failure::{Cause, PanicClass};
use crate::driver::{Engine, Plan};

pub(crate) use run::{check, drive, replay, run_all};

/// The engine that this crate is built for.
pub const ENGINE: Engine = Engine::Shuttle;

/// Waits for the thread's turn.
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
    /// The tasks that are about to take it; they are blocked while it is held.
    waiting: Vec<TaskId>,
}

/// The evidence that the lock is held.
pub(crate) struct LockGuard<'a>(&'a Lock);

impl Lock {
    pub(crate) fn new() -> Self {
        Lock::default()
    }

    /// Waits until it is free. Returns `None` if the task was woken to leave.
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

/// A lock inside which a thread can wait. Threads do not switch while it is held, so it needs no lock.
pub(crate) struct Monitor;

/// The evidence that a monitor is held.
pub(crate) struct MonitorGuard<'a>(&'a Monitor);

impl Monitor {
    pub(crate) fn new() -> Self {
        Monitor
    }

    /// Enters. In a search, the calling thread has had its turn.
    pub(crate) fn enter(&self) -> MonitorGuard<'_> {
        if !is_searching() {
            switch();
        }
        MonitorGuard(self)
    }
}

impl<'a> MonitorGuard<'a> {
    pub(crate) fn leave(self) {}

    /// Releases the monitor, waits to be woken, and enters it again.
    pub(crate) fn wait(self) -> MonitorGuard<'a> {
        block(shuttle::current::me());
        self.0.enter()
    }

    /// The same, but the wait may end at any moment.
    pub(crate) fn wait_for(self, _time: Duration) -> MonitorGuard<'a> {
        self.0.enter()
    }

    /// Wakes the threads, and releases the monitor.
    pub(crate) fn wake<'h>(self, sleepers: impl Iterator<Item = &'h Handle>) {
        sleepers.for_each(Handle::wake);
    }
}

/// Wakes a thread.
pub(crate) struct Handle(TaskId);

impl Handle {
    pub(crate) fn current() -> Self {
        Handle(shuttle::current::me())
    }

    pub(crate) fn wake(&self) {
        // In a search no task blocks.
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
        // shuttle has no switch after a spawn: what the spawning thread does next would always come first.
        switch();
    }

    pub(crate) fn join(&self) {}
}

/// Lets another task run. A search knows the states in which the task has been.
pub(crate) fn yield_now() {
    if !is_searching() {
        shuttle::thread::yield_now();
    }
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

/// shuttle installs a panic hook that prints, once, when it first runs. So it is made to do that now, and
/// its hook is removed.
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
