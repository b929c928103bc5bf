//! Futures: a thread that runs one, and a place for a waker.

use std::fmt;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use ::explore::fingerprint::Fingerprints;

use crate::engine::tracking;
use crate::{Mutex, Name, Parker};

/// Runs a future to its end. The thread parks while the future is pending; `name` is what its parker is called.
#[track_caller]
pub fn block_on<F: Future>(name: impl Into<Name>, future: F) -> F::Output {
    let mut future = pin!(future);
    let parker = Arc::new(Parker::new(name));
    let waker = Waker::from(parker.clone());
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        parker.park();
    }
}

/// A place for the waker of the task that waits last. Each of its methods takes a lock.
pub struct WakerSlot {
    slot: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    waker: Option<Waker>,
    /// What the thread knew that put the waker there: a waker has no value that could be hashed.
    by: Fingerprints,
}

impl Hash for Slot {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.waker.as_ref().map(|_| self.by.first()).hash(state);
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.waker.is_some() { "a waker" } else { "no waker" })
    }
}

impl WakerSlot {
    /// Creates it without a waker.
    pub fn new(name: impl Into<Name>) -> WakerSlot {
        WakerSlot { slot: Mutex::new(name, Slot::default()) }
    }

    /// Puts a waker there, in place of the one before. A task does so *before* it looks whether it must wait: what
    /// happens after the look wakes it then.
    #[track_caller]
    pub fn register(&self, waker: &Waker) {
        let mut slot = self.slot.lock();
        let before = slot.waker.replace(waker.clone());
        slot.by = tracking::knowledge();
        drop(slot);
        // Its destructor may be the task's.
        drop(before);
    }

    /// Takes the waker, and wakes its task. Returns whether there was one.
    #[track_caller]
    pub fn wake(&self) -> bool {
        match self.take() {
            Some(waker) => {
                waker.wake();
                true
            }
            None => false,
        }
    }

    /// Takes the waker.
    #[track_caller]
    pub fn take(&self) -> Option<Waker> {
        self.slot.lock().waker.take()
    }
}

impl fmt::Debug for WakerSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.slot.fmt(f)
    }
}
