//! The verbs of timers: what the rest of the scheduler calls of them, one set for each way in which Go's timers have
//! worked; and, for each way, the places where it has been wrong.

use sync::MutexGuard;

use crate::g::GId;
use crate::ids::TimerId;
use crate::m::M;
use crate::p::{OwnedP, PId, P};
use crate::program::Action;
use crate::sched::Sched;
use crate::timers::{
    begin_adjust, begin_adjust_1_23, begin_adjust_in_two, clear_modified_earliest, clear_times,
    count_send, deadline_by_status, fire_unlocked, nobarrier_wake_time, peek_deadline, preempts_in,
    preempts_in_ten_states, publish_heaps, publish_if_earlier, publish_modified, publish_taken,
    sends_if_current, sends_in_any_case, uncount_sends, update_timer_modified_earliest, wake_time,
    Entry, NamedTimer, Received, Timer, TimerBits, TimerChan, TimerFunc, TimerStatus, TimerWords,
    Timers,
};
use crate::Time;

pub use crate::timers::park_then_add;

/// What a release's timers do.
#[derive(Clone, Copy)]
pub struct TimerVerbs {
    /// What the words of a P's timers are called.
    pub words: TimerWords,
    /// How the state of a timer that actions name is kept. For checks: each speaks of one way.
    pub states: TimerStates,
    /// Adds a timer that no action names to the heap of the M's own P, and makes sure that some M waits for it.
    pub add: fn(&Sched, &M, Timer),
    /// Adds the timer of a G that goes to sleep.
    pub sleep: fn(&Sched, &M, Timer),
    /// Adds a new timer that actions name to the heap of a P, which must be the M's own: when it fires, and its period.
    pub add_named: fn(&Sched, &M, PId, TimerId, Time, Time),
    /// Stops a timer. Returns whether it was active.
    pub stop: fn(&Sched, &M, TimerId) -> bool,
    /// Gives a timer another time and another period. Returns whether it was active.
    pub modify: fn(&Sched, &M, TimerId, Time, Time) -> bool,
    /// Gives a timer another time. Returns whether it was active.
    pub reset: fn(&Sched, &M, TimerId, Time) -> bool,
    /// Receives from a timer's channel; waits for a value, or not. None if no timer has a channel of its own.
    pub receive: Option<Receive>,
    /// Runs the timers of a P that are due. The time that is passed is a recent one, or 0. Returns the time, when the
    /// next timer of the P fires (0 if there is none, else later than the time), and whether any ran.
    pub check: fn(&Sched, &M, PId, Time) -> (Time, Time, bool),
    /// A timer of a P that is about to be destroyed moves to the heap of that P.
    pub move_one: fn(&Sched, &P, &mut Timers, Entry),
    /// All timers of the first P have moved to the second, whose lock is given back.
    pub moved_all: MovedAll,
    /// When the next timer of a P fires, seen without its lock; 0 if there is none.
    pub wake_time: fn(&Sched, &P) -> Time,
    /// Can a G that is to be preempted be preempted inside of this action?
    pub preempts_in: fn(&Sched, Action) -> bool,
    /// When a timer that is on a heap is to fire, and its period. None if it was stopped, or changes right now. For checks.
    pub deadline: fn(&NamedTimer) -> Option<(Time, Time)>,
}

/// A G goes to sleep: it parks, and its timer is added.
pub type ParksToSleep = fn(&Sched, &M, GId, Timer);

/// All timers of a P that is about to be destroyed have moved to another, whose lock is held.
pub type MovedAll = for<'p> fn(&Sched, &P, &'p P, MutexGuard<'p, Timers>);

/// A G receives from a timer's channel, waiting or not.
pub type Receive = fn(&Sched, &M, GId, TimerId, bool) -> Received;

/// How the state of a timer that actions name is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerStates {
    /// As one of ten values of a word, `status`.
    Ten,
    /// As bits under the timer's lock, with a copy in `astate`.
    Bits,
}

/// The timers of Go 1.14 to 1.22, as they were in 1.19.
pub const TIMERS_1_19: TimerVerbs = TimerVerbs {
    words: TimerWords {
        lock: "timersLock",
        len: "numTimers",
        first: "timer0When",
        modified: "timerModifiedEarliest",
        stopped: "deletedTimers",
    },
    states: TimerStates::Ten,
    add: Sched::addtimer,
    sleep: Sched::reset_for_sleep,
    add_named: Sched::addtimer_named,
    stop: Sched::deltimer,
    modify: Sched::modtimer,
    reset: Sched::resettimer,
    receive: None,
    check: Sched::check_timers,
    move_one: Sched::move_timer,
    moved_all: |sched, from, _, _| (sched.steps.timers_1_19.destroyed)(from),
    wake_time: nobarrier_wake_time,
    preempts_in: preempts_in_ten_states,
    deadline: deadline_by_status,
};

/// The timers of Go 1.23 to 1.27.
pub const TIMERS_1_23: TimerVerbs = TimerVerbs {
    words: TimerWords {
        lock: "timers.mu",
        len: "timers.len",
        first: "minWhenHeap",
        modified: "minWhenModified",
        stopped: "zombies",
    },
    states: TimerStates::Bits,
    add: Sched::add_unnamed,
    sleep: Sched::add_unnamed,
    add_named: Sched::new_timer,
    stop: Sched::stop_timer,
    modify: Sched::modify_timer,
    reset: Sched::reset_timer,
    receive: Some(Sched::receive),
    check: Sched::check,
    move_one: Sched::take_timer,
    moved_all: publish_heaps,
    wake_time,
    preempts_in,
    deadline: peek_deadline,
};

/// The places where Go's timers, up to 1.22, have been wrong.
#[derive(Clone, Copy)]
pub struct TimerSteps {
    /// `addtimer` has read which P is its M's: can its G be preempted before it locks that P's timers?
    /// (golang/go#44868)
    pub preempts_in_add: fn(&Sched) -> bool,
    /// `modtimer` has claimed a timer: can its G be preempted before it lets go? (golang/go#38070)
    pub preempts_in_claim: fn(&Sched) -> bool,
    /// A timer was added, or is to fire earlier: make sure that some M waits for it. (golang/go#38860)
    pub wake_for_timer: fn(&Sched, &M, Time),
    /// `modtimer` claims a timer that is on no heap. Returns false if another G was faster. (golang/go#35272)
    pub claim_removed: fn(&NamedTimer, TimerStatus) -> bool,
    /// A timer of a P is to fire earlier than its place says: how do others learn of it? (golang/go#47329)
    pub publish_earlier: fn(&P, Time),
    /// May a timer of a P that was modified to fire earlier be due? If so, the word that says it is cleared.
    /// (golang/go#47329)
    pub begin_adjust: fn(&Sched, &P, &Timers, Time) -> bool,
    /// A timer is off its heap, on its way to its new place there. (golang/go#35367)
    pub held_to_move: fn(&NamedTimer),
    /// A timer is in its new place. (golang/go#35367)
    pub moved: fn(&NamedTimer),
    /// The last timer has left the heap. (golang/go#51654)
    pub emptied: fn(&P),
    /// All timers of a P that is destroyed have left its heap. (No issue is known.)
    pub destroyed: fn(&P),
    /// Runs a timer's function. (golang/go#35375)
    pub fire:
        for<'p> fn(&Sched, &M, &'p P, MutexGuard<'p, Timers>, TimerFunc) -> MutexGuard<'p, Timers>,
}

/// As they should be. As they are in 1.19.8, but for `destroyed`, which is ours.
pub const TIMER_STEPS: TimerSteps = TimerSteps {
    preempts_in_add: |_| false,
    preempts_in_claim: |_| false,
    wake_for_timer: Sched::wake_net_poller,
    claim_removed: |t, status| t.status.cas(status, TimerStatus::Modifying),
    publish_earlier: update_timer_modified_earliest,
    begin_adjust,
    held_to_move: |_| {},
    moved: |t| t.change(TimerStatus::Moving, TimerStatus::Waiting),
    emptied: clear_modified_earliest,
    destroyed: clear_modified_earliest,
    fire: fire_unlocked,
};

/// As they are in Go 1.19.8: a P that is destroyed keeps the time of a timer that was modified (`destroyed`).
pub const TIMER_STEPS_1_19: TimerSteps = TimerSteps { destroyed: |_| {}, ..TIMER_STEPS };

/// The places where Go's timers, since 1.23, have been wrong.
#[derive(Clone, Copy)]
pub struct TimerSteps1_23 {
    /// `maybeAdd` has read which P is its M's: can its G be preempted before it locks that P's timers?
    /// (golang/go#66006)
    pub preempts_in_add: fn(&Sched) -> bool,
    /// A timer was modified, whose lock is held: how do others learn of its new state, and of its new time? Returns whether
    /// that is earlier than what is known of the modified timers of its P. (golang's CL 574741; and no issue is known.)
    pub publish_modified: fn(&NamedTimer, TimerBits, &P, Time) -> bool,
    /// `adjust` is about to look at all timers of a P. (No issue is known.)
    pub begin_adjust: fn(&P),
    /// An M is about to send a value, and holds the timer's lock: how do stop and reset learn of it? (golang/go#69312,
    /// golang/go#69880)
    pub begins_send: fn(&TimerChan),
    /// A timer with a channel is stopped or set: are the sends that are under way still counted? (No issue is known.)
    pub cancels_sends: fn(&TimerChan),
    /// An M is about to send a value, and holds `sendLock`; or it was about to, and the send was cancelled. (No issue is
    /// known.)
    pub sends: fn(&TimerChan, bool),
    /// A timer with a channel was stopped or set: takes the value out of the channel. Returns whether there was one.
    /// (golang/go#37196)
    pub drains: fn(&Sched, &M, &TimerChan) -> bool,
    /// A timer, whose lock is held, was taken off the heap of a P that is destroyed: how do others learn of its new state? (No
    /// issue is known.)
    pub publish_taken: fn(&NamedTimer, TimerBits),
    /// `cleanHead` has taken the last timer off a heap, from its tail. (No issue is known.)
    pub emptied_by_clean_head: fn(&P),
    /// `adjust` has taken the last timer off a heap. (No issue is known.)
    pub emptied_by_adjust: fn(&P),
}

/// As they should be. Ours, not Go's, is all but `preempts_in_add`, `begins_send` and `drains`.
pub const TIMER_STEPS_FIXED: TimerSteps1_23 = TimerSteps1_23 {
    preempts_in_add: |_| false,
    publish_modified,
    begin_adjust: begin_adjust_1_23,
    begins_send: count_send,
    cancels_sends: uncount_sends,
    sends: sends_if_current,
    drains: Sched::drain,
    publish_taken,
    emptied_by_clean_head: clear_times,
    emptied_by_adjust: clear_times,
};

/// As they are in Go 1.27.3: a heap that has become empty keeps its times (`emptied_by_clean_head`, `emptied_by_adjust`); a
/// timer's new time may get lost (`publish_modified`), or be in no word for a moment (`begin_adjust`); that a timer is on no heap
/// any more may be in no word (`publish_taken`).
pub const TIMER_STEPS_1_27: TimerSteps1_23 = TimerSteps1_23 {
    publish_modified: publish_if_earlier,
    begin_adjust: begin_adjust_in_two,
    cancels_sends: |_| {},
    sends: sends_in_any_case,
    publish_taken: |_, _| {},
    emptied_by_clean_head: |_| {},
    emptied_by_adjust: |_| {},
    ..TIMER_STEPS_FIXED
};

/// Takes a P for the due timer. Ours, not Go's. In real time an M that returns from a poll takes a P (2846-2867 in
/// 1.19.8, 3780-3804 in 1.27.3); under faketime Go stops it before that (2840-2845; 3774-3779).
pub fn p_for_due_timer(sched: &Sched) -> Option<OwnedP> {
    // Wake protocol, 4c and 5a, as for a G. Meets `wake_net_poller` of the M that added the timer, which may have
    // declined because this M still counted as a spinner.
    let mut locked = sched.lock.lock();
    sched.pidleget_spinning(&mut locked, 0)
}
