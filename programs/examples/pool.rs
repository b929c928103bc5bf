//! A pool whose worker may miss a job.

use std::process::ExitCode;

use programs::{spawn, Arc, AtEnd, Condvar, Mutex, Program};

/// Jobs, and how many have been done.
#[derive(Hash, Debug, Default)]
struct Jobs {
    waiting: u32,
    done: u32,
}

struct Pool {
    jobs: Mutex<Jobs>,
    added: Condvar,
}

impl Pool {
    fn submit(&self) {
        self.jobs.lock().waiting += 1;
        self.added.notify_one();
    }

    fn work(&self) {
        loop {
            let has_job = self.jobs.lock().waiting > 0;
            let mut jobs = self.jobs.lock();
            if has_job {
                jobs.waiting -= 1;
                jobs.done += 1;
            } else {
                // A job may have come after the look above: its notification found no thread that waits.
                drop(self.added.wait(jobs));
            }
        }
    }
}

/// Makes the pool, and submits a job.
pub fn pool() -> AtEnd {
    let pool =
        Arc::new(Pool { jobs: Mutex::new("jobs", Jobs::default()), added: Condvar::new("added") });
    let worker = pool.clone();
    spawn(move || worker.work());
    pool.submit();
    AtEnd::at_rest().holds("each job is done", move || match pool.jobs.peek() {
        Some(jobs) if jobs.waiting == 0 => Ok(()),
        jobs => Err(format!("{:?}", jobs.as_deref())),
    })
}

fn main() -> ExitCode {
    programs::main(&[Program::new("pool", pool)])
}
