//! State without synchronization of its own: a plain Go field, and what only checks read.

use std::fmt;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use crate::engine::{Cell, ENGINE};
use crate::{current, Name};

/// A plain Go field that threads share under the protocol's own synchronization.
///
/// An access is no operation. An engine with weak memory checks that accesses of several threads are
/// ordered, and fails the execution with [`Cause::Race`](crate::Cause::Race) where two are not.
pub struct Plain<T> {
    name: Name,
    tracked: Mutex<(Cell, T)>,
}

impl<T> Plain<T> {
    /// A field that holds `value`.
    pub fn new(name: impl Into<Name>, value: T) -> Self {
        Plain { name: name.into(), tracked: Mutex::new((Cell::new(), value)) }
    }

    /// What it is called.
    pub fn name(&self) -> Name {
        self.name
    }

    /// A copy of the value.
    #[track_caller]
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Puts `value` there.
    #[track_caller]
    pub fn set(&self, value: T) {
        self.with_mut(|place| *place = value);
    }

    /// Puts `value` there, and returns the one before.
    #[track_caller]
    pub fn replace(&self, value: T) -> T {
        self.with_mut(|place| std::mem::replace(place, value))
    }

    /// Reads the value. No operation may happen inside `read`.
    #[track_caller]
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        let caller = Location::caller();
        let tracked = access(&self.tracked, Some(self.name));
        current::racy(self.name, caller, || tracked.0.read());
        read(&tracked.1)
    }

    /// Changes the value. No operation may happen inside `change`.
    #[track_caller]
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let caller = Location::caller();
        let mut tracked = access(&self.tracked, Some(self.name));
        current::racy(self.name, caller, || tracked.0.write());
        current::changed();
        change(&mut tracked.1)
    }

    /// Reads the value for a check: not tracked.
    pub fn peek<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        read(&access(&self.tracked, Some(self.name)).1)
    }
}

impl<T: fmt::Debug> fmt::Debug for Plain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.peek(|value| write!(f, "{}={value:?}", self.name))
    }
}

/// State that only checks and the world read: no operation, and not tracked.
pub struct Ghost<T>(Mutex<T>);

impl<T> Ghost<T> {
    /// A ghost of `value`.
    pub fn new(value: T) -> Self {
        Ghost(Mutex::new(value))
    }

    /// A copy of the value.
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Puts `value` there.
    pub fn set(&self, value: T) {
        self.with_mut(|place| *place = value);
    }

    /// Puts `value` there, and returns the one before.
    pub fn replace(&self, value: T) -> T {
        self.with_mut(|place| std::mem::replace(place, value))
    }

    /// Reads the value. No operation may happen inside `read`.
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        read(&access(&self.0, None))
    }

    /// Changes the value. No operation may happen inside `change`.
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        current::changed();
        change(&mut access(&self.0, None))
    }

    /// The same as [`Ghost::with`], by the name that checks use.
    pub fn peek<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.with(read)
    }
}

impl<T: fmt::Debug> fmt::Debug for Ghost<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|value| value.fmt(f))
    }
}

/// Where an engine switches threads itself, nobody else can be inside but a thread that has switched
/// in the middle of an access; to wait for it would be to wait for ever.
fn access<T>(place: &Mutex<T>, name: Option<Name>) -> MutexGuard<'_, T> {
    if !ENGINE.explores() {
        return place.lock().unwrap_or_else(PoisonError::into_inner);
    }
    match place.try_lock() {
        Ok(guard) => guard,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => panic!(
            "access: {} is being accessed (an operation inside `with` or `with_mut`?)",
            name.unwrap_or(Name::Global("a ghost"))
        ),
    }
}
