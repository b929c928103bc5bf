//! zephyr, pull request 111656: all waiters are unpended while a timeout of one of them is in flight.

use crate::{fails, holds};
use programs::{spawn, Arc, AtEnd, Mutex};

const ONCE: &str = "a thread that was unpended becomes ready once";

#[derive(Hash, Debug)]
struct Kernel {
    pended: bool,
    ready: u32,
    /// The timeout has not fired.
    armed: bool,
    /// The timeout's handler has begun, and has not taken the lock yet.
    in_flight: bool,
    /// The handler must do nothing.
    superseded: bool,
}

fn tick(kernel: &Mutex<Kernel>) {
    {
        let mut kernel = kernel.lock();
        if !std::mem::take(&mut kernel.armed) {
            return;
        }
        kernel.in_flight = true;
    }
    let mut kernel = kernel.lock();
    if !kernel.superseded && std::mem::take(&mut kernel.pended) {
        kernel.ready += 1;
    }
}

fn unpend_all(kernel: &Mutex<Kernel>, readies_always: bool) {
    let mut kernel = kernel.lock();
    if !std::mem::take(&mut kernel.pended) {
        return;
    }
    let armed = std::mem::take(&mut kernel.armed);
    kernel.superseded = kernel.in_flight;
    // The handler in flight is taken for the one that makes the thread ready, and has orders to do nothing.
    if armed || readies_always {
        kernel.ready += 1;
    }
}

fn program(readies_always: bool) -> AtEnd {
    let before =
        Kernel { pended: true, ready: 0, armed: true, in_flight: false, superseded: false };
    let kernel = Arc::new(Mutex::new("kernel", before));
    let (ticks, gives) = (kernel.clone(), kernel.clone());
    spawn(move || tick(&ticks));
    spawn(move || unpend_all(&gives, readies_always));
    AtEnd::finished().holds(ONCE, move || match kernel.peek() {
        Some(kernel) if kernel.ready == 1 => Ok(()),
        kernel => Err(format!("{:?}", kernel.as_deref())),
    })
}

#[programs::test(exploring)]
fn beside_a_timeout_in_flight_it_never_does() {
    fails("zephyr 111656", || program(false), ONCE);
}

#[programs::test(searching)]
fn if_it_is_readied_always_it_does() {
    holds("zephyr 111656, mended", || program(true));
}
