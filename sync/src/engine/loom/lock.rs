//! Locks, and gates to wait in.
//!
//! A loom lock that is given back while unwinding poisons itself, and the next thread to take it panics
//! and keeps it. So it is kept instead, and the threads that wait for it are unparked: what they run
//! into is an assertion of loom's, which takes them to their base. An execution that unwinds is over.

use std::mem;

use loom::sync::{Condvar, Mutex, MutexGuard};

use super::word::unfenced;
use super::Handle;
use crate::current::thread_id;

/// A lock.
pub(crate) struct Lock(Mutex<()>);

/// The evidence that it is held.
pub(crate) struct LockGuard<'a>(Option<MutexGuard<'a, ()>>);

impl Lock {
    pub(crate) fn new() -> Self {
        Lock(Mutex::new(()))
    }

    /// Waits until it is free. `None` if the thread was woken to leave, which here it learns by a panic.
    pub(crate) fn lock(&self) -> Option<LockGuard<'_>> {
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
pub(crate) struct Gate {
    mutex: Mutex<()>,
    condvar: Condvar,
}

/// The evidence that a gate is held.
pub(crate) struct GateGuard<'a> {
    gate: &'a Gate,
    guard: Option<MutexGuard<'a, ()>>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Gate { mutex: Mutex::new(()), condvar: Condvar::new() }
    }

    pub(crate) fn enter(&self) -> GateGuard<'_> {
        unfenced(thread_id(), || GateGuard { gate: self, guard: self.mutex.lock().ok() })
    }
}

impl<'a> GateGuard<'a> {
    pub(crate) fn leave(self) {}

    /// Waits, outside, to be woken; may return early.
    pub(crate) fn wait(mut self) -> GateGuard<'a> {
        let gate = self.gate;
        let guard = self.guard.take();
        let wait = || guard.and_then(|guard| gate.condvar.wait(guard).ok());
        GateGuard { gate, guard: unfenced(thread_id(), wait) }
    }

    /// Wakes the threads, and leaves. Those that sleep here and were not meant sleep on.
    pub(crate) fn wake<'h>(self, _sleepers: impl Iterator<Item = &'h Handle>) {
        self.gate.condvar.notify_all();
    }
}

impl Drop for GateGuard<'_> {
    fn drop(&mut self) {
        give_back(self.guard.take());
    }
}
