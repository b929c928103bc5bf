//! ocaml-multicore/eio, pull request 324: a broadcast that does not take the condition's own lock misses a thread that is on
//! its way into the queue.

use crate::{fails, holds};
use programs::{spawn, Arc, AtEnd, Atomic, Mutex, Parker};

const WOKEN: &str = "no thread waits for what has happened";

struct Condition {
    /// The lock of the program that waits: whether it has happened.
    happened: Mutex<bool>,
    inner: Mutex<()>,
    queued: Atomic<bool>,
    waiter: Parker,
}

impl Condition {
    fn wait(&self) {
        let happened = self.happened.lock();
        if *happened {
            return;
        }
        let inner = self.inner.lock();
        // Released before this thread is in the queue; the inner lock is to cover the gap.
        drop(happened);
        self.queued.store(true);
        drop(inner);
        self.waiter.park();
    }

    fn broadcast(&self, takes_inner: bool) {
        *self.happened.lock() = true;
        let _inner = takes_inner.then(|| self.inner.lock());
        if self.queued.swap(false) {
            self.waiter.unpark();
        }
    }
}

fn program(takes_inner: bool) -> AtEnd {
    let condition = Arc::new(Condition {
        happened: Mutex::new("happened", false),
        inner: Mutex::new("inner", ()),
        queued: Atomic::new("queued", false),
        waiter: Parker::new("waiter"),
    });
    let (waits, tells) = (condition.clone(), condition.clone());
    spawn(move || waits.wait());
    spawn(move || tells.broadcast(takes_inner));
    AtEnd::at_rest().holds(WOKEN, move || {
        if condition.waiter.is_parked() {
            Err("the waiter is parked for good".to_owned())
        } else {
            Ok(())
        }
    })
}

#[programs::test(exploring)]
fn a_broadcast_without_the_lock_misses_the_waiter() {
    fails("eio 324", || program(false), WOKEN);
}

#[programs::test(searching)]
fn a_broadcast_with_the_lock_does_not() {
    holds("eio 324, mended", || program(true));
}

/// The data under a lock is in the story.
#[programs::test(searching)]
fn the_story_has_what_was_under_the_lock() {
    let found = fails("eio 324", || program(false), WOKEN);
    let has = |action: &str, value: &str| {
        let of =
            |step: &&programs::report::Step| step.object == "happened" && step.action == action;
        found.story.iter().filter(of).any(|step| step.value == value)
    };
    assert!(has("lock", "false") && has("unlock", "true"), "{found:?}");
}
