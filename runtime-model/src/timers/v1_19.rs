//! The timers of Go 1.19 (1.14 to 1.22): adding, stopping and changing them.
//!
//! # The protocol
//! Its numbered steps, and the schedule that breaks it without each of them, are in `runtime-model/README.md`, *The timers
//! of Go 1.19*. The code cites them by number: *Timers, 3*. They are done here:
//!
//! | step | | where |
//! |---|---|---|
//! | 1 | stay | `addtimer`, `modtimer`: the M's own P, read and locked without a preemption in between |
//! | 2 | claim | `deltimer`, `claim_timer`; `Claim` in clean.rs and run.rs |
//! | 3 | mark | `deltimer`, `modtimer` |
//! | 4 | publish | `doaddtimer` (clean.rs), `update_timer_modified_earliest` (timers.rs) |
//! | 5 | wake | `addtimer`, `modtimer`: `wake_net_poller` |
//! | 6 | clean up | clean.rs |
//! | 7 | run | run.rs |
//!
//! What `procresize` does with the timers of a P that it destroys is in moved.rs.
//!
//! # Timers that no action names
//! A sleeper's timer, or one of `after` and `ticker`, is known to nothing but its heap: until it fires, only holders of
//! the heap's lock change it. So its state is no word of its own: on the heap it is `timerWaiting`. Go moves it to
//! `timerRunning` under the lock, a comparison that cannot fail. A sleeper adds it by `resettimer`, in
//! `timerModifying`, which Go leaves right after it has released the lock. Only an M that holds the lock and has met
//! that state could notice, and it would wait for the end of it; so here it ends with the release of the lock.
//!
//! Without any timer that actions name, `timerModifiedEarliest` and `deletedTimers` are always 0, and are neither read
//! nor written.

mod clean;
mod moved;
mod run;

use crate::event::Event;
use crate::ids::TimerId;
use crate::m::M;
use crate::p::{PId, P};
use crate::program::Action;
use crate::sched::Sched;
use crate::Time;

use super::heap::{earlier, Entry, Timer};
use super::named::{Claimed, NamedTimer, TimerStatus};
use clean::uncount_deleted;

pub use clean::{begin_adjust, clear_modified_earliest};
pub use run::fire_unlocked;

impl Sched {
    /// Adds a timer that no action names to the heap of the P that `m` owns, and makes sure that some M waits for it.
    ///
    /// # Panics
    /// As Go does: `timer when must be positive`, `timer period must be non-negative`.
    ///
    /// Go: time.go, addtimer 256-285 (1.19.8), (*timer).maybeAdd 684-730 (1.27.3).
    #[sync::summarized]
    pub fn addtimer(&self, m: &M, t: Timer) {
        assert!(t.when > 0, "timer when must be positive");
        assert!(t.period >= 0, "timer period must be non-negative");
        // Timers, 1. The G cannot be preempted here, so this is the M's own P until the end (Go: `acquirem`).
        let p = self.p(m.p());
        let mut timers = p.timers.lock();
        self.cleantimers(p, &mut timers);
        // Wake protocol, 1. Meets the loads of `timer0_when` in `check_timers`, of a thief, and `check_timers_no_p`
        // (4c).
        self.doaddtimer(p, &mut timers, Entry::unnamed(t));
        // Before the wakeup, which may take `sched.lock`: that comes before any `timersLock`.
        drop(timers);
        // Wake protocol, 2. It is not left out for a timer of the future: some M has to wait for it.
        (self.steps.timers_1_19.wake_for_timer)(self, m, t.when);
    }

    /// Adds the timer of a G that goes to sleep. `resettimer`, unlike `addtimer`, does not look at the other timers.
    ///
    /// Go: time.go, resetForSleep 202-206, resettimer 553-555 and modtimer 438-546 (1.19.8).
    #[sync::summarized]
    pub(crate) fn reset_for_sleep(&self, m: &M, t: Timer) {
        assert!(t.when > 0, "timer when must be positive");
        let p = self.p(m.p());
        let mut timers = p.timers.lock();
        self.doaddtimer(p, &mut timers, Entry::unnamed(t));
        drop(timers);
        (self.steps.timers_1_19.wake_for_timer)(self, m, t.when);
    }

    /// Adds the timer `id`, which is new, to the heap of `p`. That must be the P that `m` owns: see step 1.
    ///
    /// # Panics
    /// As Go does: `timer when must be positive`, `timer period must be non-negative`, `addtimer called with initialized
    /// timer`.
    ///
    /// Go: time.go, addtimer 256-285 (1.19.8).
    #[sync::summarized]
    pub fn addtimer_named(&self, m: &M, p: PId, id: TimerId, when: Time, period: Time) {
        assert!(when > 0, "timer when must be positive");
        assert!(period >= 0, "timer period must be non-negative");
        let t = self.timer(id);
        let new = t.status.cas(TimerStatus::NoStatus, TimerStatus::Waiting);
        assert!(new, "addtimer called with initialized timer");
        t.notes_set(m.id, when);
        t.when.set(when);
        t.period.set(period);
        let p = &self.allp[p.index()];
        let mut timers = p.timers.lock();
        self.cleantimers(p, &mut timers);
        self.doaddtimer(p, &mut timers, Entry::named(id, when)); // Timers, 4.
        drop(timers);
        // Timers, 5. After the lock, as in `addtimer`.
        (self.steps.timers_1_19.wake_for_timer)(self, m, when);
    }

    /// Stops the timer `id`. Returns whether it was active: it had not fired, and will not.
    ///
    /// Its heap may be another P's, so the timer stays there, marked, until an M that holds the heap's lock takes it off.
    ///
    /// Go: time.go, deltimer 313-371 (1.19.8).
    #[sync::summarized]
    pub fn deltimer(&self, m: &M, id: TimerId) -> bool {
        let t = self.timer(id);
        let stopped = loop {
            // Meets an M that runs or moves the timer, or a G that changes it: none of them waits for this one.
            let waits = |s| {
                matches!(s, TimerStatus::Running | TimerStatus::Moving | TimerStatus::Modifying)
            };
            match t.status.load_when(|s| !waits(s)) {
                s @ (TimerStatus::Waiting
                | TimerStatus::ModifiedLater
                | TimerStatus::ModifiedEarlier) => {
                    // Timers, 2. It fails if an M has begun to run or to move it, or another G to change it.
                    if t.status.cas(s, TimerStatus::Modifying) {
                        t.notes_stop(m.id);
                        // Before the mark: from then on an M may take the timer off, and clear `pp`.
                        let p = t.p();
                        t.change(TimerStatus::Modifying, TimerStatus::Deleted); // Timers, 3.
                        self.allp[p.index()].deleted_timers.add(1);
                        break true;
                    }
                }
                // It has fired, or was stopped before.
                _ => {
                    t.notes_stop(m.id);
                    break false;
                }
            }
        };
        self.emit(m, if stopped { Event::TimerStopped(id) } else { Event::StopTooLate(id) });
        stopped
    }

    /// Gives the timer `id` another time and period; a timer that has fired or was stopped becomes active again. Returns
    /// whether it was active before.
    ///
    /// # Panics
    /// As Go does: `timer when must be positive`, `timer period must be non-negative`.
    ///
    /// Go: time.go, modtimer 438-546 (1.19.8).
    #[sync::summarized]
    pub fn modtimer(&self, m: &M, id: TimerId, when: Time, period: Time) -> bool {
        let claimed = self.claim_timer(m, id, when);
        self.finish_modtimer(m, id, when, Some(period), claimed);
        claimed.pending
    }

    /// `modtimer` with the period that the timer has.
    ///
    /// Go: time.go, resettimer 553-555 (1.19.8).
    #[sync::summarized]
    pub fn resettimer(&self, m: &M, id: TimerId, when: Time) -> bool {
        let claimed = self.claim_timer(m, id, when);
        self.finish_modtimer(m, id, when, None, claimed);
        claimed.pending
    }

    /// The first part of `modtimer`: the timer is the caller's alone then, until `finish_modtimer`.
    ///
    /// Go: time.go, modtimer 438-495 (1.19.8).
    #[sync::summarized]
    pub(crate) fn claim_timer(&self, m: &M, id: TimerId, when: Time) -> Claimed {
        assert!(when > 0, "timer when must be positive");
        let t = self.timer(id);
        let claimed = loop {
            match t.status.load_when(TimerStatus::has_settled) {
                s @ (TimerStatus::Waiting
                | TimerStatus::ModifiedEarlier
                | TimerStatus::ModifiedLater) => {
                    // Timers, 2. As in `deltimer`.
                    if t.status.cas(s, TimerStatus::Modifying) {
                        break Claimed { was_removed: false, pending: true };
                    }
                }
                s @ (TimerStatus::NoStatus | TimerStatus::Removed) => {
                    // It fails if another G has begun to add it.
                    if (self.steps.timers_1_19.claim_removed)(t, s) {
                        break Claimed { was_removed: true, pending: false };
                    }
                }
                s => {
                    if t.status.cas(s, TimerStatus::Modifying) {
                        // While it is claimed no M takes it off, so `pp` stays.
                        uncount_deleted(&self.allp[t.p().index()], 1);
                        break Claimed { was_removed: false, pending: false };
                    }
                }
            }
        };
        t.notes_set(m.id, when);
        self.emit(m, Event::TimerClaimed(id, claimed.pending));
        claimed
    }

    /// The rest of `modtimer`, for a timer that the caller has claimed.
    ///
    /// Go: time.go, modtimer 497-541 (1.19.8).
    #[sync::summarized]
    pub(crate) fn finish_modtimer(
        &self,
        m: &M,
        id: TimerId,
        when: Time,
        period: Option<Time>,
        claimed: Claimed,
    ) {
        assert!(period.is_none_or(|period| period >= 0), "timer period must be non-negative");
        let t = self.timer(id);
        period.into_iter().for_each(|period| t.period.set(period));
        if claimed.was_removed {
            t.when.set(when);
            // Timers, 1. The G cannot be preempted since the claim.
            let p = self.p(m.p());
            let mut timers = p.timers.lock();
            self.doaddtimer(p, &mut timers, Entry::named(id, when)); // Timers, 4.
            drop(timers);
            // Meets an M that has found the timer on the heap since then: it waits for this.
            t.change(TimerStatus::Modifying, TimerStatus::Waiting);
            (self.steps.timers_1_19.wake_for_timer)(self, m, when); // Timers, 5.
            return;
        }
        // It stays where it is on a heap that may be another P's: only a holder of that heap's lock moves it.
        t.nextwhen.set(when);
        let earlier = when < t.when.get();
        let marked =
            if earlier { TimerStatus::ModifiedEarlier } else { TimerStatus::ModifiedLater };
        if earlier {
            // Timers, 4. Before the mark. Meets `adjusttimers`, which clears the word and then waits for this claim
            // to end: either it sees the mark, or the word stays as it is stored here.
            (self.steps.timers_1_19.publish_earlier)(&self.allp[t.p().index()], when);
        }
        t.change(TimerStatus::Modifying, marked); // Timers, 3.
        if earlier {
            // Timers, 5. Not in the claim: the wakeup may take `sched.lock`, and the M that holds that could wait for
            // the claim to end.
            (self.steps.timers_1_19.wake_for_timer)(self, m, when);
        }
    }

    /// The timer that actions name so.
    pub fn timer(&self, id: TimerId) -> &NamedTimer {
        &self.timers[id.index()]
    }
}

/// When the next timer of `p` fires; 0 if there is none. Without the lock.
///
/// Go: time.go, nobarrierWakeTime 756-763 (1.19.8), (*timers).wakeTime 958-970 (1.27.3).
pub fn nobarrier_wake_time(sched: &Sched, p: &P) -> Time {
    let next = p.timer0_when.load();
    if sched.timers.is_empty() {
        return next;
    }
    earlier(next, p.timer_modified_earliest.load())
}

/// Whether a G that is to be preempted is preempted inside of this action, which adds a timer or gives one another time.
pub fn preempts_in_ten_states(sched: &Sched, action: Action) -> bool {
    let steps = &sched.steps.timers_1_19;
    let preempts = if matches!(action, Action::Add(..)) {
        steps.preempts_in_add
    } else {
        steps.preempts_in_claim
    };
    preempts(sched)
}

/// When `t`, which is on a heap, is to fire, and its period. None if it was stopped, or a thread has it to itself: then that
/// is not known. For checks.
pub fn deadline_by_status(t: &NamedTimer) -> Option<(Time, Time)> {
    let when = match t.status.peek() {
        TimerStatus::Waiting => &t.when,
        TimerStatus::ModifiedEarlier | TimerStatus::ModifiedLater => &t.nextwhen,
        _ => return None,
    };
    Some((when.peek(|&when| when), t.period.peek(|&period| period)))
}
