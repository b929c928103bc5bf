//! A flag for which threads wait.

use std::cell::Cell;

use explore::operation::Kind;

use super::object::Object;
use super::operation::Op;

/// A flag for which a thread can wait.
#[derive(Debug, Default)]
pub(crate) struct Flag(Cell<bool>);

// SAFETY: all threads of an execution run on one OS thread, and switch between two accesses only.
unsafe impl Sync for Flag {}

impl Flag {
    fn object(&self) -> Object {
        Object::of(&self.0)
    }

    /// Whether it is set, as part of a step.
    pub(crate) fn peek(&self) -> bool {
        self.object().read();
        self.0.get()
    }

    /// Sets it, as an operation.
    #[track_caller]
    pub(crate) fn set(&self, what: &'static str) {
        let op = Op::begin(self.object(), Kind::Wake, true, what);
        self.set_now();
        op.did(String::new);
    }

    /// Sets it, as part of a step.
    pub(crate) fn set_now(&self) {
        if !self.0.replace(true) {
            self.object().write();
            self.object().enable(Kind::Wait, true);
        }
    }

    /// Clears it, as part of a step.
    pub(crate) fn clear(&self) {
        if self.0.replace(false) {
            self.object().write();
            self.object().enable(Kind::Wait, false);
        }
    }

    /// Waits until it is set; with `anyway`, perhaps for a shorter time. Returns whether it was set.
    #[track_caller]
    pub(crate) fn wait(&self, anyway: bool, what: &'static str) -> bool {
        let op = Op::begin(self.object(), Kind::Wait, anyway || self.0.get(), what);
        let is_set = self.0.get();
        op.did(|| if is_set { String::new() } else { "without a notification".to_owned() });
        is_set
    }
}
