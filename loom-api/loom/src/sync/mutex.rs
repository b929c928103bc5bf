//! `std::sync::Mutex`, which is never poisoned.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::ops;
use std::sync::{LockResult, TryLockError, TryLockResult};

use crate::rt::{Kind, Object, Op};

/// A mutual exclusion lock.
pub struct Mutex<T: ?Sized> {
    held: Cell<bool>,
    data: UnsafeCell<T>,
}

// SAFETY: all threads of a model run on one OS thread, and the data is used while the lock is held.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

/// The lock is held until this is dropped.
pub struct MutexGuard<'a, T: ?Sized> {
    pub(super) lock: &'a Mutex<T>,
    /// A guard stays on its thread.
    _not_send: std::marker::PhantomData<*const ()>,
}

// SAFETY: sharing a guard shares the data.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}

impl<T> Mutex<T> {
    /// Creates a free lock.
    pub fn new(data: T) -> Mutex<T> {
        Mutex { held: Cell::new(false), data: UnsafeCell::new(data) }
    }

    /// The data. Never an error.
    pub fn into_inner(self) -> LockResult<T> {
        Ok(self.data.into_inner())
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until the lock is free, and takes it. Never an error.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        self.acquire();
        Ok(self.guard())
    }

    /// Takes the lock if it is free.
    ///
    /// # Errors
    /// If it is held.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let op = Op::begin(self.object(), Kind::Update, true, "Mutex::try_lock");
        let is_held = self.held.get();
        op.did(|| if is_held { "is held" } else { "takes it" }.to_owned());
        if is_held {
            return Err(TryLockError::WouldBlock);
        }
        self.set_held(true);
        Ok(self.guard())
    }

    /// The data. Never an error.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        Ok(self.data.get_mut())
    }

    fn guard(&self) -> MutexGuard<'_, T> {
        MutexGuard { lock: self, _not_send: std::marker::PhantomData }
    }

    fn object(&self) -> Object {
        Object::of(&self.held)
    }

    #[track_caller]
    pub(super) fn acquire(&self) {
        let op = Op::begin(self.object(), Kind::Lock, !self.held.get(), "Mutex::lock");
        assert!(
            !self.held.get() || std::thread::panicking(),
            "Mutex::lock: the lock is held, and the thread cannot wait here (it unwinds, or exploring is stopped)"
        );
        self.set_held(true);
        op.did(String::new);
    }

    pub(super) fn release(&self) {
        self.set_held(false);
    }

    fn set_held(&self, held: bool) {
        self.held.set(held);
        self.object().write();
        self.object().enable(Kind::Lock, !held);
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(Default::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(data: T) -> Self {
        Self::new(data)
    }
}

impl<T: ?Sized> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Mutex { .. }")
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized> ops::Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the lock is held.
        unsafe { &*self.lock.data.get() }
    }
}

impl<T: ?Sized> ops::DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held, and the guard is borrowed mutably.
        unsafe { &mut *self.lock.data.get() }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        self.lock.release();
    }
}
