//! Timers: a heap for each P, and what runs them.
//!
//! A timer stays on the heap of the P that added it until an M runs it: the P's own when it schedules, or a thief in
//! its last pass. All others see only the P's wake time, and the bit of `timerp_mask`, which is set whenever the P may
//! have timers.
//!
//! Go 1.23 rewrote its timers. So a variant names its release's in its table ([`crate::steps::TimerVerbs`]), and the
//! rest of the scheduler calls them through it. Here is what no release changed; `timers/v1_19.rs` has the timers of 1.19,
//! `timers/v1_23.rs` those of 1.23 to 1.27.
//!
//! Most timers are known to their heap alone. Those that actions name can be stopped and changed; they have fields of
//! their own ([`NamedTimer`]), and what a program without them does not need, it does not pay for.

mod heap;
mod named;
mod v1_19;
mod v1_23;

use crate::event::Event;
use crate::g::{GId, GStatus};
use crate::m::M;
use crate::p::{OwnedP, PId, P};
use crate::sched::{Sched, SchedLocked};
use crate::{Time, MAX_WHEN};

pub(crate) use heap::earlier;
pub use heap::{Entry, Held, Timer, TimerFunc, TimerWords, Timers};
pub use named::{Claimed, NamedTimer, TimerStatus};
pub use v1_19::{
    begin_adjust, clear_modified_earliest, deadline_by_status, fire_unlocked, nobarrier_wake_time,
    preempts_in_ten_states,
};
pub use v1_23::{
    begin_adjust as begin_adjust_1_23, begin_adjust_in_two, clear_times, count_send, peek_deadline,
    preempts_in, publish_heaps, publish_if_earlier, publish_modified, publish_taken,
    sends_if_current, sends_in_any_case, uncount_sends, wake_time, Received, Story, TimerBits,
    TimerChan, TimerData,
};

/// More timers than a program has due at once.
const MOST_DUE: u32 = 1_000;

/// What a look at the first timer of a heap came to.
enum Ran {
    /// It ran a timer.
    One,
    /// The next one fires then; 0 if there is none.
    None(Time),
}

/// A timer of `p` was modified to fire at `when`, and its place on the heap says another time.
///
/// Go: time.go, updateTimerModifiedEarliest 1015-1025 (1.19.8), (*timers).updateMinWhenModified 1269-1279 (1.27.3).
pub fn update_timer_modified_earliest(p: &P, when: Time) {
    loop {
        let old = p.timer_modified_earliest.load();
        // Meets an M that adjusts the heap, which clears the word, and other Gs that modify other timers of the P.
        if old != 0 && old < when || p.timer_modified_earliest.cas(old, when) {
            return;
        }
    }
}

/// `g` parks, and then its timer is added, by its M, which is not the G's any more.
///
/// Go: time.go, timeSleep 195 and resetForSleep 202-206 (1.19.8), 356 and 376-379 (1.27.3): gopark calls resetForSleep.
#[sync::summarized]
pub fn park_then_add(sched: &Sched, m: &M, g: GId, t: Timer) {
    // First this. Meets `ready`, on a thief that runs the timer as soon as it is on the heap: it finds `g` waiting.
    sched.g(g).casgstatus(GStatus::Running, GStatus::Waiting);
    sched.dropg(m);
    (sched.steps.timers.sleep)(sched, m, t);
}

/// The same in the other order: a short sleep may be over before `g` has parked.
#[sync::summarized]
pub fn add_then_park(sched: &Sched, m: &M, g: GId, t: Timer) {
    (sched.steps.timers.sleep)(sched, m, t);
    sched.g(g).casgstatus(GStatus::Running, GStatus::Waiting);
    sched.dropg(m);
}

/// When a timer of `when`, which is due, fires next after `now`. None if it is not periodic.
///
/// # Panics
/// If that is not later than `now`.
///
/// Go: time.go, runOneTimer 853-861 (1.19.8), (*timer).unlockAndRun 1118-1130 (1.27.3).
fn next_time(when: Time, period: Time, now: Time) -> Option<Time> {
    if period == 0 {
        return None;
    }
    // Times that were missed are left out, not made up for. Go's sum overflows to maxWhen.
    let periods = 1 + (now - when) / period;
    let next = when.saturating_add(period.saturating_mul(periods));
    // Else what runs all that is due would not return.
    assert!(next > now, "next_time: {next} is not later than {now}");
    Some(next)
}

impl Sched {
    /// Puts `g` to sleep for so many ticks. Its M goes on without it.
    ///
    /// Go: time.go, timeSleep 178-196 and resetForSleep 202-206 (1.19.8), 335-370 and 376-379 (1.27.3).
    #[sync::summarized]
    pub(crate) fn time_sleep(&self, m: &M, g: GId, ticks: Time) {
        let when = self.nanotime() + ticks;
        (self.steps.parks_to_sleep)(self, m, g, Timer { when, period: 0, f: TimerFunc::Wake(g) });
    }

    /// Runs the timers of `p` that are due: see [`TimerVerbs::check`](crate::steps::TimerVerbs::check).
    pub fn run_due_timers(&self, m: &M, p: PId, now: Time) -> (Time, Time, bool) {
        let (now, next, ran) = (self.steps.timers.check)(self, m, p, now);
        if next != 0 && next <= now {
            self.late_poll_until.set(Some((now, next)));
        }
        (now, next, ran)
    }

    /// Reports that `m` runs a timer of `p`.
    fn emit_timer_run(&self, m: &M, p: &P) {
        let owner = m.p().id() == p.id;
        let run = if owner { Event::TimerRunByOwner } else { Event::TimerRunByThief };
        self.emit(m, run(p.id));
    }

    /// Calls the function of a timer of `p`.
    ///
    /// # Panics
    /// If `m` has no P.
    pub fn call_timer_func(&self, m: &M, p: &P, f: TimerFunc) {
        // For checks.
        p.timers.must_be_released();
        assert!(m.p.is_some(), "{}: no p", m.id);
        self.progress();
        match f {
            TimerFunc::Wake(g) => self.ready(m, g, true),
            TimerFunc::Start(g) => self.newproc(m, g),
            TimerFunc::SendTime(g) => self.send_time(m, g),
            TimerFunc::Set(flag) => self.world.set(flag),
            TimerFunc::Deadline(fd, seq) => self.netpoll_deadline(m, fd, seq),
            TimerFunc::Channel(id, seq) => self.send_on_channel(m, id, seq),
        }
    }

    /// When the next timer of any P fires; [`MAX_WHEN`] if there is none.
    ///
    /// Go: time.go, timeSleepUntil 1030-1055 (1.19.8), 1284-1303 (1.27.3). The caller holds `sched.lock`, which stands for
    /// `allpLock`.
    pub fn time_sleep_until(&self, locked: &SchedLocked) -> Time {
        self.earliest_of(self.ps(locked).len())
    }

    /// When the next timer of the first Ps fires.
    #[sync::summarized]
    fn earliest_of(&self, ps: usize) -> Time {
        let whens = self.allp[..ps].iter().map(|p| (self.steps.timers.wake_time)(self, p));
        whens.filter(|&when| when != 0).min().unwrap_or(MAX_WHEN)
    }

    /// The timers of `from`, which is about to be destroyed, move to the heap of the P of `m`. The world is stopped.
    ///
    /// Go: proc.go, (*p).destroy 4727-4742 (1.19.8), 6015-6016; time.go, (*timers).take 803-827 (1.27.3).
    #[sync::summarized]
    pub fn move_timers(&self, m: &M, from: &OwnedP) {
        let (from, to) = (self.p(from), self.p(m.p()));
        // No G runs, so none adds a timer.
        if from.num_timers.owner_load() == 0 {
            return;
        }
        self.emit(m, Event::DestroyedWithTimers(from.id));
        // Meets the loads of an M in its last look, which holds no lock: the times of the new heap are there before those of
        // the old one go. Nothing else holds the locks of two heaps.
        let mut timers = to.timers.lock();
        let mut old = from.timers.lock_beside();
        for entry in old.take() {
            (self.steps.timers.move_one)(self, to, &mut timers, entry);
        }
        if !self.timers.is_empty() {
            from.deleted_timers.store(0);
        }
        from.num_timers.store(0);
        from.timer0_when.store(0);
        (self.steps.timers.moved_all)(self, from, to, timers);
    }

    /// The P whose timer fires next, or the first of them. `timeSleepUntil` returned it as well until commit 13f6be28.
    pub fn next_timer_owner(&self) -> Option<PId> {
        let with_timers = self.peek_ps().iter().filter(|p| p.peek_wake_time() != 0);
        with_timers.min_by_key(|p| p.peek_wake_time()).map(|p| p.id)
    }

    /// When the next timer of those Ps fires that may have any, or `poll_until` if that is earlier; 0 means none.
    ///
    /// Part 20 of `find_runnable`. Go: proc.go, checkTimersNoP 3000-3011 (1.19.8), 3939-3950 (1.27.3).
    #[sync::summarized]
    pub fn check_timers_no_p(&self, m: &M, poll_until: Time) -> Time {
        let mut earliest = poll_until;
        let ps = self.ps_of_snapshot(m);
        for p in ps {
            // Wake protocol, 4c. Meets step 1 in `addtimer`: if its store comes after this load, its load of
            // `nmspinning` comes after 4b, and no longer counts this M. The P of an M that adds a timer has its bit
            // since `pidleget`.
            if self.may_have_timers(m, p.id) {
                earliest = earlier(earliest, (self.steps.timers.wake_time)(self, p));
            }
        }
        earliest
    }

    /// Whether the bit of `p` is set in what `m`, which has no P, knows of `timerpMask`.
    fn may_have_timers(&self, m: &M, p: PId) -> bool {
        match m.snapshot {
            None => self.timerp_mask.read(p),
            Some(snapshot) => self.timerp_mask.read_in(snapshot.timerp_mask, p),
        }
    }
}
