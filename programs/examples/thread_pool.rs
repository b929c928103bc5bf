//! A thread pool whose workers are in an idle set while they have nothing to do, and the same without a worker's second look.
//!
//! `cargo run -p programs --features explore --example thread_pool`

use std::process::ExitCode;

use programs::{spawn, Arc, AtEnd, Atomic, Mutex, Parker, Program};

const WORKERS: usize = 2;

/// The pool. A job is a number.
struct Pool {
    queue: Mutex<Vec<u32>>,
    /// The workers that are parked, or about to be. They are woken in the order of their numbers.
    idle: Mutex<Vec<usize>>,
    workers: [Parker; WORKERS],
    done: Atomic<u32>,
}

impl Pool {
    fn submit(&self, job: u32) {
        self.queue.lock().push(job);
        // Published before the look at the idle set: a worker that is not in it yet looks at the queue again.
        let worker = self.idle.lock().pop();
        if let Some(worker) = worker {
            self.workers[worker].unpark();
        }
    }

    fn take(&self) -> Option<u32> {
        self.queue.lock().pop()
    }

    fn work(&self, me: usize, looks_again: bool) {
        loop {
            while let Some(job) = self.take() {
                self.done.add(job);
            }
            self.idle.lock().push(me);
            // A job may have been submitted after the look above, by a thread that saw no idle worker.
            let job = if looks_again { self.take() } else { None };
            match job {
                Some(job) => {
                    self.idle.lock().retain(|&worker| worker != me);
                    self.done.add(job);
                }
                None => self.workers[me].park(),
            }
        }
    }
}

fn program(looks_again: bool) -> AtEnd {
    let pool = Arc::new(Pool {
        queue: Mutex::new("queue", Vec::new()),
        idle: Mutex::new("idle", Vec::new()),
        workers: [0, 1].map(|n| Parker::new(("worker", n, "parker"))),
        done: Atomic::new("done", 0),
    });
    for me in 0..WORKERS {
        let pool = pool.clone();
        spawn(move || pool.work(me, looks_again));
    }
    pool.submit(1);
    // The workers park at the end: that is how a pool is at rest.
    AtEnd::at_rest().holds("each job is done", move || match pool.done.peek() {
        1 => Ok(()),
        done => Err(format!("jobs done: {done}; in the queue: {:?}", pool.queue.peek().as_deref())),
    })
}

/// The pool, and the one with the mistake.
pub const PROGRAMS: [Program; 2] = [
    Program::new("pool", || program(true)),
    Program::new("pool without a second look", || program(false)),
];

fn main() -> ExitCode {
    programs::main(&PROGRAMS)
}
