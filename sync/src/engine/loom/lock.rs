//! Locks, and monitors in which threads wait.
//!
//! # Waiting
//!
//! loom's search ignores `park` and `unpark`: it does not try to reorder them. Here that is enough. Which
//! threads sleep and which wake others is decided under the monitor's lock, whose orders loom does try. No
//! other thread can run between the release of the lock and the park. A woken thread takes the lock again,
//! and so comes after its waker. A condition variable would add two more operations to each sleep, and up
//! to eight times the executions. The two must not be mixed, since they share a token.
//!
//! # Unwinding
//!
//! A loom lock that is released while unwinding poisons itself, and the next thread to take it panics and
//! keeps it. So the lock is kept instead, and the threads that wait for it are unparked: they run into an
//! assertion of loom's, which takes them to their base. An execution that unwinds is over.

use std::mem;
use std::time::Duration;

use loom::sync::{Mutex, MutexGuard};
use loom::thread;

use super::word::unfenced;
use super::Handle;
use crate::current::thread_id;
use crate::engine::tracking::Object;

/// A lock.
pub(crate) struct Lock(Mutex<()>);

/// The evidence that the lock is held.
pub(crate) struct LockGuard<'a>(Option<MutexGuard<'a, ()>>);

impl Lock {
    pub(crate) fn new() -> Self {
        Lock(Mutex::new(()))
    }

    /// Waits until it is free. A thread that is woken to leave finds out here by a panic, so this never
    /// returns `None`.
    pub(crate) fn lock(&self, _object: &Object) -> Option<LockGuard<'_>> {
        unfenced(thread_id(), || Some(LockGuard(self.0.lock().ok())))
    }

    /// Called when the lock is held and no thread can move. If the execution ends now, the thread never
    /// comes to wait; but loom tries to let it take the lock earlier only if loom knows that it would have
    /// taken it.
    pub(crate) fn would_wait(&self) {
        unfenced(thread_id(), || drop(self.0.try_lock()));
    }
}

impl Drop for LockGuard<'_> {
    fn drop(&mut self) {
        release(self.0.take());
    }
}

fn release(guard: Option<MutexGuard<'_, ()>>) {
    if std::thread::panicking() {
        mem::forget(guard);
    } else {
        unfenced(thread_id(), || drop(guard));
    }
}

/// A lock inside which a thread can wait.
pub(crate) struct Monitor(Mutex<()>);

/// The evidence that a monitor is held.
pub(crate) struct MonitorGuard<'a> {
    gate: &'a Monitor,
    guard: Option<MutexGuard<'a, ()>>,
}

impl Monitor {
    pub(crate) fn new() -> Self {
        Monitor(Mutex::new(()))
    }

    pub(crate) fn enter(&self) -> MonitorGuard<'_> {
        unfenced(thread_id(), || MonitorGuard { gate: self, guard: self.0.lock().ok() })
    }
}

impl<'a> MonitorGuard<'a> {
    pub(crate) fn leave(self) {}

    /// Releases the monitor, waits to be woken, and enters it again. May return early.
    pub(crate) fn wait(self) -> MonitorGuard<'a> {
        let (me, gate) = (thread_id(), self.gate);
        self.leave();
        thread::park();
        unfenced(me, || MonitorGuard { gate, guard: gate.0.lock().ok() })
    }

    /// Releases the monitor and enters it again, at any later moment: loom has no time.
    pub(crate) fn wait_for(self, _time: Duration) -> MonitorGuard<'a> {
        let gate = self.gate;
        self.leave();
        gate.enter()
    }

    /// Wakes the threads, and releases the monitor.
    pub(crate) fn wake<'h>(self, sleepers: impl Iterator<Item = &'h Handle>) {
        sleepers.for_each(Handle::wake);
    }
}

impl Drop for MonitorGuard<'_> {
    fn drop(&mut self) {
        release(self.guard.take());
    }
}
