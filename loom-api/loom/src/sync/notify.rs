//! The real loom's own primitive for libraries.

use std::cell::Cell;

use crate::rt::{Flag, Settings};

/// One thread waits, others notify it; a notification is kept until the next wait.
#[derive(Debug)]
pub struct Notify {
    flag: Flag,
    /// A wait has ended spuriously.
    spurious: Cell<bool>,
}

// SAFETY: all threads of a model run on one OS thread, and switch between two accesses only.
unsafe impl Send for Notify {}
// SAFETY: as above.
unsafe impl Sync for Notify {}

impl Notify {
    /// Creates it, without a notification.
    pub fn new() -> Notify {
        Notify { flag: Flag::default(), spurious: Cell::new(false) }
    }

    /// Notifies the thread that waits now or next.
    #[track_caller]
    pub fn notify(&self) {
        self.flag.set("Notify::notify");
    }

    /// Waits for a notification.
    #[track_caller]
    pub fn wait(&self) {
        let spurious = Settings::now().spurious && !self.spurious.get();
        match self.flag.wait(spurious, "Notify::wait") {
            true => self.flag.clear(),
            false => self.spurious.set(true),
        }
    }
}

impl Default for Notify {
    fn default() -> Self {
        Self::new()
    }
}
