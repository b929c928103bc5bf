//! A P is destroyed: its timers move to another heap.

use crate::ids::TimerId;
use crate::p::P;
use crate::sched::Sched;

use crate::timers::heap::{Entry, Held, Timers};
use crate::timers::named::TimerStatus;

impl Sched {
    /// A timer of a P that is about to be destroyed moves to the heap of `to`, unless it was stopped. Both locks are held, and no
    /// G runs.
    ///
    /// # Panics
    /// As Go does: `timer data corruption`.
    ///
    /// Go: time.go, moveTimers 613-658 (1.19.8).
    pub fn move_timer(&self, to: &P, timers: &mut Timers, entry: Entry) {
        match entry.timer {
            Held::Unnamed { .. } => self.doaddtimer(to, timers, entry),
            Held::Named(id) => self.move_named(to, timers, id),
        }
    }

    /// One that actions name. Go: time.go, moveTimers 614-656 (1.19.8).
    fn move_named(&self, to: &P, timers: &mut Timers, id: TimerId) {
        let t = self.timer(id);
        let when = loop {
            // No G runs, but sysmon may stop the scavenger's timer (golang/go#43712): that has claimed it for a moment, or
            // is faster than the exchange below.
            let status = t.status.load_when(|status| status != TimerStatus::Modifying);
            let (moves, when) = match status {
                TimerStatus::Waiting => (TimerStatus::Moving, Some(t.when.get())),
                TimerStatus::ModifiedEarlier | TimerStatus::ModifiedLater => {
                    (TimerStatus::Moving, Some(t.nextwhen.get()))
                }
                TimerStatus::Deleted => (TimerStatus::Removed, None),
                _ => panic!("timer data corruption"),
            };
            if t.status.cas(status, moves) {
                break when;
            }
        };
        t.pp.set(None);
        if let Some(when) = when {
            t.when.set(when);
            self.doaddtimer(to, timers, Entry::named(id, when));
            t.change(TimerStatus::Moving, TimerStatus::Waiting);
        }
    }
}
