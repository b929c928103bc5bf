//! Futures in a model.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use crate::rt::{Flag, Settings};
use crate::sync::Mutex;

#[derive(Default)]
struct Woken(Flag);

// SAFETY: all threads of a model run on one OS thread, and switch between two accesses only.
unsafe impl Send for Woken {}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.set("wake");
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.set("wake");
    }
}

/// Runs a future to its end. The thread waits while the future is pending.
#[track_caller]
pub fn block_on<F: Future>(f: F) -> F::Output {
    let mut f = pin!(f);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let mut spurious = Settings::now().spurious;
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(value) = f.as_mut().poll(&mut context) {
            return value;
        }
        match woken.0.wait(spurious, "block_on") {
            true => woken.0.clear(),
            false => spurious = false,
        }
    }
}

/// A place for the waker of the task that waits last.
#[derive(Debug, Default)]
pub struct AtomicWaker {
    waker: Mutex<Option<Waker>>,
}

impl AtomicWaker {
    /// Creates it without a waker.
    pub fn new() -> AtomicWaker {
        AtomicWaker::default()
    }

    /// Replaces the waker; if it is being taken at the moment, wakes this one.
    #[track_caller]
    pub fn register(&self, waker: Waker) {
        match self.waker.try_lock() {
            Ok(mut place) => *place = Some(waker),
            Err(_) => {
                waker.wake();
                crate::thread::yield_now();
            }
        }
    }

    /// The same.
    #[track_caller]
    pub fn register_by_ref(&self, waker: &Waker) {
        self.register(waker.clone());
    }

    /// Takes the waker and wakes its task.
    #[track_caller]
    pub fn wake(&self) {
        if let Some(waker) = self.take_waker() {
            waker.wake();
        }
    }

    /// Takes the waker.
    #[track_caller]
    pub fn take_waker(&self) -> Option<Waker> {
        self.waker.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}
