//! A reader-writer lock and the data that it protects.

use std::fmt;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};

use ::explore::fingerprint::Fingerprints;

use crate::current::{self, changed};
use crate::engine::tracking::Object;
use crate::op::{self, Op};
use crate::wait_queue::{Patience, WaitQueue, Wake};
use crate::Name;

/// A lock that one writer or any number of readers hold.
///
/// It prefers neither: when it is free, any of the threads that wait may take it. Taking it and releasing it are
/// operations. On loom a reader also sees what readers before it have written elsewhere, so that a program which
/// relies on that is not found out.
pub struct RwLock<T> {
    queue: WaitQueue<Holders>,
    data: parking_lot::RwLock<T>,
    /// The data, as a search tracks it.
    object: Object,
    fingerprint: fn(&T) -> Fingerprints,
    show: fn(&T) -> String,
}

/// The threads that hold the lock.
#[derive(Clone, Copy, Default)]
struct Holders {
    readers: u32,
    writer: bool,
}

impl<T> RwLock<T> {
    /// Creates a free lock around `data`.
    pub fn new(name: impl Into<Name>, data: T) -> Self
    where
        T: Hash + fmt::Debug,
    {
        let bits = |all: &Holders| (u128::from(all.readers) << 1 | u128::from(all.writer), &[][..]);
        RwLock {
            queue: WaitQueue::new(name.into(), Holders::default(), bits),
            object: Object::new(|| Fingerprints::of(&data)),
            fingerprint: |value| Fingerprints::of(value),
            show: |value| format!("{value:?}"),
            data: parking_lot::RwLock::new(data),
        }
    }

    /// Its name.
    pub fn name(&self) -> Name {
        self.queue.name()
    }

    /// Takes the lock for reading, after waiting until no writer holds it.
    #[track_caller]
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        self.take("read", |all| !all.writer, |all| all.readers += 1);
        self.object.read();
        let data = op::get_in_destructor(self.name(), || self.data.try_read());
        RwLockReadGuard { lock: self, data: Some(data) }
    }

    /// Takes the lock for writing, after waiting until it is free.
    #[track_caller]
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.take("write", |all| !all.writer && all.readers == 0, |all| all.writer = true);
        self.object.take_lock();
        let data = op::get_in_destructor(self.name(), || self.data.try_write());
        RwLockWriteGuard { lock: self, data: Some(data) }
    }

    #[track_caller]
    fn take(&self, kind: &'static str, can: fn(&Holders) -> bool, take: fn(&mut Holders)) {
        let Some(op) = Op::begin() else { return };
        let take = |all: &mut Holders, _| take(all);
        self.queue.wait_until(&op, Patience::Endless, can, take, || {
            changed();
            op.record(self.name(), kind, || "asleep".to_owned());
        });
        op.end(self.name(), kind, || self.shown());
    }

    /// The data as a record has it.
    fn shown(&self) -> String {
        let data = self.data.try_read().filter(|_| op::shows_data());
        data.map_or_else(String::new, |data| (self.show)(&data))
    }

    /// Gives the lock back. Not part of the step before, as for a [`Mutex`](crate::Mutex): readers that hold it
    /// notice nothing of each other.
    #[track_caller]
    fn release(&self, kind: &'static str, release: fn(&mut Holders)) {
        let value = self.shown();
        let Some(op) = Op::begin() else { return };
        self.queue.change(&op, |all, _| {
            release(all);
            ((), if all.readers == 0 { Wake::All } else { Wake::None })
        });
        op.end(self.name(), kind, || value);
    }

    /// The data, for checks; `None` while a writer holds the lock. Not an operation.
    #[track_caller]
    pub fn peek(&self) -> Option<impl Deref<Target = T> + '_> {
        current::peeks(self.name());
        self.object.read();
        self.data.try_read()
    }
}

/// The evidence that the lock is held for reading. Releases it when dropped.
pub struct RwLockReadGuard<'a, T> {
    lock: &'a RwLock<T>,
    data: Option<parking_lot::RwLockReadGuard<'a, T>>,
}

/// The evidence that the lock is held for writing. Releases it when dropped.
pub struct RwLockWriteGuard<'a, T> {
    lock: &'a RwLock<T>,
    data: Option<parking_lot::RwLockWriteGuard<'a, T>>,
}

impl<T> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.data.as_ref().expect("read: guard without data")
    }
}

impl<T> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.data.as_ref().expect("write: guard without data")
    }
}

impl<T> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.data.as_mut().expect("write: guard without data")
    }
}

impl<T> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        // Before the release, after which a writer may run.
        self.data = None;
        self.lock.release("release", |all| all.readers -= 1);
    }
}

impl<T> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        let data = self.data.take();
        let print =
            || data.as_ref().map_or(Fingerprints::ZERO, |data| (self.lock.fingerprint)(data));
        self.lock.object.release_lock(print);
        drop(data);
        self.lock.release("release", |all| all.writer = false);
    }
}

impl<T: fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.data.try_read() {
            Some(data) => write!(f, "{}={:?}", self.name(), *data),
            None => write!(f, "{} (held for writing)", self.name()),
        }
    }
}
