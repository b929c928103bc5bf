//! `std::sync::Condvar`.

use std::cell::{Cell, RefCell};
use std::sync::LockResult;
use std::time::Duration;

use super::MutexGuard;
use crate::rt::{self, Kind, Object, Op, Settings};

/// A condition variable. By default, `notify_one` wakes any of the waiting threads.
#[derive(Debug)]
pub struct Condvar {
    /// The numbers of the threads that wait, in the order in which they began.
    waiting: RefCell<Vec<usize>>,
    /// A wait has ended spuriously.
    spurious: Cell<bool>,
}

// SAFETY: all threads of a model run on one OS thread, and switch between two accesses only.
unsafe impl Send for Condvar {}
// SAFETY: as above.
unsafe impl Sync for Condvar {}

/// Whether a wait timed out.
#[derive(Debug, PartialEq, Eq, Copy, Clone)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the wait timed out.
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    /// Creates a condition variable.
    pub fn new() -> Condvar {
        Condvar { waiting: RefCell::default(), spurious: Cell::new(false) }
    }

    fn object(&self) -> Object {
        Object::of(&self.spurious)
    }

    /// Releases the lock, waits for a notification, and takes the lock again. Never an error.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let spurious = Settings::now().spurious && !self.spurious.get();
        if !self.sleep(&guard, spurious, "Condvar::wait") {
            self.spurious.set(true);
            self.object().write();
        }
        Ok(guard)
    }

    /// The same, for some time. By default it never times out, as in the real loom.
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        _dur: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let woken = self.sleep(&guard, Settings::now().timeouts, "Condvar::wait_timeout");
        Ok((guard, WaitTimeoutResult(!woken)))
    }

    /// Waits as long as the condition is true. Never an error.
    #[track_caller]
    pub fn wait_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: F,
    ) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        while condition(&mut *guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// Waits for a notification, with `anyway` perhaps for a shorter time. Returns whether there was one.
    #[track_caller]
    fn sleep<T>(&self, guard: &MutexGuard<'_, T>, anyway: bool, what: &'static str) -> bool {
        let op = Op::begin(self.object(), Kind::Update, true, what);
        let (me, woken) = (rt::current(), &rt::flags(rt::current()).woken);
        woken.clear();
        self.waiting.borrow_mut().push(me);
        self.object().write();
        guard.lock.release();
        op.did(|| "releases the lock".to_owned());
        let is_woken = woken.wait(anyway, what);
        if !is_woken {
            self.waiting.borrow_mut().retain(|&thread| thread != me);
            self.object().write();
        }
        guard.lock.acquire();
        is_woken
    }

    /// Wakes one of the waiting threads.
    #[track_caller]
    pub fn notify_one(&self) {
        let op = Op::begin(self.object(), Kind::Wake, true, "Condvar::notify_one");
        let count = self.waiting.borrow().len();
        if count == 0 {
            return op.did(|| "no thread waits".to_owned());
        }
        let mut which = 0;
        if count > 1 && Settings::now().any_waiter {
            which = rt::choose(count as u32, "Condvar::notify_one: which thread") as usize;
        }
        // A thread may have stopped waiting during the choice.
        let mut waiting = self.waiting.borrow_mut();
        if waiting.is_empty() {
            return op.did(|| "no thread waits".to_owned());
        }
        let last = waiting.len() - 1;
        let thread = waiting.remove(which.min(last));
        rt::flags(thread).woken.set_now();
        self.object().write();
        op.did(|| format!("wakes thread {thread}"));
    }

    /// Wakes all waiting threads.
    #[track_caller]
    pub fn notify_all(&self) {
        let op = Op::begin(self.object(), Kind::Wake, true, "Condvar::notify_all");
        let all = std::mem::take(&mut *self.waiting.borrow_mut());
        all.iter().for_each(|&thread| rt::flags(thread).woken.set_now());
        if !all.is_empty() {
            self.object().write();
        }
        op.did(|| format!("wakes threads {all:?}"));
    }
}

impl Default for Condvar {
    fn default() -> Self {
        Self::new()
    }
}
