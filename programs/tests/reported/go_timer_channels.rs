//! Go's timers with channels, of 1.23: golang/go#69312 (in 1.23.0, `Stop` reports that the timer has fired, and nothing is ever
//! received), and golang/go#69880 (its mend, in 1.23.2, counts senders, and a ticker has more of them than the counter has room for).

use crate::{fails, holds};
use programs::{spawn, Arc, AtEnd, Atomic, Ghost, Mutex};

const STOPPED: &str = "`Stop` returns true unless a value was sent";
const COUNTED: &str = "panic";

#[derive(Hash, Debug)]
struct When {
    /// When it fires; 0 if it is stopped.
    when: u32,
    /// How often it was changed: a sender that began before a change sends nothing.
    changes: u32,
}

struct Timer {
    lock: Mutex<When>,
    send: Mutex<()>,
    sending: Atomic<u32>,
    channel: Atomic<bool>,
    stop_returned: Ghost<bool>,
}

impl Timer {
    fn fire(&self, counts: bool) {
        let changes = {
            let mut timer = self.lock.lock();
            if std::mem::take(&mut timer.when) == 0 {
                return;
            }
            if counts {
                self.sending.add(1);
            }
            timer.changes
        };
        let _send = self.send.lock();
        if counts {
            self.sending.fetch_sub(1);
        }
        if self.lock.lock().changes == changes {
            self.channel.store(true);
        }
    }

    fn stop(&self, counts: bool) -> bool {
        let _send = self.send.lock();
        let mut timer = self.lock.lock();
        let mut pending = timer.when > 0;
        // It has fired, and its value is still to be sent; the change below keeps the sender from doing so.
        pending |= counts && self.sending.load() > 0;
        timer.when = 0;
        timer.changes += 1;
        drop(timer);
        pending | self.channel.swap(false)
    }
}

fn stopped(counts: bool) -> AtEnd {
    let timer = Arc::new(Timer {
        lock: Mutex::new("lock", When { when: 1, changes: 0 }),
        send: Mutex::new("sendLock", ()),
        sending: Atomic::new("isSending", 0),
        channel: Atomic::new("channel", false),
        stop_returned: Ghost::new(true),
    });
    let (fires, stops) = (timer.clone(), timer.clone());
    spawn(move || fires.fire(counts));
    spawn(move || {
        let returned = stops.stop(counts);
        stops.stop_returned.set(returned);
    });
    AtEnd::finished().holds(STOPPED, move || {
        match (timer.stop_returned.get(), timer.channel.peek()) {
            (false, false) => Err("it returned false, and nothing will be received".to_owned()),
            _ => Ok(()),
        }
    })
}

#[programs::test(exploring)]
fn stop_beside_a_sender_returns_false() {
    fails("go 69312", || stopped(false), STOPPED);
}

#[programs::test(searching)]
fn stop_that_counts_senders_returns_true() {
    holds("go 69312, mended", || stopped(true));
}

struct Ticker {
    lock: Mutex<u32>,
    send: Mutex<()>,
    sending: Atomic<u32>,
}

/// Three Ms serve a ticker whose counter of senders has room for two.
fn ticked(counts: bool) -> AtEnd {
    let ticker = Arc::new(Ticker {
        lock: Mutex::new("lock", 0),
        send: Mutex::new("sendLock", ()),
        sending: Atomic::new("isSending", 0),
    });
    for _ in 0..3 {
        let ticker = ticker.clone();
        spawn(move || {
            {
                *ticker.lock.lock() += 1;
                let sending = if counts { ticker.sending.add(1) } else { 0 };
                assert!(sending <= 2, "too many concurrent timer firings");
            }
            let _send = ticker.send.lock();
            if counts {
                ticker.sending.fetch_sub(1);
            }
        });
    }
    AtEnd::finished()
}

#[programs::test(exploring)]
fn a_ticker_has_too_many_senders() {
    let found = fails("go 69880", || ticked(true), COUNTED);
    assert_eq!(found.message, "too many concurrent timer firings");
}

#[programs::test(searching)]
fn a_ticker_whose_senders_are_not_counted_has_not() {
    holds("go 69880, mended", || ticked(false));
}
