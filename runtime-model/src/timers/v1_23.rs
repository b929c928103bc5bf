//! The timers of Go 1.23 to 1.27: adding, stopping and changing them.
//!
//! # The protocol
//! Its numbered steps, and the schedule that breaks it without each of them, are in `runtime-model/README.md`, *The timers
//! since Go 1.23*. The code cites them by number: *Timers since 1.23, 3*. They are done here:
//!
//! | step | | where |
//! |---|---|---|
//! | 1 | stay | `maybe_add`: the M's own P, read and locked without a preemption in between |
//! | 2 | mark | `stop_timer`, `modify_timer` |
//! | 3 | publish the state | `publish_modified`; `unlock` (state.rs) |
//! | 4 | publish the time | `publish_modified`, `maybe_add` |
//! | 5 | wake | `maybe_add`, `modify_timer`: `wake_net_poller` |
//! | 6 | adjust | `adjust`, `begin_adjust` (heap.rs) |
//! | 7 | publish the length | `unlock_timers` (heap.rs) |
//! | 8 | empty | `delete_min`, `clear_times` (heap.rs) |
//! | 9 | run | run.rs |
//!
//! What `procresize` does with the timers of a P that it destroys is in taken.rs.
//!
//! # Timers that no action names
//! A sleeper's timer, or one of `after` and `ticker`, is known to nothing but its heap: until it fires, nothing changes it.
//! So it has no lock: its M alone knows it before it is on the heap, and only holders of the heap's lock come to it there.
//! Its bits are those of a timer in its place, and `adjust` and `cleanHead` pass it by.
//!
//! Without any timer that actions name, `minWhenModified` is always 0. `zombies` is not, in Go, while a timer runs; an M that
//! reads the 1 takes the heap's lock for nothing. Neither word is read or written here then.

pub(super) mod channel;
mod heap;
mod receive;
mod run;
pub(super) mod state;
mod taken;

use sync::MutexGuard;

use crate::event::Event;
use crate::ids::{PId, TimerId};
use crate::m::M;
use crate::p::P;
use crate::program::Action;
use crate::sched::Sched;
use crate::Time;

use super::heap::{earlier, Entry, Timer};
use super::named::NamedTimer;
use super::update_timer_modified_earliest;
use heap::uncount_zombie;

pub use channel::{Story, TimerChan};
pub use heap::{begin_adjust, begin_adjust_in_two, clear_times};
pub use receive::{count_send, sends_if_current, sends_in_any_case, uncount_sends, Received};
pub use state::{TimerBits, TimerData};
pub use taken::{publish_heaps, publish_taken};

impl Sched {
    /// Adds a timer that no action names to the heap of the P that `m` owns, and makes sure that some M waits for it.
    ///
    /// # Panics
    /// As Go does: `timer when must be positive`, `timer period must be non-negative`.
    ///
    /// Go: time.go, resetForSleep 376-379, modify 549-651 and maybeAdd 684-730 (1.27.3).
    #[sync::summarized]
    pub fn add_unnamed(&self, m: &M, t: Timer) {
        assert!(t.when > 0, "timer when must be positive");
        assert!(t.period >= 0, "timer period must be non-negative");
        // Timers since 1.23, 1. The G cannot be preempted here, so this is the M's own P until the end (Go: `acquirem`).
        let p = self.p(m.p());
        let mut timers = p.timers.lock();
        self.clean_head(p, &mut timers);
        let is_next = self.is_next(p, t.when);
        // Wake protocol, 1. Meets the loads of `timer0_when` in `check`, of a thief, and `check_timers_no_p` (4c).
        self.add_heap(p, &mut timers, Entry::unnamed(t));
        self.unlock_timers(p, timers);
        if is_next {
            // Wake protocol, 2. Else an M waits for an earlier timer of the same heap, or is about to: it comes to this
            // one, too. After the lock, as the wakeup may take `sched.lock`.
            self.wake_net_poller(m, t.when);
        }
    }

    /// Adds the timer `id`, which is new, to the heap of `p`. That must be the P that `m` owns: see step 1.
    ///
    /// # Panics
    /// As [`Sched::modify_timer`] does.
    ///
    /// Go: time.go, newTimer 394-415 (1.27.3).
    #[sync::summarized]
    pub fn new_timer(&self, m: &M, p: PId, id: TimerId, when: Time, period: Time) {
        self.modify(m, p, id, when, Some(period));
    }

    /// Stops the timer `id`. Returns whether it was active: it had not fired, and will not.
    ///
    /// Its heap may be another P's, so the timer stays there until a holder of the heap's lock takes it off.
    ///
    /// Go: time.go, (*timer).stop 478-518 (1.27.3).
    #[sync::summarized]
    pub fn stop_timer(&self, m: &M, id: TimerId) -> bool {
        let t = self.timer(id);
        let chan = t.chan.as_ref();
        let held = chan.map(|c| c.send_lock.lock());
        let mut data = t.mu.lock();
        if data.state.any(TimerBits::HEAPED) {
            let was_zombie = data.state.any(TimerBits::ZOMBIE);
            // Timers since 1.23, 2.
            data.state = data.state.with(TimerBits::MODIFIED).with(TimerBits::ZOMBIE);
            if !was_zombie {
                // Meets `check` of the P's M, which cleans up once there are many.
                self.heap_of(t).deleted_timers.add(1);
            }
        }
        let mut pending = data.when > 0;
        data.when = 0;
        t.notes_stop(m.id);
        if let Some(c) = chan {
            pending |= t.cancels_send(self.steps.timers_1_23.cancels_sends, c.ticks.get());
        }
        t.unlock(data);
        drop(held);
        // Channels of timers, 5.
        pending |= chan.is_some_and(|c| (self.steps.timers_1_23.drains)(self, m, c));
        self.emit(m, if pending { Event::TimerStopped(id) } else { Event::StopTooLate(id) });
        pending
    }

    /// Gives the timer `id` another time and period; a timer that has fired or was stopped becomes active again. Returns
    /// whether it was active before.
    ///
    /// # Panics
    /// As Go does: `timer when must be positive`, `timer period must be non-negative`.
    ///
    /// Go: time.go, (*timer).modify 549-651 (1.27.3).
    #[sync::summarized]
    pub fn modify_timer(&self, m: &M, id: TimerId, when: Time, period: Time) -> bool {
        self.modify(m, m.p().id(), id, when, Some(period))
    }

    /// `modify_timer` with the period that the timer has.
    ///
    /// Go: time.go, (*timer).reset 735-737 (1.27.3).
    #[sync::summarized]
    pub fn reset_timer(&self, m: &M, id: TimerId, when: Time) -> bool {
        self.modify(m, m.p().id(), id, when, None)
    }

    /// Go: time.go, (*timer).modify 549-651 (1.27.3). Left out: fake timers of synctest.
    #[sync::summarized]
    fn modify(&self, m: &M, p: PId, id: TimerId, when: Time, period: Option<Time>) -> bool {
        assert!(when > 0, "timer when must be positive");
        assert!(period.is_none_or(|period| period >= 0), "timer period must be non-negative");
        let t = self.timer(id);
        let held = t.chan.as_ref().map(|c| c.send_lock.lock());
        let mut data = t.mu.lock();
        let ticked = data.period > 0;
        period.into_iter().for_each(|period| data.period = period);
        let mut pending = data.when > 0;
        data.when = when;
        t.notes_set(m.id, when);
        let mut earlier = false;
        if data.state.any(TimerBits::HEAPED) {
            // Timers since 1.23, 2. It stays where it is on a heap that may be another P's.
            let heap = self.heap_of(t);
            if data.state.any(TimerBits::ZOMBIE) {
                uncount_zombie(heap);
            }
            data.state = data.state.with(TimerBits::MODIFIED).without(TimerBits::ZOMBIE);
            earlier = (self.steps.timers_1_23.publish_modified)(t, data.state, heap, when);
        }
        let add = t.needs_add(&data);
        if let Some(c) = &t.chan {
            c.ticks.set(data.period > 0);
            pending |= t.cancels_send(self.steps.timers_1_23.cancels_sends, ticked);
        }
        t.unlock(data);
        // Channels of timers, 5. With `sendLock` held: the value that is taken away is one of before.
        let drains = self.steps.timers_1_23.drains;
        pending |= t.chan.as_ref().is_some_and(|c| drains(self, m, c));
        drop(held);
        self.emit(m, Event::TimerClaimed(id, pending));
        if add {
            // Not in the timer's lock: a heap's lock comes before it. In between, another G may stop, set or add the timer.
            self.maybe_add(m, p, id);
        }
        if earlier {
            self.wake_net_poller(m, when); // Timers since 1.23, 5.
        }
        pending
    }

    /// Adds the timer to the heap of `p`, if it has to be on one and still is on none.
    ///
    /// Go: time.go, (*timer).maybeAdd 684-730 (1.27.3).
    #[sync::summarized]
    fn maybe_add(&self, m: &M, p: PId, id: TimerId) {
        // Timers since 1.23, 1.
        let p = &self.allp[p.index()];
        let mut timers = p.timers.lock();
        self.clean_head(p, &mut timers);
        let t = self.timer(id);
        let mut data = t.mu.lock();
        let mut next = None;
        // It need not, if it has been stopped since, or another G has added it.
        if t.needs_add(&data) {
            data.state = data.state.with(TimerBits::HEAPED);
            next = Some(data.when).filter(|&when| self.is_next(p, when));
            // Timers since 1.23, 4.
            self.add_heap(p, &mut timers, Entry::named(id, data.when));
        }
        t.unlock(data);
        self.unlock_timers(p, timers);
        if let Some(when) = next {
            self.wake_net_poller(m, when); // Timers since 1.23, 5.
        }
    }

    /// Whether `when` is earlier than what others know of the heap of `p`, whose lock the caller holds.
    ///
    /// Go: time.go, (*timer).maybeAdd 721-722 (1.27.3).
    fn is_next(&self, p: &P, when: Time) -> bool {
        let modified = if self.timers.is_empty() { 0 } else { p.timer_modified_earliest.load() };
        // Only holders of the lock write it.
        let wake_time = earlier(modified, p.timer0_when.owner_load());
        wake_time == 0 || when < wake_time
    }

    /// The P whose heap has `t`. The caller holds the timer's lock.
    fn heap_of(&self, t: &NamedTimer) -> &P {
        &self.allp[t.p().index()]
    }
}

impl NamedTimer {
    /// Publishes the state and releases the lock.
    ///
    /// Go: time.go, (*timer).unlock 265-271 (1.27.3).
    fn unlock(&self, data: MutexGuard<'_, TimerData>) {
        // Timers since 1.23, 3. Before the release: a state that is published is one in which the lock was free.
        self.astate.store(data.state);
        drop(data);
    }

    /// Whether it has to be put on a heap. One with a channel has to only while a G waits there.
    ///
    /// Go: time.go, needsAdd 655-663 (1.27.3).
    fn needs_add(&self, data: &TimerData) -> bool {
        let wanted = self.chan.is_none() || data.blocked > 0;
        !data.state.any(TimerBits::HEAPED) && data.when > 0 && wanted
    }

    /// Whether its time or its state is not what its place on the heap says, as far as it is known without the lock.
    fn may_need_adjusting(&self) -> bool {
        self.astate.load().any(TimerBits::MODIFIED.with(TimerBits::ZOMBIE))
    }
}

/// `t`, a timer of `p`, was modified to fire at `when`. Its lock is held; `state` is its new state. Returns whether it is
/// earlier than what is known of the modified timers of `p`.
///
/// Ours, not Go's: see [`publish_if_earlier`].
pub fn publish_modified(t: &NamedTimer, state: TimerBits, p: &P, when: Time) -> bool {
    // Timers since 1.23, 3 before 4. Meets `adjust`, which clears the word and then reads each timer's state: if it clears
    // what is read or written below, it sees this state, and waits for the lock.
    t.astate.store(state);
    let min = p.timer_modified_earliest.load();
    let earlier = min == 0 || when < min;
    if earlier {
        update_timer_modified_earliest(p, when);
    }
    earlier
}

/// The same, but the state is published only if the time is.
///
/// If the word is earlier than `when`, it is another timer's, and `adjust` may clear it before this state is published.
///
/// Go: time.go, (*timer).modify 584-590 (1.27.3).
pub fn publish_if_earlier(t: &NamedTimer, state: TimerBits, p: &P, when: Time) -> bool {
    let min = p.timer_modified_earliest.load();
    let earlier = min == 0 || when < min;
    if earlier {
        t.astate.store(state);
        update_timer_modified_earliest(p, when);
    }
    earlier
}

/// When the next timer of `p` fires; 0 if there is none. Without the lock.
///
/// Go: time.go, (*timers).wakeTime 958-970 (1.27.3).
pub fn wake_time(sched: &Sched, p: &P) -> Time {
    if sched.timers.is_empty() {
        return p.timer0_when.load();
    }
    // In this order. Meets `begin_adjust`, which writes the two in the other order: if the first is cleared here, the second
    // covers what was in it.
    let modified = p.timer_modified_earliest.load();
    earlier(p.timer0_when.load(), modified)
}

/// Whether a G that is to be preempted is preempted inside of this action.
pub fn preempts_in(sched: &Sched, action: Action) -> bool {
    matches!(action, Action::Add(..)) && (sched.steps.timers_1_23.preempts_in_add)(sched)
}

/// When `t`, which is on a heap, is to fire, and its period. None if it was stopped, or a thread has it to itself. For
/// checks.
pub fn peek_deadline(t: &NamedTimer) -> Option<(Time, Time)> {
    let data = t.mu.peek()?;
    let fires = data.when > 0 && !data.state.any(TimerBits::ZOMBIE);
    fires.then_some((data.when, data.period))
}
