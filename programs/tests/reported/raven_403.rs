//! guntherjh/raven#403: a select over two channels takes a value of one, and with it a wakeup that another receiver of the other
//! channel needed.

use crate::{fails, holds};
use programs::{checkpoint, spawn, Arc, AtEnd, Atomic, Mutex, Parker};

const RECEIVED: &str = "a receiver gets what was sent";

struct Channel {
    full: Atomic<bool>,
    waiters: Mutex<Vec<usize>>,
}

struct World {
    channels: [Channel; 2],
    /// The receivers that are to be woken.
    blocked: [Atomic<bool>; 2],
    receivers: [Parker; 2],
}

impl World {
    fn wake_first(&self, channel: usize) {
        let mut waiters = self.channels[channel].waiters.lock();
        let first = (!waiters.is_empty()).then(|| waiters.remove(0));
        drop(waiters);
        if let Some(first) = first.filter(|&first| self.blocked[first].swap(false)) {
            self.receivers[first].unpark();
        }
    }

    fn send(&self, channel: usize) {
        self.channels[channel].full.store(true);
        self.wake_first(channel);
    }

    /// Receives one value from one of these channels.
    fn select(&self, me: usize, of: &[usize], passes_on: bool) {
        loop {
            checkpoint(me);
            if let Some(&taken) =
                of.iter().find(|&&channel| self.channels[channel].full.swap(false))
            {
                // A wakeup by another of the channels may have come to this receiver, which does not need it.
                for &other in of.iter().filter(|&&other| other != taken && passes_on) {
                    if self.channels[other].full.load() {
                        self.wake_first(other);
                    }
                }
                return;
            }
            self.blocked[me].store(true);
            of.iter().for_each(|&channel| self.channels[channel].waiters.lock().push(me));
            if of.iter().any(|&channel| self.channels[channel].full.load()) {
                self.blocked[me].store(false);
            } else {
                self.receivers[me].park();
            }
            of.iter().for_each(|&channel| {
                self.channels[channel].waiters.lock().retain(|&waiter| waiter != me)
            });
        }
    }
}

fn program(passes_on: bool) -> AtEnd {
    let channel = |n: u32| Channel {
        full: Atomic::new(("channel", n, "full"), false),
        waiters: Mutex::new(("channel", n, "waiters"), Vec::new()),
    };
    let world = Arc::new(World {
        channels: [channel(0), channel(1)],
        blocked: [0, 1].map(|n| Atomic::new(("receiver", n, "blocked"), false)),
        receivers: [0, 1].map(|n| Parker::new(("receiver", n, "parker"))),
    });
    let (selects, receives, sends) = (world.clone(), world.clone(), world.clone());
    spawn(move || selects.select(0, &[0, 1], passes_on));
    spawn(move || receives.select(1, &[1], passes_on));
    spawn(move || {
        sends.send(0);
        sends.send(1);
    });
    AtEnd::at_rest().holds(RECEIVED, move || {
        if world.receivers[1].is_parked() && world.channels[1].full.peek() {
            Err("receiver 1 is parked, and its channel is full".to_owned())
        } else {
            Ok(())
        }
    })
}

#[programs::test(searching)]
fn a_wakeup_that_is_not_needed_is_lost() {
    fails("raven 403", || program(false), RECEIVED);
}

#[programs::test(restoring)]
fn a_wakeup_that_is_passed_on_is_not() {
    holds("raven 403, mended", || program(true));
}
