//! Parking: a thread waits for a token.

use std::fmt;
use std::sync::Arc;
use std::task::Wake as TaskWake;
use std::time::Duration;

use crate::current::{self, changed};
use crate::op::Op;
use crate::spurious::Spurious;
use crate::wait_queue::{Patience, WaitQueue, Wake};
use crate::Name;

/// `park` and `unpark`, as those of `std::thread`, by an object of their own.
///
/// It has room for one token. [`Parker::park`] takes the token, and waits for it if there is none. [`Parker::unpark`]
/// leaves it, unless it is there already. One thread parks; any may unpark it.
///
/// With [`Plan::spurious`](crate::driver::Plan::spurious), the first wait may end without a token, at any moment.
///
/// An `Arc<Parker>` is a waker's target: `Waker::from(parker)` unparks it.
pub struct Parker {
    /// Whether there is a token.
    queue: WaitQueue<bool>,
    spurious: Spurious,
}

impl Parker {
    /// Creates a parker without a token.
    pub fn new(name: impl Into<Name>) -> Parker {
        let name = name.into();
        let queue = WaitQueue::new(name, false, |token| (u128::from(*token), &[]));
        Parker { queue, spurious: Spurious::new(name) }
    }

    /// Its name.
    pub fn name(&self) -> Name {
        self.queue.name()
    }

    /// Waits for the token, and takes it.
    #[track_caller]
    pub fn park(&self) {
        self.wait(self.spurious.patience(), "park");
    }

    /// Waits for the token at most for this time. Returns whether it has taken the token.
    ///
    /// Only std has time. An engine that explores tries both: the token comes in time, and it does not. So the
    /// wait may end at any moment, whatever the time is.
    #[track_caller]
    pub fn park_timeout(&self, time: Duration) -> bool {
        self.wait(Patience::Limited(time), "park_timeout")
    }

    #[track_caller]
    fn wait(&self, patience: Patience, kind: &'static str) -> bool {
        let Some(op) = Op::begin() else { return true };
        let taken = self.queue.wait_until(
            &op,
            patience,
            |token| *token,
            |token, _| *token = false,
            || {
                changed();
                op.record(self.name(), kind, || "asleep".to_owned());
            },
        );
        op.end(self.name(), kind, || if taken { "unparked" } else { "without a token" }.to_owned());
        taken
    }

    /// Leaves a token, which the thread that is parked, or parks next, takes.
    #[track_caller]
    pub fn unpark(&self) {
        let Some(op) = Op::begin() else { return };
        self.queue.change(&op, |token, _| {
            *token = true;
            ((), Wake::First)
        });
        op.end(self.name(), "unpark", String::new);
    }

    /// Whether a thread is parked for which there is no token. For checks; not an operation. A thread in
    /// [`Parker::park_timeout`] does not count: its wait ends.
    #[track_caller]
    pub fn is_parked(&self) -> bool {
        current::peeks(self.name());
        self.queue.sleeper().is_some()
    }
}

impl TaskWake for Parker {
    fn wake(self: Arc<Self>) {
        self.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.unpark();
    }
}

impl fmt::Debug for Parker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())
    }
}
