//! Running the timers of a P that are due.

use sync::MutexGuard;

use crate::event::Event;
use crate::m::M;
use crate::p::{PId, P};
use crate::sched::Sched;
use crate::Time;

use super::nobarrier_wake_time;
use crate::timers::heap::{Held, TimerFunc, Timers};
use crate::timers::named::{NamedTimer, TimerStatus};
use crate::timers::{next_time, Ran, MOST_DUE};

impl Sched {
    /// Runs the timers of `p` that are due, on `m`, which has a P. `now` is a recent time, or 0.
    ///
    /// Returns the time, when the next timer of `p` fires (0 if there is none, else later than the time),
    /// and whether any ran. Go does not read the clock if there is no timer. Here the clock stands while an M runs, so
    /// reading it makes no difference.
    ///
    /// Go: proc.go, checkTimers 3279-3333 (1.19.8); time.go, (*timers).check 982-1037 (1.27.3).
    #[sync::summarized]
    pub fn check_timers(&self, m: &M, p: PId, now: Time) -> (Time, Time, bool) {
        let p = &self.allp[p.index()];
        let now = self.or_nanotime(now);
        let next = nobarrier_wake_time(self, p);
        // Both return without the lock. Meets `doaddtimer`: of a timer that comes a moment later, the M that adds it
        // takes care itself (2); for the P's own M there is none, as only that M adds any.
        if next == 0 {
            return (now, 0, false);
        }
        if now < next && !self.has_many_deleted(m, p) {
            return (now, next, false);
        }
        // Meets another thief, or the P's own M, with the same due timer: one of them runs it, the others find it gone.
        // So each look at the heap is under the lock.
        let mut timers = p.timers.lock();
        let (mut ran, mut next) = (0, 0);
        if timers.len() > 0 {
            self.adjusttimers(p, &mut timers, now);
        }
        while timers.len() > 0 {
            let (held, came_to) = self.runtimer(m, p, timers, now);
            timers = held;
            match came_to {
                Ran::One => ran += 1,
                Ran::None(when) => {
                    next = when;
                    break;
                }
            }
            // Each that has run is off the heap, or later. Else this would not return.
            assert!(ran <= MOST_DUE, "checkTimers: {ran} timers have run, and one is due still");
        }
        if ran >= 3 {
            self.emit(m, Event::ManyTimersRun(p.id));
        }
        let own = m.p().id() == p.id && !self.timers.is_empty();
        if own && u64::from(p.deleted_timers.load()) > timers.len() as u64 / 4 {
            self.emit(m, Event::DeletedTimersCleared(p.id));
            self.clear_deleted_timers(p, &mut timers);
        }
        (now, next, ran > 0)
    }

    /// Whether more than a quarter of the timers of `p`, which is `m`'s own, were stopped. Others are left to their Ms, so
    /// that fewer wait for the lock.
    ///
    /// Go: proc.go, checkTimers 3299-3303 (1.19.8).
    fn has_many_deleted(&self, m: &M, p: &P) -> bool {
        let own = m.p().id() == p.id && !self.timers.is_empty();
        own && i64::from(p.deleted_timers.load()) > i64::from(p.num_timers.load() / 4)
    }

    /// Looks at the first timer, until it is one that can be run, or that is not due.
    ///
    /// # Panics
    /// If the heap is empty; and as Go does: `runtimer: bad p`, `timer data corruption`.
    ///
    /// Go: time.go, runtimer 773-833 (1.19.8), (*timers).run 1047-1084 (1.27.3).
    fn runtimer<'p>(
        &self,
        m: &M,
        p: &'p P,
        mut timers: MutexGuard<'p, Timers>,
        now: Time,
    ) -> (MutexGuard<'p, Timers>, Ran) {
        while let Some(first) = timers.first() {
            let Held::Named(id) = first.timer else {
                // Its state is timerWaiting: see `v1_19`.
                if first.when > now {
                    return (timers, Ran::None(first.when));
                }
                return (self.run_one_timer(m, p, timers, None, now), Ran::One);
            };
            let t = self.timer(id);
            assert!(t.pp.get() == Some(p.id), "runtimer: bad p");
            match t.status.load_when(|s| s != TimerStatus::Modifying) {
                TimerStatus::Waiting if first.when > now => {
                    return (timers, Ran::None(first.when));
                }
                TimerStatus::Waiting => {
                    // Timers, 2. It fails if a G has claimed it, to stop or to change it.
                    if t.status.cas(TimerStatus::Waiting, TimerStatus::Running) {
                        return (self.run_one_timer(m, p, timers, Some(t), now), Ran::One);
                    }
                }
                TimerStatus::Deleted => self.removes_first(p, &mut timers, t),
                s @ (TimerStatus::ModifiedEarlier | TimerStatus::ModifiedLater) => {
                    self.moves_first(p, &mut timers, t, s);
                }
                _ => panic!("timer data corruption"),
            }
        }
        (timers, Ran::None(0))
    }

    /// Takes the first timer off the heap, or gives it its next time if it is periodic, and runs its function. `t` is that
    /// timer, if actions name it.
    ///
    /// Go: time.go, runOneTimer 840-892 (1.19.8), (*timer).unlockAndRun 1092-1230 (1.27.3).
    fn run_one_timer<'p>(
        &self,
        m: &M,
        p: &'p P,
        mut timers: MutexGuard<'p, Timers>,
        t: Option<&NamedTimer>,
        now: Time,
    ) -> MutexGuard<'p, Timers> {
        let (f, period) = match (t, timers.as_slice()[0].timer) {
            (Some(t), _) => (t.f, t.period.get()),
            (None, Held::Unnamed { f, period }) => (f, period),
            (None, Held::Named(id)) => panic!("{id}: not claimed"),
        };
        let when = timers.as_slice()[0].when;
        match next_time(when, period, now) {
            Some(next) => {
                self.postpone(p, &mut timers, t, next);
                self.emit(m, Event::TimerPostponed(p.id));
            }
            None => {
                self.dodeltimer0(p, &mut timers);
                if let Some(t) = t {
                    t.notes_fired(self.peek_now(), None);
                    t.change(TimerStatus::Running, TimerStatus::NoStatus);
                }
            }
        }
        self.emit_timer_run(m, p);
        (self.steps.timers_1_19.fire)(self, m, p, timers, f)
    }

    /// Gives the first timer, which is periodic and due, its next time.
    ///
    /// Go: time.go, runOneTimer 853-864 and updateTimer0When 1004-1010 (1.19.8).
    fn postpone(&self, p: &P, timers: &mut Timers, t: Option<&NamedTimer>, next: Time) {
        timers.postpone_first(next);
        if let Some(t) = t {
            t.when.set(next);
            t.notes_fired(self.peek_now(), Some(next));
            t.change(TimerStatus::Running, TimerStatus::Waiting);
        }
        p.timer0_when.store(timers.when());
    }
}

/// Runs the timer's function with the heap's lock released.
///
/// Go: time.go, runOneTimer 883-887 (1.19.8), (*timer).unlockAndRun 1199-1225 (1.27.3).
pub fn fire_unlocked<'p>(
    sched: &Sched,
    m: &M,
    p: &'p P,
    timers: MutexGuard<'p, Timers>,
    f: TimerFunc,
) -> MutexGuard<'p, Timers> {
    // Timers, 7. The function may wake Ms, which takes `sched.lock`, and that comes before this lock. A periodic timer
    // has its next time by now, so another M may run it again meanwhile.
    drop(timers);
    sched.call_timer_func(m, p, f);
    p.timers.lock()
}
