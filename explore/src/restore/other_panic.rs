//! Panics on other OS threads, which change what each thread leaves in its memory.
//!
//! While no thread of the process panics, `std` does not check at each of its locks whether the current
//! thread does. The check takes another path through the lock, and leaves the number of panicking threads
//! in a register, and then in padding. So one OS thread panics while any search is audited
//! ([`SharedPanic`]), and one more when a difference has been found ([`OtherPanic`]).

use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Another OS thread panics as long as this value exists.
pub(super) struct OtherPanic {
    over: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Dropped while its thread unwinds: signals that the unwinding has begun, and prolongs it until the other
/// end hangs up.
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

impl OtherPanic {
    pub(super) fn begin() -> OtherPanic {
        let (over, until) = channel();
        let (begins, began) = channel();
        let thread = thread::spawn(move || {
            let _ = catch_unwind(AssertUnwindSafe(|| {
                let _unwinds = Unwinds { begins, until };
                resume_unwind(Box::new(()))
            }));
        });
        let _ = began.recv();
        OtherPanic { over: Some(over), thread: Some(thread) }
    }
}

impl Drop for OtherPanic {
    fn drop(&mut self) {
        self.over = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// The number of audited searches, and the panic that they share.
static SHARED: Mutex<(usize, Option<OtherPanic>)> = Mutex::new((0, None));

fn shared() -> MutexGuard<'static, (usize, Option<OtherPanic>)> {
    SHARED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the shared panic going: there is one, however many of these exist.
pub(super) struct SharedPanic;

impl SharedPanic {
    pub(super) fn begin() -> SharedPanic {
        let mut shared = shared();
        shared.0 += 1;
        shared.1.get_or_insert_with(OtherPanic::begin);
        SharedPanic
    }
}

impl Drop for SharedPanic {
    fn drop(&mut self) {
        let mut shared = shared();
        shared.0 -= 1;
        if shared.0 == 0 {
            shared.1 = None;
        }
    }
}
