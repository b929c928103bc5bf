//! A P is destroyed: its timers move to another heap.

use crate::event::Event;
use crate::ids::TimerId;
use crate::m::M;
use crate::p::{OwnedP, P};
use crate::sched::Sched;

use crate::timers::heap::{Entry, Held, Timers};
use crate::timers::named::TimerStatus;

impl Sched {
    /// The timers of `from`, which is about to be destroyed, move to the heap of the P of `m`. The world is stopped.
    ///
    /// # Panics
    /// As Go does: `timer data corruption`.
    ///
    /// Go: proc.go, (*p).destroy 4727-4742; time.go, moveTimers 613-658 (1.19.8).
    #[sync::summarized]
    pub fn move_timers(&self, m: &M, from: &OwnedP) {
        let (from, to) = (self.p(from), self.p(m.p()));
        // No G runs, so none adds a timer.
        if from.num_timers.owner_load() == 0 {
            return;
        }
        self.emit(m, Event::DestroyedWithTimers(from.id));
        // Go locks both for the sake of sysmon. Meets the loads of an M in its last look, which holds neither: the times of
        // the new heap are there before those of the old one go.
        let mut timers = to.timers.lock();
        let mut old = from.timers.lock_beside();
        for entry in old.take() {
            match entry.timer {
                Held::Unnamed { .. } => self.doaddtimer(to, &mut timers, entry),
                Held::Named(id) => self.move_timer(to, &mut timers, id),
            }
        }
        from.num_timers.store(0);
        if !self.timers.is_empty() {
            from.deleted_timers.store(0);
        }
        from.timer0_when.store(0);
        (self.steps.timers_1_19.destroyed)(from);
    }

    /// One of them, that actions name, if it was not stopped.
    ///
    /// Go: time.go, moveTimers 614-656 (1.19.8).
    fn move_timer(&self, to: &P, timers: &mut Timers, id: TimerId) {
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
