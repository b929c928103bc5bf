//! A value that threads change, and on which threads wait until it fulfils a condition: for what the environment does.

use std::fmt;
use std::hash::Hash;

use ::explore::fingerprint::Fingerprints;

use crate::current;
use crate::op::Op;
use crate::wait_queue::{WaitQueue, Wake};
use crate::Name;

/// A value with one condition, for which any number of threads can wait. Each change is one operation.
///
/// The value must not contain the name of a thread: a search that exchanges threads would not see it.
pub struct Condition<T> {
    queue: WaitQueue<T>,
    holds: fn(&T) -> bool,
}

impl<T: Hash> Condition<T> {
    /// The value at first, and the condition: threads wait while it does not hold.
    pub fn new(name: impl Into<Name>, value: T, holds: fn(&T) -> bool) -> Self {
        let view = |value: &T| (Fingerprints::of(value).first(), &[][..]);
        Condition { queue: WaitQueue::new(name.into(), value, view), holds }
    }

    /// Its name.
    pub fn name(&self) -> Name {
        self.queue.name()
    }

    /// Changes the value, and wakes the threads that wait if the condition holds now. `kind` is what a record calls it.
    #[track_caller]
    pub fn change<R: Default + fmt::Debug>(
        &self,
        kind: &'static str,
        change: impl FnOnce(&mut T) -> R,
    ) -> R {
        let Some(op) = Op::begin() else { return R::default() };
        let result = self.queue.change(&op, |value, _| {
            let result = change(value);
            (result, if (self.holds)(value) { Wake::All } else { Wake::None })
        });
        op.end(self.name(), kind, || format!("{result:?}"));
        result
    }

    /// Waits until the condition holds. It may have ceased to hold when the thread's next operation begins.
    #[track_caller]
    pub fn wait(&self) {
        let Some(op) = Op::begin() else { return };
        self.queue.sleep(
            &op,
            |value, _| (self.holds)(value).then_some(()),
            || op.record(self.name(), "wait", || "asleep".to_owned()),
        );
        op.end(self.name(), "wait", || "goes on".to_owned());
    }

    /// Calls `look` with the value. Not an operation.
    #[track_caller]
    pub fn peek<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        current::peeks(self.name());
        self.queue.peek(look)
    }
}

impl<T> fmt::Debug for Condition<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.queue.name())
    }
}
