//! A value with atomic operations.

use std::cell::Cell;
use std::fmt::Debug;

use crate::rt::{is_still, Kind, Object, Op, Settings};

/// A value with atomic operations.
pub(super) struct Atomic<T>(Cell<T>);

// SAFETY: all threads of a model run on one OS thread, and switch between two accesses only.
unsafe impl<T> Send for Atomic<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Atomic<T> {}
impl<T> std::panic::RefUnwindSafe for Atomic<T> {}

impl<T: Copy + PartialEq + Debug> Atomic<T> {
    pub(super) fn new(value: T) -> Self {
        Atomic(Cell::new(value))
    }

    fn object(&self) -> Object {
        Object::of(&self.0)
    }

    /// Begins an operation. Announced plain accesses race with it.
    #[track_caller]
    fn begin(&self, kind: Kind, what: &'static str) -> Op {
        if Settings::now().races && !is_still() {
            crate::cell::fail_if_races(self.object(), kind, "an atomic operation");
        }
        Op::begin(self.object(), kind, true, what)
    }

    /// The value, as part of a step.
    pub(super) fn peek(&self) -> T {
        self.object().read();
        self.0.get()
    }

    fn set(&self, value: T) {
        if self.0.replace(value) != value {
            self.object().write();
        }
    }

    /// The value without synchronization: a plain read, which races with writes.
    #[track_caller]
    pub(super) fn unsync_load(&self) -> T {
        if Settings::now().races && !is_still() {
            crate::cell::fail_if_races(self.object(), Kind::PlainRead, "unsync_load");
            let op = Op::begin(self.object(), Kind::PlainRead, true, "unsync_load");
            op.did(|| format!("{:?}", self.0.get()));
        }
        self.peek()
    }

    #[track_caller]
    pub(super) fn load(&self) -> T {
        let op = self.begin(Kind::Read, "load");
        let value = self.peek();
        op.did(|| format!("{value:?}"));
        value
    }

    #[track_caller]
    pub(super) fn store(&self, value: T) {
        let op = self.begin(Kind::Write, "store");
        op.did(|| format!("{:?} → {value:?}", self.0.get()));
        self.set(value);
    }

    /// Replaces the value. Returns the previous one.
    #[track_caller]
    pub(super) fn update(&self, what: &'static str, new: impl FnOnce(T) -> T) -> T {
        let op = self.begin(Kind::Update, what);
        let old = self.peek();
        self.set(new(old));
        op.did(|| format!("{old:?} → {:?}", self.0.get()));
        old
    }

    #[track_caller]
    pub(super) fn compare_exchange(&self, current: T, new: T) -> Result<T, T> {
        let op = self.begin(Kind::Update, "compare_exchange");
        let old = self.peek();
        if old != current {
            op.did(|| format!("{old:?}, not {current:?}"));
            return Err(old);
        }
        self.set(new);
        op.did(|| format!("{old:?} → {new:?}"));
        Ok(old)
    }

    #[track_caller]
    pub(super) fn fetch_update(&self, mut new: impl FnMut(T) -> Option<T>) -> Result<T, T> {
        let mut old = self.load();
        while let Some(new) = new(old) {
            match self.compare_exchange(old, new) {
                Ok(_) => return Ok(old),
                Err(now) => old = now,
            }
        }
        Err(old)
    }

    /// Changes the value through the only reference.
    #[track_caller]
    pub(super) fn with_mut<R>(&mut self, f: impl FnOnce(&mut T) -> R) -> R {
        if Settings::now().races && !is_still() {
            crate::cell::fail_if_races(self.object(), Kind::PlainWrite, "with_mut");
        }
        let result = f(self.0.get_mut());
        self.object().write();
        result
    }
}
