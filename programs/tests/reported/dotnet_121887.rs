//! .NET runtime, pull requests 100506 and 121887: three stages between the threads that enqueue work and those that run it, and
//! two stages in their place. The report blames neither; both hold.

use crate::holds;
use programs::{checkpoint, spawn, Arc, AtEnd, Atomic, Parker};

const NOT_SCHEDULED: u32 = 0;
/// A worker is about to see whether there is more work.
const DETERMINING: u32 = 1;
const SCHEDULED: u32 = 2;

const WORKERS: usize = 2;

struct Pool {
    stage: Atomic<u32>,
    queue: Atomic<u32>,
    requests: Atomic<u32>,
    workers: [Parker; WORKERS],
}

/// Takes one of what is counted.
fn take(count: &Atomic<u32>) -> bool {
    loop {
        match count.load() {
            0 => return false,
            n if count.cas(n, n - 1) => return true,
            _ => {}
        }
    }
}

impl Pool {
    fn request(&self) {
        self.requests.add(1);
        self.workers.iter().for_each(Parker::unpark);
    }

    fn enqueue(&self, stages: u32) {
        self.queue.add(1);
        let requests = match stages {
            3 => self.stage.swap(SCHEDULED) == NOT_SCHEDULED,
            _ => self.stage.cas(NOT_SCHEDULED, SCHEDULED),
        };
        if requests {
            self.request();
        }
    }

    fn dispatch(&self, stages: u32) {
        let has_item = if stages == 3 { self.first_of_three() } else { self.first_of_two() };
        while has_item && take(&self.queue) {}
    }

    fn first_of_two(&self) -> bool {
        // From here on, a thread that enqueues requests a worker.
        self.stage.store(NOT_SCHEDULED);
        if !take(&self.queue) {
            return false;
        }
        // There may be more.
        if self.stage.cas(NOT_SCHEDULED, SCHEDULED) {
            self.request();
        }
        true
    }

    fn first_of_three(&self) -> bool {
        self.stage.store(DETERMINING);
        while !take(&self.queue) {
            if self.stage.cas(DETERMINING, NOT_SCHEDULED) {
                return false;
            }
            self.stage.store(DETERMINING);
        }
        if self.queue.load() > 0 {
            self.stage.store(SCHEDULED);
            self.request();
        } else if !self.stage.cas(DETERMINING, NOT_SCHEDULED) {
            self.request();
        }
        true
    }

    fn work(&self, me: usize, stages: u32) {
        loop {
            checkpoint(me);
            if take(&self.requests) {
                self.dispatch(stages);
            } else {
                self.workers[me].park();
            }
        }
    }
}

fn program(stages: u32) -> AtEnd {
    let pool = Arc::new(Pool {
        stage: Atomic::new("stage", NOT_SCHEDULED),
        queue: Atomic::new("queue", 0),
        requests: Atomic::new("requests", 0),
        workers: [0, 1].map(|n| Parker::new(("worker", n, "parker"))),
    });
    for me in 0..WORKERS {
        let pool = pool.clone();
        spawn(move || pool.work(me, stages));
    }
    for _ in 0..2 {
        let pool = pool.clone();
        spawn(move || pool.enqueue(stages));
    }
    AtEnd::at_rest().holds("an item that is enqueued is run", move || match pool.queue.peek() {
        0 => Ok(()),
        left => Err(format!("{left} in the queue, at stage {}", pool.stage.peek())),
    })
}

#[programs::test(restoring)]
fn three_stages_lose_no_item() {
    holds("dotnet 121887, three stages", || program(3));
}

#[programs::test(restoring)]
fn two_stages_lose_no_item() {
    holds("dotnet 121887, two stages", || program(2));
}
