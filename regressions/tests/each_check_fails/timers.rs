//! Breaks of the checks of timers that actions name.

use runtime_model::m::M;
use runtime_model::p::PId;
use runtime_model::steps::{
    Steps, TimerSteps, TimerVerbs, GO_13F6BE28, GO_1_19_FIXED, TIMERS_1_19, TIMER_STEPS,
};
use runtime_model::timers::{clear_modified_earliest, TimerStatus};
use runtime_model::{Sched, Time};

use super::{of, Break};

const STATES: &str = "a timer is where its state says";
const COVERED: &str = "timerModifiedEarliest covers the timers modified to fire earlier";
const COUNTED: &str = "deletedTimers counts the stopped timers of the heap";
const FIRES: &str = "a timer fires when it was set to, and stop and reset report whether it will";

/// Runs a timer's function as it should, and then does something to all timers that actions name.
macro_rules! after_firing {
    (|$t:ident| $harm:expr) => {
        with(TimerSteps {
            fire: |sched, m, p, timers, f| {
                drop(timers);
                sched.call_timer_func(m, p, f);
                sched.timers.iter().for_each(|$t| $harm);
                p.timers.lock()
            },
            ..TIMER_STEPS
        })
    };
}

pub(crate) const TIMERS: &[Break] = &[
    // A timer that has fired is timerWaiting, and on no heap.
    of(STATES, "preempted-add", after_firing!(|t| t.status.store(TimerStatus::Waiting))),
    // It points to a P, and is on no heap.
    of(STATES, "preempted-add", after_firing!(|t| t.pp.set(Some(PId(0))))),
    of(COVERED, "stale-earliest", GO_13F6BE28),
    of(COVERED, "modified-earlier", with(TimerSteps { publish_earlier: |_, _| {}, ..TIMER_STEPS })),
    of(
        COUNTED,
        "stale-earliest",
        with(TimerSteps {
            emptied: |p| {
                clear_modified_earliest(p);
                p.deleted_timers.add(1);
            },
            ..TIMER_STEPS
        }),
    ),
    of(FIRES, "preempted-add", verbs(TimerVerbs { check: check_too_early, ..TIMERS_1_19 })),
    of(
        FIRES,
        "stopped-while-moved",
        verbs(TimerVerbs { stop: |s, m, t| !s.deltimer(m, t), ..TIMERS_1_19 }),
    ),
    of(
        FIRES,
        "two-resets",
        verbs(TimerVerbs { reset: |s, m, t, when| !s.resettimer(m, t, when), ..TIMERS_1_19 }),
    ),
    of(
        FIRES,
        "modified-earlier",
        verbs(TimerVerbs { modify: |s, m, t, when, n| !s.modtimer(m, t, when, n), ..TIMERS_1_19 }),
    ),
    of(
        "a look at timers returns a later time",
        "sleep-twice",
        verbs(TimerVerbs { check: check_returns_now, ..TIMERS_1_19 }),
    ),
    of(
        "a timer's function runs without the lock of its heap",
        "sleep-twice",
        with(TimerSteps {
            fire: |sched, m, p, timers, f| {
                sched.call_timer_func(m, p, f);
                timers
            },
            ..TIMER_STEPS
        }),
    ),
    // Its new time is known to no M, whether it is past or not.
    of(
        "no timer is due beside an idle P",
        "modified-earlier",
        with(TimerSteps { publish_earlier: |_, _| {}, ..TIMER_STEPS }),
    ),
    of(
        "the clock jumps to the next timer",
        "ticker-changed",
        with(TimerSteps { publish_earlier: |_, _| {}, ..TIMER_STEPS }),
    ),
];

const fn with(timers_1_19: TimerSteps) -> Steps {
    Steps { timers_1_19, ..GO_1_19_FIXED }
}

const fn verbs(timers: TimerVerbs) -> Steps {
    Steps { timers, ..GO_1_19_FIXED }
}

/// Runs the timers of the next ticks, too.
fn check_too_early(sched: &Sched, m: &M, p: PId, _: Time) -> (Time, Time, bool) {
    sched.check_timers(m, p, sched.nanotime() + 9)
}

fn check_returns_now(sched: &Sched, m: &M, p: PId, now: Time) -> (Time, Time, bool) {
    let (now, next, ran) = sched.check_timers(m, p, now);
    (now, next.min(now), ran)
}
