//! A lock and the data it protects.

use std::fmt;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::Arc;

use ::explore::fingerprint::Fingerprints;

use crate::engine::tracking::Object;
use crate::engine::{Lock, LockGuard};
use crate::op::{self, Op};
use crate::{discipline, Name};

/// Go's `mutex`: taking it is an operation, giving it back is part of the step before.
///
/// The data lies in a std mutex beside the engine's, so that a check can look at it when it is free.
pub struct Mutex<T> {
    raw: Lock,
    holder: Arc<Holder>,
    data: parking_lot::Mutex<T>,
    object: Object,
    fingerprint: fn(&T) -> Fingerprints,
}

/// Who holds a lock, for whoever finds out that nothing can move.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(crate) name: Name,
    /// The number of the thread, plus one.
    thread: AtomicUsize,
    /// Its place in the order in which locks are taken; 0 if it has none.
    rank: AtomicU32,
    /// No thread is woken while it is held.
    forbids_wakeups: AtomicBool,
}

impl Holder {
    pub(crate) fn thread(&self) -> Option<usize> {
        self.thread.load(Ordering::SeqCst).checked_sub(1)
    }

    /// Its place in the order in which locks are taken, if it has one.
    pub(crate) fn rank(&self) -> Option<u32> {
        Some(self.rank.load(Ordering::SeqCst)).filter(|&rank| rank > 0)
    }

    /// Whether no thread may be woken while it is held.
    pub(crate) fn forbids_wakeups(&self) -> bool {
        self.forbids_wakeups.load(Ordering::SeqCst)
    }
}

/// The evidence that the lock is held. Gives it back when dropped.
pub struct MutexGuard<'a, T> {
    // In the order they are given back: the data, its holder's mark, the lock.
    data: Option<parking_lot::MutexGuard<'a, T>>,
    mutex: &'a Mutex<T>,
    raw: Option<LockGuard<'a>>,
    taken_at: &'static Location<'static>,
}

impl<T> Mutex<T> {
    /// A free lock around `data`.
    pub fn new(name: impl Into<Name>, data: T) -> Self
    where
        T: Hash,
    {
        Mutex {
            object: Object::new(|| Fingerprints::of(&data)),
            fingerprint: |value| Fingerprints::of(value),
            raw: Lock::new(),
            holder: Arc::new(Holder {
                name: name.into(),
                thread: AtomicUsize::new(0),
                rank: AtomicU32::new(0),
                forbids_wakeups: AtomicBool::new(false),
            }),
            data: parking_lot::Mutex::new(data),
        }
    }

    /// What it is called.
    pub fn name(&self) -> Name {
        self.holder.name
    }

    /// The same lock, of which each thread takes those with a rank in the order of their ranks; any other order breaks
    /// [`Rule::LockOrder`](crate::driver::Rule::LockOrder), and so does a second lock of the same rank.
    ///
    /// # Panics
    /// If the rank is 0, which stands for none.
    pub fn ranked(self, rank: u32) -> Self {
        assert!(rank > 0, "ranked: {} has the rank 0", self.name());
        self.holder.rank.store(rank, Ordering::SeqCst);
        discipline::rules(&self.holder);
        self
    }

    /// The same lock, under which no thread may wake another ([`Note::wakeup`](crate::Note::wakeup)): that breaks
    /// [`Rule::LockOrder`](crate::driver::Rule::LockOrder).
    pub fn forbids_wakeups(self) -> Self {
        self.holder.forbids_wakeups.store(true, Ordering::SeqCst);
        discipline::rules(&self.holder);
        self
    }

    /// Who holds it.
    pub(crate) fn holder(&self) -> &Arc<Holder> {
        &self.holder
    }

    /// Takes the lock; waits until it is free.
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        let taken_at = Location::caller();
        discipline::takes(&self.holder, taken_at);
        let Some(op) = Op::begin() else { return self.lock_in_destructor(taken_at) };
        op.waits_for(&self.holder, || self.raw.would_wait());
        let Some(raw) = self.raw.lock(&self.object) else { op.leave() };
        self.object.take_lock();
        // In this order: nobody may take this thread for one that waits for a lock that is held.
        op.runs();
        self.holder.thread.store(op.thread() + 1, Ordering::SeqCst);
        let guard =
            MutexGuard { data: Some(self.data.lock()), mutex: self, raw: Some(raw), taken_at };
        op.end(self.name(), "lock", String::new);
        guard
    }

    /// The data, for checks; `None` while the lock is held. No operation.
    pub fn peek(&self) -> Option<impl Deref<Target = T> + '_> {
        self.object.read();
        self.data.try_lock()
    }

    /// A thread that unwinds may not wait; what it could wait for has ended too.
    #[cold]
    fn lock_in_destructor(&self, taken_at: &'static Location<'static>) -> MutexGuard<'_, T> {
        let data = self.data.try_lock().unwrap_or_else(|| {
            panic!(
                "lock: {} is held, and taken in a destructor that runs while unwinding",
                self.name()
            )
        });
        MutexGuard { data: Some(data), mutex: self, raw: None, taken_at }
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
        let data = self.data.take();
        if let Some(raw) = self.raw.take() {
            self.mutex.object.release_lock(|| {
                data.as_ref().map_or(Fingerprints::ZERO, |data| (self.mutex.fingerprint)(data))
            });
            drop(data);
            self.mutex.holder.thread.store(0, Ordering::SeqCst);
            drop(raw);
            op::unlocked(self.mutex.name(), self.taken_at);
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.peek() {
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
