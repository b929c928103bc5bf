//! lalinsky/zio, pull request 342: a wait that is begun again after a spurious wake misses the signal that came meanwhile.

use crate::{fails, holds};
use programs::{checkpoint, spawn, Arc, AtEnd, Atomic, Parker};

const READY: u32 = 0;
const PREPARES: u32 = 1;
const WAITS: u32 = 2;

const RECEIVED: &str = "the signal is received";

struct Wait {
    signalled: Atomic<bool>,
    task: Atomic<u32>,
    parker: Parker,
}

impl Wait {
    fn wait(&self, looks_again: bool) {
        loop {
            checkpoint(());
            if self.signalled.load() {
                return;
            }
            self.task.store(PREPARES);
            // The signal may have come since the look above: then its thread found nothing to wake.
            if looks_again && self.signalled.load() {
                return self.task.store(READY);
            }
            if self.task.cas(PREPARES, WAITS) {
                self.parker.park();
            }
        }
    }

    fn signal(&self) {
        self.signalled.store(true);
        loop {
            checkpoint(());
            match self.task.load() {
                READY => return,
                PREPARES if self.task.cas(PREPARES, READY) => return,
                WAITS if self.task.cas(WAITS, READY) => return self.parker.unpark(),
                _ => {}
            }
        }
    }
}

fn program(looks_again: bool) -> AtEnd {
    let wait = Arc::new(Wait {
        signalled: Atomic::new("signalled", false),
        task: Atomic::new("task", READY),
        parker: Parker::new("task's parker"),
    });
    let (waits, signals) = (wait.clone(), wait.clone());
    spawn(move || waits.wait(looks_again));
    spawn(move || signals.signal());
    AtEnd::at_rest().holds(RECEIVED, move || {
        if wait.parker.is_parked() {
            Err("the task is parked for good".to_owned())
        } else {
            Ok(())
        }
    })
}

#[programs::test(searching)]
fn a_signal_beside_the_preparation_is_lost() {
    fails("zio 342", || program(false), RECEIVED);
}

#[programs::test(searching)]
fn a_second_look_receives_it() {
    holds("zio 342, mended", || program(true));
}
