//! The verbs of timers: what the rest of the scheduler calls of them, one set for each way in which Go's timers have
//! worked; and, for each way, the places where it has been wrong.

use sync::MutexGuard;

use crate::ids::TimerId;
use crate::m::M;
use crate::p::{OwnedP, PId, P};
use crate::sched::Sched;
use crate::timers::{
    begin_adjust, clear_modified_earliest, fire_unlocked, nobarrier_wake_time,
    update_timer_modified_earliest, NamedTimer, Timer, TimerFunc, TimerStatus, Timers,
};
use crate::Time;

/// What a release's timers do.
#[derive(Clone, Copy)]
pub struct TimerVerbs {
    /// Whether actions can name timers, to stop and to change them: the verbs for that exist.
    pub named: bool,
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
    /// Runs the timers of a P that are due. The time that is passed is a recent one, or 0. Returns the time, when the
    /// next timer of the P fires (0 if there is none, else later than the time), and whether any ran.
    pub check: fn(&Sched, &M, PId, Time) -> (Time, Time, bool),
    /// When the next timer of a P fires, seen without its lock; 0 if there is none.
    pub wake_time: fn(&Sched, &P) -> Time,
}

/// The timers of Go 1.14 to 1.22, as they were in 1.19.
pub const TIMERS_1_19: TimerVerbs = TimerVerbs {
    named: true,
    add: Sched::addtimer,
    sleep: Sched::reset_for_sleep,
    add_named: Sched::addtimer_named,
    stop: Sched::deltimer,
    modify: Sched::modtimer,
    reset: Sched::resettimer,
    check: Sched::check_timers,
    wake_time: nobarrier_wake_time,
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
    /// Runs a timer's function. (golang/go#35375)
    pub fire:
        for<'p> fn(&Sched, &M, &'p P, MutexGuard<'p, Timers>, TimerFunc) -> MutexGuard<'p, Timers>,
}

/// As they should be; and as they are in 1.19.8.
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
    fire: fire_unlocked,
};

/// Takes a P for the due timer. Ours, not Go's. In real time an M that returns from a poll takes a P (2846-2867 in
/// 1.19.8, 3780-3804 in 1.27.3); under faketime Go stops it before that (2840-2845; 3774-3779).
pub fn p_for_due_timer(sched: &Sched) -> Option<OwnedP> {
    // Wake protocol, 4c and 5a, as for a G. Meets `wake_net_poller` of the M that added the timer, which may have
    // declined because this M still counted as a spinner.
    let mut locked = sched.lock.lock();
    sched.pidleget_spinning(&mut locked, 0)
}
