//! The timers of Go 1.19: what adds them, and what runs them.

use sync::MutexGuard;

use crate::event::Event;
use crate::m::M;
use crate::p::{PId, P};
use crate::sched::Sched;
use crate::Time;

use super::heap::{Timer, TimerFunc, Timers};

/// More timers than a program has due at once.
const MOST_DUE: u32 = 1_000;

impl Sched {
    /// Adds a timer to the heap of the P that `m` owns, and makes sure that some M waits for it.
    ///
    /// # Panics
    /// As Go does: `timer when must be positive`, `timer period must be non-negative`.
    ///
    /// Go: time.go, addtimer 256-285 (1.19.8), (*timer).maybeAdd 684-730 (1.27.3).
    #[sync::summarized]
    pub fn addtimer(&self, m: &M, t: Timer) {
        assert!(t.when > 0, "timer when must be positive");
        assert!(t.period >= 0, "timer period must be non-negative");
        // The G cannot be preempted here, so this is the M's own P until the end (Go: `acquirem`). A timer on the heap
        // of a P that is idle by then would be seen by no thief (golang/go#44868).
        let p = self.p(m.p());
        let mut timers = p.timers.lock();
        self.netpoll_generic_init();
        // Wake protocol, 1. Meets the loads of `timer0_when` in `check_timers`, of a thief, and `check_timers_no_p`
        // (4c).
        doaddtimer(p, &mut timers, t);
        // Before the wakeup, which may take `sched.lock`: that comes before any `timersLock`.
        drop(timers);
        // Wake protocol, 2. It is not left out for a timer of the future: some M has to wait for it.
        self.wake_net_poller(m, t.when);
    }

    /// Runs the timers of `p` that are due, on `m`, which has a P. `now` is a recent time, or 0.
    ///
    /// Returns the time, when the next timer of `p` fires (0 if there is none, else later than the time),
    /// and whether any ran. Go does not read the clock if there is no timer. Here the clock stands while an M runs, so
    /// reading it makes no difference.
    ///
    /// Go: proc.go, checkTimers 3279-3333 (1.19.8); time.go, (*timers).check 982-1037 (1.27.3). Left out: modified and
    /// deleted timers.
    #[sync::summarized]
    pub fn check_timers(&self, m: &M, p: PId, now: Time) -> (Time, Time, bool) {
        let p = &self.allp[p.index()];
        let now = self.or_nanotime(now);
        let next = nobarrier_wake_time(p);
        // Both return without the lock. Meets `doaddtimer`: of a timer that comes a moment later, the M that adds it
        // takes care itself (2); for the P's own M there is none, as only that M adds any.
        if next == 0 {
            return (now, 0, false);
        }
        if now < next {
            return (now, next, false);
        }
        // Meets another thief, or the P's own M, with the same due timer: one of them runs it, the others find it gone.
        // So each look at the heap is under the lock.
        let mut timers = p.timers.lock();
        let mut ran = 0;
        while timers.when() != 0 && timers.when() <= now {
            timers = self.run_one_timer(m, p, timers, now);
            ran += 1;
            // Each that has run is off the heap, or later. Else this would not return.
            assert!(ran <= MOST_DUE, "checkTimers: {ran} timers have run, and one is due still");
        }
        if ran >= 3 {
            self.emit(m, Event::ManyTimersRun(p.id));
        }
        (now, timers.when(), ran > 0)
    }

    /// Takes the first timer off the heap, or gives it its next time if it is periodic, and runs its function.
    ///
    /// Go: time.go, runtimer 773-833 and runOneTimer 840-892 (1.19.8), (*timers).run 1047-1084 and
    /// (*timer).unlockAndRun 1092-1230 (1.27.3).
    fn run_one_timer<'p>(
        &self,
        m: &M,
        p: &'p P,
        mut timers: MutexGuard<'p, Timers>,
        now: Time,
    ) -> MutexGuard<'p, Timers> {
        let t = match timers.as_slice()[0].period {
            0 => dodeltimer0(p, &mut timers),
            _ => postpone(p, &mut timers, now),
        };
        // The function may wake Ms, which takes `sched.lock`, and that comes before this lock. A periodic timer has its
        // next time by now, so another M may run it again meanwhile.
        drop(timers);
        if t.period > 0 {
            self.emit(m, Event::TimerPostponed(p.id));
        }
        self.progress();
        let owner = m.p().id() == p.id;
        self.emit(
            m,
            if owner { Event::TimerRunByOwner(p.id) } else { Event::TimerRunByThief(p.id) },
        );
        match t.f {
            TimerFunc::Wake(g) => self.ready(m, g, true),
            TimerFunc::Start(g) => self.newproc(m, g),
            TimerFunc::SendTime(g) => self.send_time(m, g),
            TimerFunc::Deadline(fd, seq) => self.netpoll_deadline(m, fd, seq),
        }
        p.timers.lock()
    }
}

/// When the next timer of `p` fires; 0 if there is none. Without the lock.
///
/// Go: time.go, nobarrierWakeTime 754-761 (1.19.8), (*timers).wakeTime 958-970 (1.27.3).
pub fn nobarrier_wake_time(p: &P) -> Time {
    p.timer0_when.load()
}

/// Go: time.go, doaddtimer 289-307 (1.19.8), (*timers).addHeap 455-472 (1.27.3).
fn doaddtimer(p: &P, timers: &mut Timers, t: Timer) {
    if timers.insert(t) {
        // This is what publishes the timer: it is read without the lock. A full barrier, like all of Go's stores.
        p.timer0_when.store(t.when);
    }
    // Meets `update_timer_p_mask` of no other M: only the P's owner adds, and only it idles the P.
    p.num_timers.add(1);
}

/// Gives the first timer, which is periodic and due, the next of its times that is later than `now`.
///
/// Go: time.go, runOneTimer 853-864 and updateTimer0When 1004-1010 (1.19.8), (*timer).unlockAndRun 1118-1136 (1.27.3).
fn postpone(p: &P, timers: &mut Timers, now: Time) -> Timer {
    let t = timers.as_slice()[0];
    let late = now - t.when;
    // Times that were missed are left out, not made up for. Go's sum overflows to maxWhen.
    let periods = 1 + late / t.period;
    let next = t.when.saturating_add(t.period.saturating_mul(periods));
    // Else check_timers, which runs what is due, would not return.
    assert!(next > now, "postpone: next time {next} is not later than {now}");
    timers.postpone_first(next);
    p.timer0_when.store(timers.when());
    t
}

/// Go: time.go, dodeltimer0 412-433 (1.19.8), (*timers).deleteMin 522-543 (1.27.3).
fn dodeltimer0(p: &P, timers: &mut Timers) -> Timer {
    let t = timers.remove_first();
    // Meets the loads in `check_timers` and `check_timers_no_p`, which hold no lock: they may still see the timer, and
    // find it gone under the lock.
    p.timer0_when.store(timers.when());
    // Meets `update_timer_p_mask`, if this is a thief: see there.
    p.num_timers.add(-1);
    t
}
