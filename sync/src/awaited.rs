//! A word that threads wait for: what Go's `osyield` loops are here.

use std::fmt;

use crate::current;
use crate::op::Op;
use crate::wait_queue::{WaitQueue, Wake};
use crate::{Name, Word};

/// A word that threads compare and swap, and for which they can wait until it has *settled*.
///
/// Some of its values last only for a moment: the thread that has set one sets another soon, without waiting for the
/// thread that wants to go on. Go reads such a word in a loop, with `osyield`. Here a thread that waits does not move
/// until the value has settled, so that nothing spins. The reads of such a loop that do not end it are left out: they
/// change nothing, and the thread learns nothing from them.
pub struct Awaited<T: Word> {
    queue: WaitQueue<T>,
    settled: fn(T) -> bool,
}

impl<T: Word> Awaited<T> {
    /// A word that holds `value`. `settled` says of which values no thread need wait for the end.
    pub fn new(name: impl Into<Name>, value: T, settled: fn(T) -> bool) -> Self {
        Awaited {
            queue: WaitQueue::new(name.into(), value, |value| (value.to_bits().into(), &[])),
            settled,
        }
    }

    /// Its name.
    pub fn name(&self) -> Name {
        self.queue.name()
    }

    /// Go: `atomic.Load`.
    #[track_caller]
    pub fn load(&self) -> T {
        let Some(op) = Op::begin() else { return self.latest() };
        let value = self.queue.change(&op, |value, _| (*value, Wake::None));
        op.end_unchanged(self.name(), "load", || format!("{value:?}"));
        value
    }

    /// Waits until the value is one that `ready` accepts, and returns it. `ready` must accept all values that have
    /// settled: the thread is not woken for the others.
    ///
    /// Go: `atomic.Load` in a loop with `osyield`.
    #[track_caller]
    pub fn load_when(&self, ready: impl Fn(T) -> bool) -> T {
        let Some(op) = Op::begin() else { return self.latest() };
        let value = self.queue.sleep(
            &op,
            |value, _| (ready(*value) || (self.settled)(*value)).then_some(*value),
            || op.record(self.name(), "load", || "waits".to_owned()),
        );
        op.end(self.name(), "load", || format!("{value:?}"));
        value
    }

    /// Go: `atomic.Cas`. Returns whether the value was `old`, and is now `new`.
    #[track_caller]
    pub fn cas(&self, old: T, new: T) -> bool {
        let Some(op) = Op::begin() else { return false };
        let was = self.queue.change(&op, |value, _| {
            let was = *value;
            if was != old {
                return (was, Wake::None);
            }
            *value = new;
            (was, if (self.settled)(new) { Wake::All } else { Wake::None })
        });
        op.end(self.name(), "cas", || {
            if was == old {
                format!("{was:?} -> {new:?}")
            } else {
                format!("{was:?}")
            }
        });
        was == old
    }

    /// Go: `atomic.Store`.
    #[track_caller]
    pub fn store(&self, new: T) {
        let Some(op) = Op::begin() else { return };
        self.queue.change(&op, |value, _| {
            *value = new;
            ((), if (self.settled)(new) { Wake::All } else { Wake::None })
        });
        op.end(self.name(), "store", || format!("{new:?}"));
    }

    /// The value. For checks; not an operation.
    #[track_caller]
    pub fn peek(&self) -> T {
        current::peeks(self.name());
        self.latest()
    }

    fn latest(&self) -> T {
        self.queue.peek(|value| *value)
    }
}

impl<T: Word> fmt::Debug for Awaited<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={:?}", self.name(), self.latest())
    }
}
