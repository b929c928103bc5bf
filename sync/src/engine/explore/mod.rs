//! All sequentially consistent interleavings, by a search that restores earlier states.
//!
//! All threads run on one OS thread, and no thread ever blocks: a thread whose operation cannot proceed is
//! not picked. So locks and monitors only record that they are held. What an execution owns lies in an
//! arena that is copied and restored. What outlives it is an [`Outside`](crate::driver::Outside), or is
//! reported by [`run`].

mod run;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::explore::operation::Kind;

pub(crate) use super::no_race_detector::{Cell, Mark, TRACKS_RACES};
pub(crate) use super::sequential::{fence, Word};
use super::tracking::{operate, Object};
use crate::driver::failure::{Cause, PanicClass};
use crate::driver::{Engine, Plan};

pub(crate) use run::{check, drive, replay, run_all};

#[global_allocator]
static ALLOCATOR: ::explore::Allocator = ::explore::Allocator::SYSTEM;

/// The engine that this crate is built for.
pub const ENGINE: Engine = Engine::Explore;

/// Waits for the thread's turn.
pub(super) fn turn(object: &Object, kind: Kind) {
    if super::tracking::is_searching() {
        object.operate(kind, true);
    }
}

/// A lock.
#[derive(Default)]
pub(crate) struct Lock {
    held: AtomicBool,
}

/// The evidence that the lock is held.
pub(crate) struct LockGuard<'a>(&'a Lock);

impl Lock {
    pub(crate) fn new() -> Self {
        Lock::default()
    }

    /// Waits until it is free. Returns `None` if the execution has ended meanwhile.
    pub(crate) fn lock(&self, object: &Object) -> Option<LockGuard<'_>> {
        if super::tracking::is_searching() {
            object.operate(Kind::Lock, !self.held.load(Ordering::Relaxed));
        }
        (!self.held.swap(true, Ordering::Relaxed)).then(|| LockGuard(self))
    }

    pub(crate) fn would_wait(&self) {}
}

impl Drop for LockGuard<'_> {
    fn drop(&mut self) {
        self.0.held.store(false, Ordering::Relaxed);
    }
}

/// A lock inside which a thread can wait. Threads do not switch while it is held, so it needs no lock.
pub(crate) struct Monitor;

/// The evidence that a monitor is held.
pub(crate) struct MonitorGuard<'a>(&'a Monitor);

impl Monitor {
    pub(crate) fn new() -> Self {
        Monitor
    }

    /// Enters; the calling thread has had its turn.
    pub(crate) fn enter(&self) -> MonitorGuard<'_> {
        MonitorGuard(self)
    }
}

impl<'a> MonitorGuard<'a> {
    pub(crate) fn leave(self) {}

    /// Called only if no search runs the thread; then no other thread could wake it.
    pub(crate) fn wait(self) -> MonitorGuard<'a> {
        self.0.enter()
    }

    /// The same, but the wait may end at any moment.
    pub(crate) fn wait_for(self, _time: Duration) -> MonitorGuard<'a> {
        self.0.enter()
    }

    pub(crate) fn wake<'h>(self, _sleepers: impl Iterator<Item = &'h Handle>) {}
}

/// Wakes a thread: does nothing, since threads do not block.
pub(crate) struct Handle;

impl Handle {
    pub(crate) fn current() -> Self {
        Handle
    }

    pub(crate) fn wake(&self) {}
}

/// The threads of an execution.
pub(crate) struct Threads;

impl Threads {
    pub(crate) fn new() -> Self {
        Threads
    }

    pub(crate) fn spawn(&self, f: impl FnOnce() + Send + 'static) {
        ::explore::restore::spawn(f);
        operate(Kind::Spawn, None, true);
    }

    pub(crate) fn join(&self) {}
}

/// Nothing to do: a search knows the states in which the thread has been.
pub(crate) fn yield_now() {}

pub(crate) fn choose(n: usize) -> usize {
    operate(Kind::Choose(n as u32), None, true) as usize
}

pub(crate) fn begin_execution(plan: &Plan) {
    super::tracking::begin_execution(plan);
}

pub(crate) fn stop_exploring() {}

pub(crate) fn stop() {}

pub(crate) fn install_hook() {}

pub(crate) fn classify_panic(_text: &str) -> PanicClass {
    PanicClass::Failure(Cause::Panic)
}
