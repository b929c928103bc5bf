//! A lock and the data that it protects.

use std::fmt;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::Arc;

use ::explore::fingerprint::Fingerprints;

use crate::engine::tracking::Object;
use crate::engine::{Lock, LockGuard};
use crate::holder::Holder;
use crate::op::{self, Op};
use crate::{current, discipline, Name};

/// Go's `mutex`. Taking it is an operation; releasing it is part of the step before.
///
/// The data lies in a second mutex next to the engine's lock, so that a check can read it when the lock is
/// free.
pub struct Mutex<T> {
    raw: Lock,
    holder: Arc<Holder>,
    data: parking_lot::Mutex<T>,
    object: Object,
    fingerprint: fn(&T) -> Fingerprints,
    show: fn(&T) -> String,
}

/// The evidence that the lock is held. Releases it when dropped.
pub struct MutexGuard<'a, T> {
    // In the order of their release: the data, the holder's mark, the lock.
    data: Option<parking_lot::MutexGuard<'a, T>>,
    mutex: &'a Mutex<T>,
    raw: Option<LockGuard<'a>>,
    taken_at: &'static Location<'static>,
}

impl<T> Mutex<T> {
    /// Creates a free lock around `data`.
    pub fn new(name: impl Into<Name>, data: T) -> Self
    where
        T: Hash + fmt::Debug,
    {
        Mutex {
            object: Object::new(|| Fingerprints::of(&data)),
            fingerprint: |value| Fingerprints::of(value),
            show: |value| format!("{value:?}"),
            raw: Lock::new(),
            holder: Arc::new(Holder::new(name.into())),
            data: parking_lot::Mutex::new(data),
        }
    }

    /// Its name.
    pub fn name(&self) -> Name {
        self.holder.name
    }

    /// Gives the lock a rank. Each thread must take locks with ranks in ascending order; any other order
    /// breaks [`Rule::LockOrder`](crate::driver::Rule::LockOrder), and so does a second lock of the same
    /// rank.
    ///
    /// # Panics
    /// If the rank is 0, which stands for no rank.
    pub fn ranked(self, rank: u32) -> Self {
        assert!(rank > 0, "ranked: {} has the rank 0", self.name());
        self.holder.set_rank(rank);
        discipline::register(&self.holder);
        self
    }

    /// Forbids a thread that holds the lock to wake another thread ([`Note::wakeup`](crate::Note::wakeup)):
    /// that breaks [`Rule::LockOrder`](crate::driver::Rule::LockOrder).
    pub fn forbids_wakeups(self) -> Self {
        self.holder.forbid_wakeups();
        discipline::register(&self.holder);
        self
    }

    /// Declares that the calling thread does not hold the lock here. If it does, that breaks
    /// [`Rule::Released`](crate::driver::Rule::Released). Not an operation.
    #[track_caller]
    pub fn must_be_released(&self) {
        discipline::released(&self.holder, Location::caller());
    }

    /// The holder of the lock.
    pub(crate) fn holder(&self) -> &Arc<Holder> {
        &self.holder
    }

    /// Takes the lock, after waiting until it is free.
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        let taken_at = Location::caller();
        discipline::before_lock(&self.holder, taken_at);
        self.take(taken_at)
    }

    /// The same where the caller may hold another lock of the same rank, and knows why that is no mistake.
    #[track_caller]
    pub fn lock_beside(&self) -> MutexGuard<'_, T> {
        let taken_at = Location::caller();
        discipline::before_lock_beside(&self.holder, taken_at);
        self.take(taken_at)
    }

    #[track_caller]
    fn take(&self, taken_at: &'static Location<'static>) -> MutexGuard<'_, T> {
        let Some(op) = Op::begin() else { return self.lock_in_destructor(taken_at) };
        op.waits_for(&self.holder, || self.raw.would_wait());
        let Some(raw) = self.raw.lock(&self.object) else { op.leave() };
        self.object.take_lock();
        // In this order: a deadlock check must not see this thread as waiting for a lock that is held.
        op.runs();
        self.holder.set_thread(Some(op.thread()));
        let guard =
            MutexGuard { data: Some(self.data.lock()), mutex: self, raw: Some(raw), taken_at };
        op.end(self.name(), "lock", || guard.shown());
        guard
    }

    /// The data, for checks; `None` while the lock is held. Not an operation.
    #[track_caller]
    pub fn peek(&self) -> Option<impl Deref<Target = T> + '_> {
        current::peeks(self.name());
        self.latest()
    }

    fn latest(&self) -> Option<impl Deref<Target = T> + '_> {
        self.object.read();
        self.data.try_lock()
    }

    /// Takes the lock in a destructor of a thread that unwinds: its data alone.
    #[cold]
    fn lock_in_destructor(&self, taken_at: &'static Location<'static>) -> MutexGuard<'_, T> {
        let data = op::get_in_destructor(self.name(), || self.data.try_lock());
        MutexGuard { data: Some(data), mutex: self, raw: None, taken_at }
    }
}

impl<'a, T> MutexGuard<'a, T> {
    /// Releases the lock.
    pub(crate) fn release(self) -> &'a Mutex<T> {
        self.mutex
    }

    /// The data as a record has it.
    fn shown(&self) -> String {
        let data = self.data.as_ref().filter(|_| op::shows_data());
        data.map_or_else(String::new, |data| (self.mutex.show)(data))
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.data.as_ref().expect("lock: guard without data")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.data.as_mut().expect("lock: guard without data")
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        let shown = self.shown();
        let data = self.data.take();
        if let Some(raw) = self.raw.take() {
            self.mutex.object.release_lock(|| {
                data.as_ref().map_or(Fingerprints::ZERO, |data| (self.mutex.fingerprint)(data))
            });
            drop(data);
            self.mutex.holder.set_thread(None);
            drop(raw);
            op::unlocked(self.mutex.name(), shown, self.taken_at);
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.latest() {
            Some(data) => write!(f, "{}={:?}", self.name(), *data),
            None => write!(f, "{} (held)", self.name()),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
