//! Locks, and gates to wait in.
//!
//! # Waiting
//!
//! To loom's search, `park` and `unpark` are nothing: it does not try to reorder them. Here they need
//! not be more. Who sleeps and who wakes whom is decided under the gate's lock, whose orders loom does
//! try; between giving the lock back and parking nobody else can run; and who is woken takes the lock
//! again, and so comes after its waker. A condition variable would add two more operations to each
//! sleep, and up to eight times the executions. The two are not to be mixed: they share a token.
//!
//! # Unwinding
//!
//! A loom lock that is given back while unwinding poisons itself, and the next thread to take it panics
//! and keeps it. So it is kept instead, and the threads that wait for it are unparked: what they run
//! into is an assertion of loom's, which takes them to their base. An execution that unwinds is over.

use std::mem;

use loom::sync::{Mutex, MutexGuard};
use loom::thread;

use super::word::unfenced;
use super::Handle;
use crate::current::thread_id;
use crate::engine::tracking::Object;

/// A lock.
pub(crate) struct Lock(Mutex<()>);

/// The evidence that it is held.
pub(crate) struct LockGuard<'a>(Option<MutexGuard<'a, ()>>);

impl Lock {
    pub(crate) fn new() -> Self {
        Lock(Mutex::new(()))
    }

    /// Waits until it is free. `None` if the thread was woken to leave, which here it learns by a panic.
    pub(crate) fn lock(&self, _object: &Object) -> Option<LockGuard<'_>> {
        unfenced(thread_id(), || Some(LockGuard(self.0.lock().ok())))
    }

    /// The lock is held, and nobody can move. The thread will not come to wait, if now is the end; but
    /// only if loom knows that it would have taken the lock does it try to let it take it before.
    pub(crate) fn would_wait(&self) {
        unfenced(thread_id(), || drop(self.0.try_lock()));
    }
}

impl Drop for LockGuard<'_> {
    fn drop(&mut self) {
        give_back(self.0.take());
    }
}

fn give_back(guard: Option<MutexGuard<'_, ()>>) {
    if std::thread::panicking() {
        mem::forget(guard);
    } else {
        unfenced(thread_id(), || drop(guard));
    }
}

/// A lock that can be waited in.
pub(crate) struct Monitor(Mutex<()>);

/// The evidence that a gate is held.
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

    /// Waits, outside, to be woken; may return early.
    pub(crate) fn wait(self) -> MonitorGuard<'a> {
        let (me, gate) = (thread_id(), self.gate);
        self.leave();
        thread::park();
        unfenced(me, || MonitorGuard { gate, guard: gate.0.lock().ok() })
    }

    /// Wakes the threads, and leaves.
    pub(crate) fn wake<'h>(self, sleepers: impl Iterator<Item = &'h Handle>) {
        sleepers.for_each(Handle::wake);
    }
}

impl Drop for MonitorGuard<'_> {
    fn drop(&mut self) {
        give_back(self.guard.take());
    }
}
