//! Timers: a heap for each P, and what runs them.
//!
//! A timer stays on the heap of the P that added it until somebody runs it: the P's owner when it
//! schedules, or a thief in its last pass. Everybody else knows of it by `timer0_when`, and by the bit of
//! `timerp_mask`, which is set whenever the P may have timers.
//!
//! The core has timers that are added and fire once; changing and deleting them, with the status machine
//! of Go's time.go, comes with the events that need it.

mod heap;

use sync::MutexGuard;

use crate::event::Event;
use crate::g::{GId, GStatus};
use crate::m::M;
use crate::p::{PId, P};
use crate::sched::Sched;
use crate::{Time, MAX_WHEN};

pub use heap::Timers;

/// More timers than a program has due at once.
const MOST_DUE: u32 = 1_000;

/// What a timer does when it fires, on the M that runs the timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimerFunc {
    /// Wakes a sleeping G. Go: time.go, goroutineReady (1.19).
    Wake(GId),
    /// Starts a G. Go: time/sleep.go, goFunc (1.19).
    Start(GId),
    /// Sends the time to a G, on a channel with room for one: a ticker's. Go: sleep.go, sendTime (1.19).
    SendTime(GId),
}

/// One timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timer {
    /// When it fires, in ticks; positive.
    pub when: Time,
    /// Ticks from one time that it fires to the next; 0 if it fires once.
    pub period: Time,
    /// What it does then.
    pub f: TimerFunc,
}

impl Sched {
    /// Adds a timer to the heap of the P that `m` owns, and sees to it that somebody waits for it.
    ///
    /// # Panics
    /// As Go does: `timer when must be positive`, `timer period must be non-negative`.
    ///
    /// Go: time.go, addtimer (1.19).
    #[sync::summarized]
    pub fn addtimer(&self, m: &M, t: Timer) {
        assert!(t.when > 0, "timer when must be positive");
        assert!(t.period >= 0, "timer period must be non-negative");
        let p = self.p(m.p());
        let mut timers = p.timers.lock();
        self.netpoll_generic_init();
        doaddtimer(p, &mut timers, t);
        drop(timers); // The wake protocol, step 1.
        self.wake_net_poller(m, t.when);
    }

    /// Puts `g` to sleep for so many ticks. Its M goes on without it.
    ///
    /// Go: time.go, timeSleep and resetForSleep (1.19): the timer is added once `g` waits.
    #[sync::summarized]
    pub(crate) fn time_sleep(&self, m: &M, g: GId, ticks: Time) {
        let when = self.nanotime() + ticks;
        self.g(g).casgstatus(GStatus::Running, GStatus::Waiting);
        self.dropg(m);
        self.addtimer(m, Timer { when, period: 0, f: TimerFunc::Wake(g) });
    }

    /// Runs the timers of `p` that are due, on `m`, which has a P. `now` is a recent time, or 0.
    ///
    /// Returns the time, when the next timer of `p` fires (0 if there is none, else later than the time),
    /// and whether any ran. Go does not read the clock if there is no timer; here it stands while an M runs,
    /// so that reading it tells nothing, and an M that has read it is in no other state.
    ///
    /// Go: proc.go, checkTimers (1.19).
    #[sync::summarized]
    pub fn check_timers(&self, m: &M, p: PId, now: Time) -> (Time, Time, bool) {
        let p = &self.allp[p.index()];
        let now = self.or_nanotime(now);
        let next = p.timer0_when.load();
        if next == 0 {
            return (now, 0, false);
        }
        if now < next {
            return (now, next, false);
        }
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

    /// Takes the first timer off the heap, or gives it its next time if it is periodic, and runs its function. The
    /// lock is released meanwhile: the function may wake Ms, which takes `sched.lock`, and that comes before this
    /// lock. A periodic timer is back on the heap by then, so another M may run it again.
    ///
    /// Go: time.go, runtimer and runOneTimer (1.19).
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
        }
        p.timers.lock()
    }

    /// When the next timer of any P fires; [`MAX_WHEN`] if there is none.
    ///
    /// Go: time.go, timeSleepUntil (of commit 13f6be28). `allp` does not change, so there is no `allpLock`.
    #[sync::summarized]
    pub fn time_sleep_until(&self) -> Time {
        let whens = self.allp.iter().map(|p| p.timer0_when.load());
        whens.filter(|&when| when != 0).min().unwrap_or(MAX_WHEN)
    }

    /// The P whose timer fires next, the first of them if there are several: what `timeSleepUntil` returned
    /// as well, until commit 13f6be28.
    pub fn next_timer_owner(&self) -> Option<PId> {
        let with_timers = self.allp.iter().filter(|p| p.timer0_when.peek() != 0);
        with_timers.min_by_key(|p| p.timer0_when.peek()).map(|p| p.id)
    }

    /// When the next timer of those Ps fires that may have any, or `poll_until` if that is earlier; 0 means none.
    ///
    /// Go: proc.go, checkTimersNoP (1.19).
    #[sync::summarized]
    pub fn check_timers_no_p(&self, poll_until: Time) -> Time {
        let mut earliest = poll_until;
        for p in &self.allp {
            sync::checkpoint((p.id, earliest));
            if self.timerp_mask.read(p.id) {
                earliest = earlier(earliest, p.timer0_when.load());
            }
        }
        earliest
    }
}

/// The earlier of two times of which 0 means none.
pub(crate) fn earlier(a: Time, b: Time) -> Time {
    match (a, b) {
        (0, t) | (t, 0) => t,
        _ => a.min(b),
    }
}

/// Go: time.go, doaddtimer (1.19).
fn doaddtimer(p: &P, timers: &mut Timers, t: Timer) {
    if timers.insert(t) {
        p.timer0_when.store(t.when);
    }
    p.num_timers.add(1);
}

/// Gives the first timer, which is periodic and due, the next of its times that is later than `now`.
///
/// Go: time.go, runOneTimer and updateTimer0When (1.19).
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

/// Go: time.go, dodeltimer0 (1.19).
fn dodeltimer0(p: &P, timers: &mut Timers) -> Timer {
    let t = timers.remove_first();
    p.timer0_when.store(timers.when());
    p.num_timers.add(-1);
    t
}
