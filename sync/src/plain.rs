//! State without synchronization of its own: plain Go fields, and values that only checks read.

use std::fmt;
use std::hash::Hash;
use std::panic::Location;
use std::sync::PoisonError;

use ::explore::fingerprint::Fingerprints;
use ::explore::operation::Kind;
use ::explore::{allocate_outside, OutsideArc};
use parking_lot::{Mutex, MutexGuard};

use crate::engine::tracking::Object;
use crate::engine::{Cell, Mark, ENGINE, TRACKS_RACES};
use crate::{current, races, Name};

/// A plain Go field that threads share under the protocol's own synchronization.
///
/// An access is not an operation: it belongs to the step in which it occurs. An engine with weak memory
/// checks that the accesses of different threads are ordered, and fails the execution with
/// [`Cause::Race`](crate::driver::Cause::Race) if two are not. A search does so with
/// [`Plan::races`](crate::driver::Plan::races), which makes each access an operation.
pub struct Plain<T> {
    name: Name,
    tracked: Mutex<(Cell, T)>,
    mark: Mark,
    object: Object,
    fingerprint: fn(&T) -> Fingerprints,
}

impl<T> Plain<T> {
    /// Creates a field that holds `value`.
    pub fn new(name: impl Into<Name>, value: T) -> Self
    where
        T: Hash,
    {
        let object = Object::new(|| Fingerprints::of(&value));
        let tracked = Mutex::new((Cell::new(), value));
        let mark = Mark::new();
        Plain {
            name: name.into(),
            tracked,
            mark,
            object,
            fingerprint: |value| Fingerprints::of(value),
        }
    }

    /// Its name.
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

    /// Sets the value.
    #[track_caller]
    pub fn set(&self, value: T) {
        self.turn(Kind::PlainWrite);
        self.change(|place| *place = value);
    }

    /// Sets the value, and returns the previous one.
    #[track_caller]
    pub fn replace(&self, value: T) -> T {
        self.with_mut(|place| std::mem::replace(place, value))
    }

    /// Calls `read` with the value. No operation may occur in `read`.
    #[track_caller]
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        let caller = Location::caller();
        self.turn(Kind::PlainRead);
        let tracked = access(&self.tracked, Some(self.name));
        current::racy(self.name, caller, || tracked.0.read());
        self.object.read();
        read(&tracked.1)
    }

    /// Calls `change` with the value, and returns its result, which the thread observes. No operation may
    /// occur in `change`.
    #[track_caller]
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        self.turn(Kind::PlainWrite);
        self.object.read();
        self.change(change)
    }

    /// Announces an access. Where races are detected, it waits for its turn before anything is locked.
    #[track_caller]
    fn turn(&self, kind: Kind) {
        races::plain(self.name, Some(&self.object), kind);
        if TRACKS_RACES && current::in_program() {
            self.mark.touch();
        }
    }

    /// Changes the value, when a search need not know what the thread observes: nothing, or it has been
    /// reported. The thread has had its turn.
    #[track_caller]
    fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let caller = Location::caller();
        let mut tracked = access(&self.tracked, Some(self.name));
        current::racy(self.name, caller, || tracked.0.write());
        current::changed();
        let result = change(&mut tracked.1);
        self.object.write(|| (self.fingerprint)(&tracked.1));
        result
    }

    /// Calls `read` with the value, for a check. Not tracked.
    #[track_caller]
    pub fn peek<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        current::peeks(self.name);
        self.look(read)
    }

    fn look<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.object.read();
        read(&access(&self.tracked, Some(self.name)).1)
    }
}

impl<T: fmt::Debug> fmt::Debug for Plain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.look(|value| write!(f, "{}={value:?}", self.name))
    }
}

/// A value that only checks and the environment read. Accesses are not operations, and not tracked.
///
/// It is part of the state that a search knows; a value that is not is an [`Outside`].
///
/// The program writes it ([`Ghost::set`], [`Ghost::change`]) and never reads it: a program that made
/// decisions by a ghost would depend on something that the modelled runtime does not have. Reading a ghost
/// on a thread of the program while the execution is under way is an error of the program, on every engine.
pub struct Ghost<T> {
    value: Mutex<T>,
    object: Object,
    fingerprint: fn(&T) -> Fingerprints,
}

impl<T> Ghost<T> {
    /// Creates a ghost that holds `value`.
    pub fn new(value: T) -> Self
    where
        T: Hash,
    {
        let object = Object::new(|| Fingerprints::of(&value));
        Ghost { value: Mutex::new(value), object, fingerprint: |value| Fingerprints::of(value) }
    }

    /// Returns a copy of the value. For checks.
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Sets the value.
    pub fn set(&self, value: T) {
        self.change(|place| *place = value);
    }

    /// Sets the value, and returns the previous one. For checks.
    pub fn replace(&self, value: T) -> T {
        self.with_mut(|place| std::mem::replace(place, value))
    }

    /// Calls `read` with the value. For checks. No operation may occur in `read`.
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.read();
        read(&access(&self.value, None))
    }

    /// # Panics
    /// If the program reads it, and not a check.
    fn read(&self) {
        // The message has the prefix of a misuse, which no engine takes for a failure of the program.
        assert!(
            !current::in_program(),
            "search: the program reads a ghost; only checks and the environment may"
        );
        self.object.read();
    }

    /// Calls `change` with the value, and returns its result. For checks. No operation may occur in
    /// `change`.
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        self.read();
        let mut result = None;
        self.change(|value| result = Some(change(value)));
        result.expect("change has been called")
    }

    /// Calls `change` with the value; the program learns nothing from it. No operation may occur in
    /// `change`.
    pub fn change(&self, change: impl FnOnce(&mut T)) {
        current::changed();
        let mut value = access(&self.value, None);
        change(&mut value);
        self.object.write(|| (self.fingerprint)(&value));
    }

    /// Sets the value if it differs: for what an observer remembers of a state that it has seen.
    ///
    /// In a search, the step before the state depends on the ghost in either case. An observer that
    /// compares a state with its memory makes a statement about steps, so a step that changes what it
    /// compares is not interchangeable with another such step.
    pub fn remember(&self, value: T)
    where
        T: PartialEq,
    {
        self.object.touch();
        let differs = *access(&self.value, None) != value;
        if differs {
            self.set(value);
        }
    }

    /// The same as [`Ghost::with`], under the name that checks use.
    pub fn peek<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.with(read)
    }
}

impl<T: fmt::Debug> fmt::Debug for Ghost<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|value| value.fmt(f))
    }
}

/// A value that lives outside the executions: a count, a log, a recording. This is a handle: its clones
/// refer to the same value.
///
/// It is no part of the state: neither the program nor a check may read it while an execution is under way.
/// Where executions are restored, code inside must own nothing else from outside, not even an `Arc`.
pub struct Outside<T>(OutsideArc<std::sync::Mutex<T>>);

impl<T> Outside<T> {
    /// Creates a value outside the executions.
    pub fn new(value: T) -> Self {
        Outside(OutsideArc::new(std::sync::Mutex::new(value)))
    }

    /// A copy of the value.
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.lock().clone()
    }

    /// Sets the value to a copy of `value`.
    pub fn set(&self, value: &T)
    where
        T: Clone,
    {
        self.with_mut(|place| *place = value.clone());
    }

    /// Calls `change` with the value. No operation may occur in `change`.
    ///
    /// What `change` allocates outlives the execution. What was allocated before does not, and must be
    /// copied inside `change`.
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        allocate_outside(|| change(&mut self.lock()))
    }

    /// Workers of a search share the value, so this may wait. Threads do not switch inside.
    fn lock(&self) -> std::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Outside<T> {
    fn clone(&self) -> Self {
        Outside(self.0.clone())
    }
}

/// Locks a value. Where an engine switches threads itself, only a thread that has switched in the middle of
/// an access can hold the lock; waiting for it would never end.
#[inline]
fn access<T>(place: &Mutex<T>, name: Option<Name>) -> MutexGuard<'_, T> {
    if !ENGINE.explores() {
        return place.lock();
    }
    place.try_lock().unwrap_or_else(|| {
        panic!(
            "access: {} is already being accessed (is there an operation inside `with` or `with_mut`?)",
            name.unwrap_or(Name::GHOST)
        )
    })
}
