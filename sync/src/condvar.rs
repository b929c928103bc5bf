//! A condition variable.

use std::fmt;
use std::time::Duration;

use crate::current::{self, changed};
use crate::driver::{Engine, ENGINE};
use crate::op::Op;
use crate::spurious::Spurious;
use crate::wait_queue::{Patience, WaitQueue, Wake};
use crate::{engine, MutexGuard, Name};

/// A condition variable, as that of `std::sync`, for a [`Mutex`](crate::Mutex).
///
/// [`Condvar::notify_one`] wakes any one of the threads that wait: an engine that explores tries each. (On loom it is the
/// one that has waited longest, unless the plan has [choices](crate::driver::Plan::choices).) A notification when no
/// thread waits has no effect. With [`Plan::spurious`](crate::driver::Plan::spurious), the first wait may end without
/// a notification, at any moment; by default none does.
pub struct Condvar {
    /// The numbers of the threads that wait and have not been notified.
    queue: WaitQueue<Vec<usize>>,
    spurious: Spurious,
}

impl Condvar {
    /// Creates a condition variable for which no thread waits.
    pub fn new(name: impl Into<Name>) -> Condvar {
        let name = name.into();
        let queue = WaitQueue::new(name, Vec::new(), |waiting| (0, waiting));
        Condvar { queue, spurious: Spurious::new(name) }
    }

    /// Its name.
    pub fn name(&self) -> Name {
        self.queue.name()
    }

    /// Releases the lock, waits for a notification, and takes the lock again.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.wait_with(guard, self.spurious.patience(), "wait").0
    }

    /// Waits until the condition is false of what the lock protects.
    #[track_caller]
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, T> {
        while condition(&mut guard) {
            guard = self.wait(guard);
        }
        guard
    }

    /// The same as [`Condvar::wait`], at most for this time. Returns whether there was a notification.
    ///
    /// Only std has time. Where an engine explores, the wait may end at any moment, whatever the time is.
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        time: Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        self.wait_with(guard, Patience::Limited(time), "wait_timeout")
    }

    #[track_caller]
    fn wait_with<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        patience: Patience,
        kind: &'static str,
    ) -> (MutexGuard<'a, T>, bool) {
        let Some(op) = Op::begin() else { return (guard, true) };
        let me = op.thread();
        // It waits before it releases the lock, so a notification between the two is not lost.
        self.queue.change(&op, |waiting, _| {
            waiting.push(me);
            ((), Wake::None)
        });
        op.end(self.name(), kind, || "releases the lock".to_owned());
        let mutex = guard.release();
        let Some(op) = Op::begin() else { return (mutex.lock(), true) };
        let notified = self.queue.wait_until(
            &op,
            patience,
            |waiting| !waiting.contains(&me),
            // In one step with the end of the wait: a notification must not go to a thread that has given up.
            |waiting, _| waiting.retain(|&thread| thread != me),
            || {
                changed();
                op.record(self.name(), kind, || "asleep".to_owned());
            },
        );
        op.end(self.name(), kind, || if notified { "notified" } else { "ends" }.to_owned());
        (mutex.lock(), notified)
    }

    /// Wakes one of the threads that wait, if there is one: any of them.
    #[track_caller]
    pub fn notify_one(&self) {
        let Some(op) = Op::begin() else { return };
        let several = self.queue.change(&op, |waiting, _| match waiting[..] {
            [only] => {
                waiting.clear();
                (0, Wake::Only(only))
            }
            _ => (waiting.len(), Wake::None),
        });
        if several > 1 {
            let which = choose_sleeper(several);
            self.queue.change(&op, |waiting, _| {
                // Others may have been notified meanwhile, or have stopped waiting.
                match waiting.len().checked_sub(1) {
                    Some(last) => ((), Wake::Only(waiting.remove(which.min(last)))),
                    None => ((), Wake::None),
                }
            });
        }
        op.end(self.name(), "notify_one", String::new);
    }

    /// Wakes all threads that wait.
    #[track_caller]
    pub fn notify_all(&self) {
        let Some(op) = Op::begin() else { return };
        self.queue.change(&op, |waiting, _| {
            waiting.clear();
            ((), Wake::All)
        });
        op.end(self.name(), "notify_all", String::new);
    }

    /// The number of threads that wait and have not been notified. For checks; not an operation.
    #[track_caller]
    pub fn waiting(&self) -> usize {
        current::peeks(self.name());
        self.queue.peek(Vec::len)
    }
}

/// One of several sleepers. loom chooses only where the plan allows choices, since they cost it a thread.
fn choose_sleeper(sleepers: usize) -> usize {
    let planned = || current::with(|execution| execution.is_none_or(|e| e.plan().choices));
    if ENGINE != Engine::Loom || planned() {
        engine::choose(sleepers)
    } else {
        0
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())
    }
}
