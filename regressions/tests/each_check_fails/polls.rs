//! Breaks of the poller's checks.

use runtime_model::m::{MId, M};
use runtime_model::p::PId;
use runtime_model::steps::{PollSteps, Steps, TimerVerbs, GO_FIXED, POLL_1_27, POLL_FIXED};
use runtime_model::timers::Timer;
use runtime_model::{Sched, Time};

use super::{of_newest as of, Break};

/// Who waits, for what, and until when.
pub(super) const POLLS: &[Break] = &[
    of(
        "an M that waits in a poll has no P and does not spin",
        "earlier-timer",
        Steps { timers: TimerVerbs { add: marks_the_poller, ..GO_FIXED.timers }, ..GO_FIXED },
    ),
    of(
        "pollUntil is the deadline of the M that polls",
        "earlier-timer",
        Steps { timers: TimerVerbs { add: stores_a_deadline, ..GO_FIXED.timers }, ..GO_FIXED },
    ),
    // Another break may be sent while the byte of the first one is there; the M that has sent one takes the byte.
    of(
        "a break ends the poll",
        "earlier-timer",
        with(PollSteps {
            takes_break: |sched| {
                sched.netpoll_wake_sig.store(0);
                sched.world.kernel.change("read", |kernel| kernel.set_byte(false));
            },
            ..POLL_FIXED
        }),
    ),
    of(
        "a break ends the poll",
        "earlier-timer",
        Steps { timers: TimerVerbs { add: takes_the_byte, ..GO_FIXED.timers }, ..GO_FIXED },
    ),
    // The signal is given without the byte.
    of(
        "a break ends the poll",
        "read-and-timer",
        with(PollSteps {
            leaves_post: |sched, m, _, _| {
                sched.netpoll_wake_sig.store(1);
                sched.become_spinning(m);
            },
            ..POLL_FIXED
        }),
    ),
    of(
        "netpollWaiters counts each G that waits for a descriptor",
        "poll-batch",
        with(PollSteps { adjust_waiters: counts_off_one_more, ..POLL_FIXED }),
    ),
    // A G is counted off that still waits, and no look says that a timer is pending. (Without one, Go reports a deadlock.)
    of(
        "with all Ps idle, an M polls for the Gs that wait",
        "two-reads",
        Steps {
            timers: TimerVerbs { check: forgets_the_next, ..GO_FIXED.timers },
            recheck_timers: |_, _, _| 0,
            ..with(PollSteps { adjust_waiters: counts_off_one_more, ..POLL_FIXED })
        },
    ),
    of(
        "a pending timer beside an idle P is waited for",
        "read-and-timer",
        with(PollSteps { leaves_post: POLL_1_27.leaves_post, ..POLL_FIXED }),
    ),
];

const fn with(poll: PollSteps) -> Steps {
    Steps { poll, ..GO_FIXED }
}

/// Adds the timer, and marks all other Ms as spinners if one of them waits in a poll.
fn marks_the_poller(sched: &Sched, m: &M, timer: Timer) {
    if sched.world.kernel.peek(|kernel| kernel.polls_until().is_some()) {
        let others = (0..sched.allm.len() as u32).map(MId).filter(|&other| other != m.id);
        others.for_each(|other| sched.m(other).spinning.set(true));
    }
    (GO_FIXED.timers.add)(sched, m, timer);
}

/// Adds the timer, and stores its time as the deadline of the M that waits in a poll.
fn stores_a_deadline(sched: &Sched, m: &M, timer: Timer) {
    (GO_FIXED.timers.add)(sched, m, timer);
    sched.poll_until.store(timer.when);
}

/// Adds the timer, and takes the break's byte back.
fn takes_the_byte(sched: &Sched, m: &M, timer: Timer) {
    (GO_FIXED.timers.add)(sched, m, timer);
    if sched.world.kernel.peek(|kernel| kernel.byte()) {
        (POLL_FIXED.takes_break)(sched);
    }
}

/// Runs what is due, and says that no other timer is pending.
fn forgets_the_next(sched: &Sched, m: &M, p: PId, now: Time) -> (Time, Time, bool) {
    let (now, _, ran) = (GO_FIXED.timers.check)(sched, m, p, now);
    (now, 0, ran)
}

fn counts_off_one_more(sched: &Sched, delta: i32) {
    if delta != 0 {
        sched.netpoll_waiters.add(delta - 1);
    }
}
