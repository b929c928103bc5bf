//! tokio-rs/tokio#8212: a hook that runs before the thread parks wakes the thread's own future, so there is always work, and
//! the driver of the timers is never polled.

use crate::{fails, holds};
use programs::{checkpoint, spawn, Arc, AtEnd, Atomic};

struct Runtime {
    woken: Atomic<bool>,
    /// The timer for which the future waits.
    fired: Atomic<bool>,
}

impl Runtime {
    fn block_on(&self, polls_anyway: bool) {
        while !self.fired.load() {
            checkpoint(());
            // The hook.
            self.woken.store(true);
            let has_work = self.woken.swap(false);
            if !has_work || polls_anyway {
                self.fired.store(true);
            }
        }
    }
}

fn program(polls_anyway: bool) -> AtEnd {
    let runtime = Arc::new(Runtime {
        woken: Atomic::new("woken", false),
        fired: Atomic::new("fired", false),
    });
    let (blocks, wakes) = (runtime.clone(), runtime);
    spawn(move || wakes.woken.store(true));
    spawn(move || blocks.block_on(polls_anyway));
    AtEnd::finished()
}

#[programs::test(searching)]
fn the_thread_goes_round_for_ever() {
    let found = fails("tokio 8212", || program(false), "no loop is endless");
    assert!(found.message.contains("tokio_8212.rs:"), "{found:?}");
}

#[programs::test(searching)]
fn if_the_driver_is_polled_anyway_it_ends() {
    holds("tokio 8212, mended", || program(true));
}
