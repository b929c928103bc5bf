//! A panic on another OS thread, for as long as something runs.

use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::thread;

/// Dropped while its thread unwinds: which begins, and lasts until nobody can send any more.
struct Unwinds {
    begins: Sender<()>,
    until: Receiver<()>,
}

impl Drop for Unwinds {
    fn drop(&mut self) {
        let _ = self.begins.send(());
        let _ = self.until.recv();
    }
}

/// `f` runs while another OS thread panics.
///
/// As long as none in the process does, `std` need not look whether the current one does, at each lock of its own.
/// That leaves other things on the stack, so in an audited search it is always the same: one does.
pub(super) fn while_another_thread_panics<R>(f: impl FnOnce() -> R) -> R {
    let (over, until) = channel();
    let (begins, began) = channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            let _ = catch_unwind(AssertUnwindSafe(|| {
                let _unwinds = Unwinds { begins, until };
                resume_unwind(Box::new(()))
            }));
        });
        let _ = began.recv();
        let result = f();
        drop(over);
        result
    })
}
