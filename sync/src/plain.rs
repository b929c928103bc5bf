//! State without synchronization of its own: a plain Go field, and what only checks read.

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
/// An access is no operation: it belongs to the step that it stands in. An engine with weak memory checks that
/// accesses of several threads are ordered, and fails the execution with [`Cause::Race`](crate::driver::Cause::Race) where two
/// are not. A search does so with [`Plan::races`](crate::driver::Plan::races); each access is an operation then.
pub struct Plain<T> {
    name: Name,
    tracked: Mutex<(Cell, T)>,
    mark: Mark,
    object: Object,
    fingerprint: fn(&T) -> Fingerprints,
}

impl<T> Plain<T> {
    /// A field that holds `value`.
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
        self.turn(Kind::PlainWrite);
        self.change(|place| *place = value);
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
        self.turn(Kind::PlainRead);
        let tracked = access(&self.tracked, Some(self.name));
        current::racy(self.name, caller, || tracked.0.read());
        self.object.read();
        read(&tracked.1)
    }

    /// Changes the value, and learns from it what `change` returns. No operation may happen inside.
    #[track_caller]
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        self.turn(Kind::PlainWrite);
        self.object.read();
        self.change(change)
    }

    /// An access comes: where races are looked for, it waits for its turn, before anything is locked.
    #[track_caller]
    fn turn(&self, kind: Kind) {
        races::plain(self.name, Some(&self.object), kind);
        if TRACKS_RACES && current::in_program() {
            self.mark.touch();
        }
    }

    /// The same, where a search need not know what is learnt: nothing, or it has been told. The thread has had its
    /// turn.
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

    /// Reads the value for a check: not tracked.
    pub fn peek<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.object.read();
        read(&access(&self.tracked, Some(self.name)).1)
    }
}

impl<T: fmt::Debug> fmt::Debug for Plain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.peek(|value| write!(f, "{}={value:?}", self.name))
    }
}

/// State that only checks and the world read: no operation, and not tracked.
///
/// What it holds is part of the state that a search knows: what is not, is an [`Outside`].
///
/// The program writes it ([`Ghost::set`], [`Ghost::change`]) and never reads it: a program that decided by a
/// ghost would decide by what the runtime that it models does not have. A read on a thread of the program, while
/// the execution is under way, is an error of the program, on every engine.
pub struct Ghost<T> {
    value: Mutex<T>,
    object: Object,
    fingerprint: fn(&T) -> Fingerprints,
}

impl<T> Ghost<T> {
    /// A ghost of `value`.
    pub fn new(value: T) -> Self
    where
        T: Hash,
    {
        let object = Object::new(|| Fingerprints::of(&value));
        Ghost { value: Mutex::new(value), object, fingerprint: |value| Fingerprints::of(value) }
    }

    /// A copy of the value. For checks.
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Puts `value` there.
    pub fn set(&self, value: T) {
        self.change(|place| *place = value);
    }

    /// Puts `value` there, and returns the one before. For checks.
    pub fn replace(&self, value: T) -> T {
        self.with_mut(|place| std::mem::replace(place, value))
    }

    /// Reads the value. For checks. No operation may happen inside `read`.
    pub fn with<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        self.read();
        read(&access(&self.value, None))
    }

    /// # Panics
    /// If the program reads it, and no check.
    fn read(&self) {
        // The text is that of a misuse, which no engine takes for a failure of the program.
        assert!(
            !current::in_program(),
            "search: the program reads a ghost; only checks and the world may"
        );
        self.object.read();
    }

    /// Changes the value, and learns from it what `change` returns. For checks. No operation may happen inside.
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        self.read();
        let mut result = None;
        self.change(|value| result = Some(change(value)));
        result.expect("change has been called")
    }

    /// Changes the value, and learns nothing from it. No operation may happen inside.
    pub fn change(&self, change: impl FnOnce(&mut T)) {
        current::changed();
        let mut value = access(&self.value, None);
        change(&mut value);
        self.object.write(|| (self.fingerprint)(&value));
    }

    /// Puts `value` there if it is another: what an observer remembers of a state that it has looked at.
    ///
    /// In a search, the step that it looks at depends on it in either case: an observer that compares a state with
    /// what it remembers speaks of steps, and a step that changes that is one thing before another step, and another
    /// after it.
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

/// What executions leave behind: counts, logs, recordings. A handle: a copy of it is the same thing.
///
/// No part of the state: neither the program nor a check may read it while an execution is under way. Where
/// executions are restored, nothing else from outside may be owned inside, an `Arc` neither.
pub struct Outside<T>(OutsideArc<std::sync::Mutex<T>>);

impl<T> Outside<T> {
    /// One that holds `value`.
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

    /// Puts a copy of `value` there.
    pub fn set(&self, value: &T)
    where
        T: Clone,
    {
        self.with_mut(|place| *place = value.clone());
    }

    /// Changes the value. No operation may happen inside `change`.
    ///
    /// What `change` allocates outlives the execution. What has been allocated before does not, and has to
    /// be copied in there.
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        allocate_outside(|| change(&mut self.lock()))
    }

    /// Workers of a search share it, so it may have to be waited for. Nobody switches threads inside.
    fn lock(&self) -> std::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Outside<T> {
    fn clone(&self) -> Self {
        Outside(self.0.clone())
    }
}

/// Where an engine switches threads itself, nobody else can be inside but a thread that has switched
/// in the middle of an access; to wait for it would be to wait for ever.
#[inline]
fn access<T>(place: &Mutex<T>, name: Option<Name>) -> MutexGuard<'_, T> {
    if !ENGINE.explores() {
        return place.lock();
    }
    place.try_lock().unwrap_or_else(|| {
        panic!(
            "access: {} is being accessed (an operation inside `with` or `with_mut`?)",
            name.unwrap_or(Name::GHOST)
        )
    })
}
