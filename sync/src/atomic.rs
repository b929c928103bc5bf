//! Atomics with Go's total order, and the few operations that Go itself weakens.

use std::fmt;

use ::explore::operation::Kind;

use crate::current::{self, changed};
use crate::discipline::Guard;
use crate::driver::{Engine, ENGINE};
use crate::engine::tracking::learn;
use crate::engine::{Order, Update, Word as Raw};
use crate::op::Op;
use crate::{orders, races, BitWord, IntWord, Mutex, Name, Word};

/// A word that several threads read and write.
///
/// `load`, `store`, `swap`, `cas`, `add`, `or` and `and` are Go's `atomic` operations: all of them, on all
/// atomics, have one total order that every thread sees. The others are for the words that Go weakens (the
/// run queue). An engine with weak memory checks which of them may be used where.
///
/// Each operation is one scheduling point, taken before it.
pub struct Atomic<T: Word> {
    name: Name,
    raw: Raw,
    /// Boxed, since few atomics have one and each saved state holds all atomics.
    guard: Option<Box<Guard<T>>>,
    word: std::marker::PhantomData<T>,
}

impl<T: Word> Atomic<T> {
    /// An atomic that holds `value`.
    pub fn new(name: impl Into<Name>, value: T) -> Self {
        Atomic {
            name: name.into(),
            raw: Raw::new(value.to_bits()),
            guard: None,
            word: std::marker::PhantomData,
        }
    }

    /// Requires the lock for writes: a write by a thread that does not hold it breaks
    /// [`Rule::GuardedWrites`](crate::driver::Rule::GuardedWrites).
    pub fn written_under<L>(self, lock: &Mutex<L>) -> Self {
        self.written_under_where(lock, |_| true)
    }

    /// Requires the lock for writes of the values for which `guards` returns true.
    pub fn written_under_where<L>(self, lock: &Mutex<L>, guards: fn(T) -> bool) -> Self {
        Atomic { guard: Some(Box::new(Guard::new(lock, guards))), ..self }
    }

    /// Its name.
    pub fn name(&self) -> Name {
        self.name
    }

    /// Go: `atomic.Load`.
    #[track_caller]
    pub fn load(&self) -> T {
        self.read(Order::Total, "load")
    }

    /// Go: `atomic.Store`.
    #[track_caller]
    pub fn store(&self, value: T) {
        self.write(value, Order::Total, "store");
    }

    /// Go: `atomic.Xchg`. Returns the old value.
    #[track_caller]
    pub fn swap(&self, new: T) -> T {
        self.update(Update::Swap(new.to_bits()), Order::Total, "swap").0
    }

    /// Go: `atomic.Cas`. Returns whether the value was `old`, and is now `new`.
    #[track_caller]
    pub fn cas(&self, old: T, new: T) -> bool {
        self.compare(old, new, Order::Total, "cas")
    }

    /// Compares with `old`, and stores `new` if the value was `old`. Returns the value before: in `Ok` if it was
    /// `old`, otherwise in `Err`.
    ///
    /// # Errors
    /// If the value was not `old`.
    #[track_caller]
    pub fn compare_exchange(&self, old: T, new: T) -> Result<T, T> {
        let update = Update::Cas { old: old.to_bits(), new: new.to_bits() };
        let (before, after) = self.update(update, Order::Total, "compare_exchange");
        learn(before.to_bits());
        if after.is_some() {
            Ok(before)
        } else {
            Err(before)
        }
    }

    /// Go: `atomic.LoadAcq`. May return an old value, and acquires what was released with it.
    #[track_caller]
    pub fn load_acq(&self) -> T {
        self.read(Order::Weak, "load_acq")
    }

    /// Go: `atomic.StoreRel`. Other threads may see it late, but not before what precedes it.
    #[track_caller]
    pub fn store_rel(&self, value: T) {
        self.write(value, Order::Weak, "store_rel");
    }

    /// Go: `atomic.CasRel`. Compares with the latest value, and publishes what precedes it; acquires
    /// nothing.
    #[track_caller]
    pub fn cas_rel(&self, old: T, new: T) -> bool {
        self.compare(old, new, Order::Weak, "cas_rel")
    }

    /// A plain read in Go of a word that another thread may write meanwhile (a run queue's slot).
    #[track_caller]
    pub fn load_relaxed(&self) -> T {
        self.read(Order::Relaxed, "load_relaxed")
    }

    /// A plain write in Go of a word that another thread may read meanwhile (a run queue's slot).
    #[track_caller]
    pub fn store_relaxed(&self, value: T) {
        self.write(value, Order::Relaxed, "store_relaxed");
    }

    /// The plain read of a word that only the calling thread writes, or that is written only under a lock
    /// that it holds. It always returns the latest value. It is no scheduling point, since no other thread
    /// could change or notice anything; but in a search for races it is an operation, and races with
    /// another thread's write.
    #[track_caller]
    pub fn owner_load(&self) -> T {
        races::plain(self.name, self.raw.object(), Kind::PlainRead);
        self.latest()
    }

    /// The latest value, in the order of the execution. For checks; not an operation.
    #[track_caller]
    pub fn peek(&self) -> T {
        current::peeks(self.name);
        self.latest()
    }

    fn latest(&self) -> T {
        T::from_bits(self.raw.peek())
    }

    #[track_caller]
    fn read(&self, order: Order, kind: &'static str) -> T {
        let Some(op) = Op::begin() else { return self.latest() };
        op.is_about(self.name, Kind::Read);
        orders::note(order);
        let value = T::from_bits(self.raw.load(order));
        op.end_unchanged(self.name, kind, || self.loaded(value));
        value
    }

    /// A loaded value as a record has it. Where memory is weak, it may not be the latest one.
    fn loaded(&self, value: T) -> String {
        let latest = self.latest();
        if ENGINE == Engine::Loom && latest != value {
            format!("{value:?} (stale: the latest is {latest:?})")
        } else {
            format!("{value:?}")
        }
    }

    #[track_caller]
    fn write(&self, value: T, order: Order, kind: &'static str) {
        let Some(op) = Op::begin() else { return };
        op.is_about(self.name, Kind::Write);
        orders::note(order);
        self.raw.store(value.to_bits(), order);
        self.written(value, &op);
        op.end(self.name, kind, || format!("{value:?}"));
    }

    /// Returns the value before, and the value after unless a comparison failed.
    #[track_caller]
    fn update(&self, update: Update, order: Order, kind: &'static str) -> (T, Option<T>) {
        let Some(op) = Op::begin() else { return (self.latest(), None) };
        op.is_about(self.name, Kind::Update);
        orders::note(order);
        let old = self.raw.update(update, order);
        let (old, new) = (T::from_bits(old), update.apply(old).map(T::from_bits));
        if let Some(new) = new {
            changed();
            self.written(new, &op);
        }
        op.end_unchanged(self.name, kind, || match new {
            Some(new) => format!("{old:?} -> {new:?}"),
            None => format!("{old:?}"),
        });
        (old, new)
    }

    /// Checks the guard after the thread has written `new`.
    fn written(&self, new: T, op: &Op) {
        if let Some(guard) = &self.guard {
            guard.check_write(op, self.name, new);
        }
    }

    #[track_caller]
    fn compare(&self, old: T, new: T, order: Order, kind: &'static str) -> bool {
        let update = Update::Cas { old: old.to_bits(), new: new.to_bits() };
        self.update(update, order, kind).1.is_some()
    }
}

impl<T: IntWord> Atomic<T> {
    /// Go: `atomic.Xadd`. Wraps, and returns the *new* value.
    #[track_caller]
    pub fn add(&self, delta: T) -> T {
        let (old, new) = self.update(Update::Add(delta.to_bits()), Order::Total, "add");
        new.unwrap_or(old)
    }

    /// Adds, and returns the value before. Wraps.
    #[track_caller]
    pub fn fetch_add(&self, delta: T) -> T {
        self.update(Update::Add(delta.to_bits()), Order::Total, "fetch_add").0
    }

    /// Subtracts, and returns the value before. Wraps.
    #[track_caller]
    pub fn fetch_sub(&self, delta: T) -> T {
        let negative = delta.to_bits().wrapping_neg();
        self.update(Update::Add(negative), Order::Total, "fetch_sub").0
    }
}

impl<T: BitWord> Atomic<T> {
    /// Go: `atomic.Or`.
    #[track_caller]
    pub fn or(&self, bits: T) {
        self.update(Update::Or(bits.to_bits()), Order::Total, "or");
    }

    /// Go: `atomic.And`.
    #[track_caller]
    pub fn and(&self, bits: T) {
        self.update(Update::And(bits.to_bits()), Order::Total, "and");
    }

    /// Sets these bits, and returns the value before.
    #[track_caller]
    pub fn fetch_or(&self, bits: T) -> T {
        let before = self.update(Update::Or(bits.to_bits()), Order::Total, "fetch_or").0;
        learn(before.to_bits());
        before
    }

    /// Clears all other bits, and returns the value before.
    #[track_caller]
    pub fn fetch_and(&self, bits: T) -> T {
        let before = self.update(Update::And(bits.to_bits()), Order::Total, "fetch_and").0;
        learn(before.to_bits());
        before
    }
}

impl<T: Word> fmt::Debug for Atomic<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={:?}", self.name, self.latest())
    }
}
