//! Panics on other OS threads, which leave something behind in every thread.
//!
//! As long as no thread of the process panics, `std` need not look whether the current one does, at each lock of
//! its own: another way through it. And how many do is left in a register, and then in padding. So while any
//! search is audited there is one ([`SharedPanic`]), and when something differs there is one more ([`OtherPanic`]).

use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// Another OS thread panics, for as long as this is there.
pub(super) struct OtherPanic {
    over: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

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

/// So many searches are audited, and the panic that all of them have in common.
static SHARED: Mutex<(usize, Option<OtherPanic>)> = Mutex::new((0, None));

fn shared() -> MutexGuard<'static, (usize, Option<OtherPanic>)> {
    SHARED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One panic, however many of these there are.
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
