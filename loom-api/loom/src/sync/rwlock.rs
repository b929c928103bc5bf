//! `std::sync::RwLock`, which is never poisoned.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::ops;
use std::sync::{LockResult, TryLockError, TryLockResult};

use crate::rt::{Kind, Object, Op};

/// The number by which a lock that is being written is known.
const WRITTEN: u32 = u32::MAX;

/// A lock with one writer or many readers. A writer announces [`Kind::Lock`], a reader [`Kind::Wait`].
pub struct RwLock<T> {
    /// The number of readers, or [`WRITTEN`].
    users: Cell<u32>,
    data: UnsafeCell<T>,
}

// SAFETY: all threads of a model run on one OS thread, and the data is used while the lock is held.
unsafe impl<T: Send> Send for RwLock<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for RwLock<T> {}

/// The lock is held for reading until this is dropped.
pub struct RwLockReadGuard<'a, T>(&'a RwLock<T>);

/// The lock is held for writing until this is dropped.
pub struct RwLockWriteGuard<'a, T>(&'a RwLock<T>);

impl<T> RwLock<T> {
    /// Creates a free lock.
    pub fn new(data: T) -> RwLock<T> {
        RwLock { users: Cell::new(0), data: UnsafeCell::new(data) }
    }

    fn object(&self) -> Object {
        Object::of(&self.users)
    }

    fn can_read(&self) -> bool {
        self.users.get() != WRITTEN
    }

    fn can_write(&self) -> bool {
        self.users.get() == 0
    }

    fn set_users(&self, users: u32) {
        self.users.set(users);
        self.object().write();
        self.object().enable(Kind::Lock, self.can_write());
        self.object().enable(Kind::Wait, self.can_read());
    }

    fn reading(&self, op: Op) -> RwLockReadGuard<'_, T> {
        assert!(self.can_read(), "RwLock::read: the lock is held, and the thread cannot wait here");
        self.set_users(self.users.get() + 1);
        op.did(|| format!("is reader {}", self.users.get()));
        RwLockReadGuard(self)
    }

    fn writing(&self, op: Op) -> RwLockWriteGuard<'_, T> {
        assert!(
            self.can_write(),
            "RwLock::write: the lock is held, and the thread cannot wait here"
        );
        self.set_users(WRITTEN);
        op.did(String::new);
        RwLockWriteGuard(self)
    }

    /// Waits until no thread writes, and takes the lock for reading. Never an error.
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        let op = Op::begin(self.object(), Kind::Wait, self.can_read(), "RwLock::read");
        Ok(self.reading(op))
    }

    /// Takes the lock for reading if no thread writes.
    ///
    /// # Errors
    /// If a thread writes.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        let op = Op::begin(self.object(), Kind::Update, true, "RwLock::try_read");
        if !self.can_read() {
            op.did(|| "is held".to_owned());
            return Err(TryLockError::WouldBlock);
        }
        Ok(self.reading(op))
    }

    /// Waits until the lock is free, and takes it for writing. Never an error.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let op = Op::begin(self.object(), Kind::Lock, self.can_write(), "RwLock::write");
        Ok(self.writing(op))
    }

    /// Takes the lock for writing if it is free.
    ///
    /// # Errors
    /// If it is held.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        let op = Op::begin(self.object(), Kind::Update, true, "RwLock::try_write");
        if !self.can_write() {
            op.did(|| "is held".to_owned());
            return Err(TryLockError::WouldBlock);
        }
        Ok(self.writing(op))
    }

    /// The data. Never an error.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        Ok(self.data.get_mut())
    }

    /// The data. Never an error.
    pub fn into_inner(self) -> LockResult<T> {
        Ok(self.data.into_inner())
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        Self::new(Default::default())
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(data: T) -> Self {
        Self::new(data)
    }
}

impl<T> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("RwLock { .. }")
    }
}

impl<T: fmt::Debug> fmt::Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T> ops::Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: no thread writes while this exists.
        unsafe { &*self.0.data.get() }
    }
}

impl<T> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        self.0.set_users(self.0.users.get() - 1);
    }
}

impl<T> ops::Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the lock is held for writing.
        unsafe { &*self.0.data.get() }
    }
}

impl<T> ops::DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and the guard is borrowed mutably.
        unsafe { &mut *self.0.data.get() }
    }
}

impl<T> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        self.0.set_users(0);
    }
}
