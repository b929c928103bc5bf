//! Spurious wakeups: waits that end without a reason.

use std::time::Duration;

use crate::wait_queue::Patience;
use crate::{choose, current, Atomic, Name};

/// An object's spurious wakeup: at most one in an execution, so that the executions come to an end.
pub(crate) struct Spurious {
    has_been: Atomic<bool>,
}

impl Spurious {
    pub(crate) fn new(object: Name) -> Spurious {
        Spurious { has_been: Atomic::new(object, false) }
    }

    /// The patience of a wait that may be spurious if the plan allows that. Whether this one is spurious is a choice. It
    /// is made before the wait, as otherwise each wait would end, and no lost wakeup would show.
    #[track_caller]
    pub(crate) fn patience(&self) -> Patience {
        let allowed = current::with(|execution| execution.is_some_and(|e| e.plan().spurious));
        if !allowed || !current::in_program() || self.has_been.load() || choose(2) == 0 {
            return Patience::Endless;
        }
        self.has_been.store(true);
        Patience::Limited(Duration::ZERO)
    }
}
