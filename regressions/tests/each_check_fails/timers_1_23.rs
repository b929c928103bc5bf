//! Breaks of the checks of the timers of 1.23.

use runtime_model::ids::TimerId;
use runtime_model::m::M;
use runtime_model::p::PId;
use runtime_model::steps::{
    Steps, TimerSteps1_23, TimerVerbs, GO_FIXED, TIMERS_1_23, TIMER_STEPS_1_27, TIMER_STEPS_FIXED,
};
use runtime_model::timers::{TimerBits, TimerData};
use runtime_model::{Sched, Time};

use super::{of_newest as of, Break};

const TELLS: &str = "minWhenHeap, minWhenModified and len tell the heap";
const PLACE: &str = "a timer is on the heap that its bits and ts say";
const ASTATE: &str = "astate is the state of a timer that is not locked";
const COUNTED: &str = "zombies counts the stopped timers of the heap";
const COVERED: &str = "no timer is to fire before the wake time of its heap";
const FIRES: &str = "a timer fires when it was set to, and stop and reset report whether it will";

const REPORTS: &str = "stop and reset of a timer with a channel report what happened";

/// Stops a timer as it should be, and then does something to it.
macro_rules! after_stop {
    (|$sched:ident, $t:ident| $harm:expr) => {
        verbs(TimerVerbs {
            stop: |$sched, m, id| {
                let was_active = $sched.stop_timer(m, id);
                let $t = $sched.timer(id);
                $harm;
                was_active
            },
            ..TIMERS_1_23
        })
    };
}

pub(crate) const TIMERS: &[Break] = &[
    // What Go has: a time without a timer, of the heap, and of modified timers.
    of(
        TELLS,
        "stopped-before-added",
        with(TimerSteps1_23 {
            emptied_by_clean_head: TIMER_STEPS_1_27.emptied_by_clean_head,
            ..TIMER_STEPS_FIXED
        }),
    ),
    of(
        TELLS,
        "stopped-while-adjusted",
        with(TimerSteps1_23 {
            emptied_by_adjust: TIMER_STEPS_1_27.emptied_by_adjust,
            ..TIMER_STEPS_FIXED
        }),
    ),
    // One timer more is counted than there is.
    of(TELLS, "sleep-twice", verbs(TimerVerbs { check: counts_one_more, ..TIMERS_1_23 })),
    // It points to no heap, and is on one.
    of(PLACE, "timers-cleared", after_stop!(|_s, t| t.pp.set(None))),
    // It is modified, and on no heap.
    of(PLACE, "started-again", after_stop!(|_s, t| change(&mut t.mu.lock(), TimerBits::MODIFIED))),
    // It is on the heap, and its bits say that it is not.
    of(PLACE, "timers-cleared", after_stop!(|_s, t| t.mu.lock().state = TimerBits::NONE)),
    // It has another time than its place on the heap, and is not marked.
    of(PLACE, "modified-earlier", verbs(TimerVerbs { modify: forgets_the_mark, ..TIMERS_1_23 })),
    of(ASTATE, "timers-cleared", after_stop!(|_s, t| t.mu.lock().state = TimerBits::HEAPED)),
    of(
        COUNTED,
        "timers-cleared",
        after_stop!(|sched, t| t.pp.get().map(|p| sched.allp[p.index()].deleted_timers.add(1))),
    ),
    // The new time is not published; the state is published too late for it; the wake time is too late for a moment.
    of(
        COVERED,
        "modified-earlier",
        with(TimerSteps1_23 { publish_modified: |_, _, _, _| false, ..TIMER_STEPS_FIXED }),
    ),
    of(
        COVERED,
        "modified-while-adjusted",
        with(TimerSteps1_23 {
            publish_modified: TIMER_STEPS_1_27.publish_modified,
            ..TIMER_STEPS_FIXED
        }),
    ),
    of(
        COVERED,
        "reset-while-cleared",
        with(TimerSteps1_23 { begin_adjust: TIMER_STEPS_1_27.begin_adjust, ..TIMER_STEPS_FIXED }),
    ),
    of(FIRES, "preempted-add", verbs(TimerVerbs { check: check_too_early, ..TIMERS_1_23 })),
    of(
        FIRES,
        "stopped-while-moved",
        verbs(TimerVerbs { stop: |s, m, t| !s.stop_timer(m, t), ..TIMERS_1_23 }),
    ),
    of(
        FIRES,
        "two-resets",
        verbs(TimerVerbs { reset: |s, m, t, when| !s.reset_timer(m, t, when), ..TIMERS_1_23 }),
    ),
    // What Go has; a result that is another one; a value that stays in the channel; and a send that is not cancelled.
    of(
        REPORTS,
        "received-twice",
        with(TimerSteps1_23 {
            cancels_sends: TIMER_STEPS_1_27.cancels_sends,
            sends: TIMER_STEPS_1_27.sends,
            ..TIMER_STEPS_FIXED
        }),
    ),
    of(
        REPORTS,
        "receive-beside-stop",
        verbs(TimerVerbs { stop: |s, m, t| !s.stop_timer(m, t), ..TIMERS_1_23 }),
    ),
    of(
        REPORTS,
        "received-twice",
        with(TimerSteps1_23 { drains: |_, _, _| false, ..TIMER_STEPS_FIXED }),
    ),
    of(
        REPORTS,
        "received-twice",
        after_stop!(|_s, t| {
            let c = t.channel();
            c.seq.set(c.seq.get() - 1);
            // The M that is about to send counts itself off.
            c.is_sending.add(1);
        }),
    ),
    // The timers of a P that goes idle are on its heap, and its bit is clear.
    of(
        "timerpMask covers every P that may have timers",
        "sleep-beside-busy",
        Steps { update_timer_p_mask: |sched, p| sched.timerp_mask.clear(p.id()), ..GO_FIXED },
    ),
];

const fn with(timers_1_23: TimerSteps1_23) -> Steps {
    Steps { timers_1_23, ..GO_FIXED }
}

const fn verbs(timers: TimerVerbs) -> Steps {
    Steps { timers, ..GO_FIXED }
}

fn change(data: &mut TimerData, bits: TimerBits) {
    data.state = data.state.with(bits);
}

/// Runs the timers of the next ticks, too.
fn check_too_early(sched: &Sched, m: &M, p: PId, _: Time) -> (Time, Time, bool) {
    sched.check(m, p, sched.nanotime() + 9)
}

/// Looks at the timers, and then counts one more.
fn counts_one_more(sched: &Sched, m: &M, p: PId, now: Time) -> (Time, Time, bool) {
    let result = sched.check(m, p, now);
    let p = &sched.allp[p.index()];
    let _held = p.timers.lock();
    p.num_timers.add(1);
    result
}

/// Gives the timer another time, and leaves its bits as they are.
fn forgets_the_mark(sched: &Sched, _: &M, id: TimerId, when: Time, _: Time) -> bool {
    let mut data = sched.timer(id).mu.lock();
    data.when = when;
    true
}
