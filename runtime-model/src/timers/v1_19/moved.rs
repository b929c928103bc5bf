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
        // Go waits for a G that has claimed it, and tries again if one is faster than its exchange. But no G runs.
        let status = t.status.load();
        let (moves, when) = match status {
            TimerStatus::Waiting => (TimerStatus::Moving, Some(t.when.get())),
            TimerStatus::ModifiedEarlier | TimerStatus::ModifiedLater => {
                (TimerStatus::Moving, Some(t.nextwhen.get()))
            }
            TimerStatus::Deleted => (TimerStatus::Removed, None),
            _ => panic!("timer data corruption"),
        };
        t.change(status, moves);
        t.pp.set(None);
        if let Some(when) = when {
            t.when.set(when);
            self.doaddtimer(to, timers, Entry::named(id, when));
            t.change(TimerStatus::Moving, TimerStatus::Waiting);
        }
    }
}
