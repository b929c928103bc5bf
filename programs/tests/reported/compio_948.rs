//! compio-rs/compio#948: two wakes of one task from other threads; the second is skipped while the first is half done.

use crate::{fails, holds};
use programs::{checkpoint, spawn, Arc, AtEnd, Atomic, Parker};

/// The task is to be polled: set by a waker, cleared before the poll.
const SCHEDULED: u32 = 1;
/// A waker is about to queue the task.
const SCHEDULING: u32 = 2;

const POLLED: &str = "the task is polled for each message";

struct Task {
    state: Atomic<u32>,
    queued: Atomic<u32>,
    mailbox: Atomic<u32>,
    executor: Parker,
}

impl Task {
    /// Queues the task, unless its state has one of these bits.
    fn wake(&self, unless: u32) {
        self.mailbox.add(1);
        if self.state.fetch_or(SCHEDULED | SCHEDULING) & unless == 0 {
            self.queued.add(1);
            self.executor.unpark();
        }
        self.state.and(!SCHEDULING);
    }

    fn execute(&self, messages: u32) {
        let mut received = 0;
        while received < messages {
            checkpoint(received);
            if self.queued.load() == 0 {
                self.executor.park();
                continue;
            }
            self.queued.fetch_sub(1);
            self.state.and(!SCHEDULED);
            received += self.mailbox.swap(0);
        }
    }
}

fn program(unless: u32) -> AtEnd {
    let task = Arc::new(Task {
        state: Atomic::new("state", 0),
        queued: Atomic::new("queued", 0),
        mailbox: Atomic::new("mailbox", 0),
        executor: Parker::new("executor"),
    });
    let executes = task.clone();
    spawn(move || executes.execute(2));
    for _ in 0..2 {
        let wakes = task.clone();
        spawn(move || wakes.wake(unless));
    }
    AtEnd::at_rest().holds(POLLED, move || match task.mailbox.peek() {
        0 => Ok(()),
        left => Err(format!("{left} in the mailbox, and {} in the queue", task.queued.peek())),
    })
}

#[programs::test(searching)]
fn a_wake_beside_another_is_lost() {
    // The task has been polled since the first waker queued it, but that waker has not cleared its bit yet.
    fails("compio 948", || program(SCHEDULED | SCHEDULING), POLLED);
}

#[programs::test(searching)]
fn a_wake_that_asks_for_one_bit_is_not() {
    holds("compio 948, mended", || program(SCHEDULED));
}
