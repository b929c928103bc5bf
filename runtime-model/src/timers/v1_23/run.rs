//! Running the timers of a P that are due.

use sync::MutexGuard;

use crate::event::Event;
use crate::m::M;
use crate::p::{PId, P};
use crate::sched::Sched;
use crate::Time;

use super::state::{TimerBits, TimerData};
use crate::timers::heap::{Held, TimerFunc, Timers};
use crate::timers::named::NamedTimer;
use crate::timers::{next_time, Ran, MOST_DUE};

impl Sched {
    /// Runs the timers of `p` that are due, on `m`, which has a P. `now` is a recent time, or 0.
    ///
    /// Returns the time (or `now`, if `p` has no timers), when the next timer of `p` fires (0 if there is none, else later
    /// than the time), and whether any ran.
    ///
    /// Go: time.go, (*timers).check 982-1037 (1.27.3).
    #[sync::summarized]
    pub fn check(&self, m: &M, p: PId, now: Time) -> (Time, Time, bool) {
        let p = &self.allp[p.index()];
        let next = super::wake_time(self, p);
        // Both return without the lock. Meets `add_heap` and `publish_modified`: of a timer that comes a moment later, the
        // M that adds or changes it takes care itself (5).
        if next == 0 {
            return (now, 0, false);
        }
        let now = self.or_nanotime(now);
        if now < next && !self.has_many_zombies(m, p) {
            return (now, next, false);
        }
        // Meets another thief, or the P's own M, with the same due timer: one of them runs it, the others find it gone.
        let mut timers = p.timers.lock();
        let (mut ran, mut next) = (0, 0);
        if timers.len() > 0 {
            self.adjust(p, &mut timers, now, false);
            while timers.len() > 0 {
                let (held, came_to) = self.run(m, p, timers, now);
                timers = held;
                match came_to {
                    Ran::One => ran += 1,
                    Ran::None(when) => {
                        next = when;
                        break;
                    }
                }
                // Each that has run is off the heap, or later. Else this would not return.
                assert!(ran <= MOST_DUE, "check: {ran} timers have run, and one is due still");
            }
            if self.has_many_zombies(m, p) {
                self.emit(m, Event::DeletedTimersCleared(p.id));
                self.adjust(p, &mut timers, now, true);
            }
        }
        self.unlock_timers(p, timers);
        if ran >= 3 {
            self.emit(m, Event::ManyTimersRun(p.id));
        }
        (now, next, ran > 0)
    }

    /// Whether more than a quarter of the timers of `p`, which is `m`'s own, were stopped. Others are left to their Ms, so
    /// that fewer wait for the lock.
    ///
    /// # Panics
    /// As Go does: `timer data corruption`.
    ///
    /// Go: time.go, (*timers).check 997-1001, 1028 (1.27.3).
    fn has_many_zombies(&self, m: &M, p: &P) -> bool {
        if self.timers.is_empty() {
            return false;
        }
        // Meets a G that stops a timer: it may be read too early, and the heap is cleaned up another time.
        let zombies = p.deleted_timers.load() as i32;
        assert!(zombies >= 0, "timer data corruption");
        m.p().id() == p.id && zombies > p.num_timers.load() / 4
    }

    /// Looks at the first timer, until it is one that was neither stopped nor modified; runs it, if it is due.
    ///
    /// # Panics
    /// As Go does: `bad ts`, `timer data corruption`.
    ///
    /// Go: time.go, (*timers).run 1047-1084 (1.27.3).
    fn run<'p>(
        &self,
        m: &M,
        p: &'p P,
        mut timers: MutexGuard<'p, Timers>,
        now: Time,
    ) -> (MutexGuard<'p, Timers>, Ran) {
        while let Some(first) = timers.first() {
            let Held::Named(id) = first.timer else {
                if first.when > now {
                    return (timers, Ran::None(first.when));
                }
                return (self.run_unnamed(m, p, timers, now), Ran::One);
            };
            let t = self.timer(id);
            assert!(t.pp.get() == Some(p.id), "bad ts");
            // Without the lock. Meets a G that changes the timer, as in `clean_head`.
            if !t.may_need_adjusting() && first.when > now {
                return (timers, Ran::None(first.when));
            }
            let mut data = t.mu.lock();
            if self.update_heap(p, &mut timers, t, &mut data) {
                t.unlock(data);
                continue;
            }
            let settled = TimerBits::HEAPED;
            assert!(data.state == settled, "timer data corruption");
            if data.when > now {
                let when = data.when;
                t.unlock(data);
                return (timers, Ran::None(when));
            }
            return (self.unlock_and_run(m, p, timers, t, data, now), Ran::One);
        }
        (timers, Ran::None(0))
    }

    /// Runs `t`, the first timer of the heap, which is due: takes it off the heap, or gives it its next time; releases both
    /// locks; calls the function, and takes the heap's lock again.
    ///
    /// Go: time.go, (*timer).unlockAndRun 1092-1230 (1.27.3).
    fn unlock_and_run<'p>(
        &self,
        m: &M,
        p: &'p P,
        mut timers: MutexGuard<'p, Timers>,
        t: &NamedTimer,
        mut data: MutexGuard<'_, TimerData>,
        now: Time,
    ) -> MutexGuard<'p, Timers> {
        let next = next_time(data.when, data.period, now);
        data.when = next.unwrap_or(0);
        // What stop and reset of other Gs report is decided here, under the timer's lock.
        t.notes_fired(self.peek_now(), next);
        data.state = data.state.with(TimerBits::MODIFIED);
        if next.is_none() {
            data.state = data.state.with(TimerBits::ZOMBIE);
            p.deleted_timers.add(1);
        }
        self.update_heap(p, &mut timers, t, &mut data);
        let f = match t.f {
            TimerFunc::Channel(id, _) => {
                let begins = self.steps.timers_1_23.begins_send;
                TimerFunc::Channel(id, t.begins_to_send(begins))
            }
            other => other,
        };
        t.unlock(data);
        self.fire(m, p, timers, f, next.is_some())
    }

    /// The same for a timer that no action names.
    fn run_unnamed<'p>(
        &self,
        m: &M,
        p: &'p P,
        mut timers: MutexGuard<'p, Timers>,
        now: Time,
    ) -> MutexGuard<'p, Timers> {
        let first = timers.as_slice()[0];
        let Held::Unnamed { period, f } = first.timer else { panic!("{first:?}: has a lock") };
        let next = next_time(first.when, period, now);
        match next {
            Some(next) => {
                timers.postpone_first(next);
                p.timer0_when.store(timers.when());
            }
            None => self.delete_min(p, &mut timers),
        }
        self.fire(m, p, timers, f, next.is_some())
    }

    /// Calls the function with the heap's lock released.
    ///
    /// Go: time.go, (*timer).unlockAndRun 1161-1163, 1201, 1217-1219 (1.27.3).
    fn fire<'p>(
        &self,
        m: &M,
        p: &'p P,
        timers: MutexGuard<'p, Timers>,
        f: TimerFunc,
        stays: bool,
    ) -> MutexGuard<'p, Timers> {
        if stays {
            self.emit(m, Event::TimerPostponed(p.id));
        }
        self.emit_timer_run(m, p);
        // Timers since 1.23, 9. The function may wake Ms, and may change timers. A periodic timer has its next time by now,
        // so another M may run it again meanwhile.
        self.unlock_timers(p, timers);
        self.call_timer_func(m, p, f);
        p.timers.lock()
    }
}
