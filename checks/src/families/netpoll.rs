//! Verify that an M waits for what is to come, in real time: for timers and for descriptors; and that what comes earlier
//! interrupts its wait.

use runtime_model::m::MId;
use runtime_model::netpoll::Rg;
use runtime_model::{Time, MAX_WHEN};

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "an M that waits in a poll has no P and does not spin",
        invariant: "INV-NETSTATE",
        holds: an_m_that_polls_has_nothing,
    },
    Check {
        name: "pollUntil is the deadline of the M that polls",
        invariant: "INV-POLLUNTIL",
        holds: poll_until_is_the_deadline,
    },
    Check { name: "a break ends the poll", invariant: "INV-BREAK", holds: a_break_ends_the_poll },
    Check {
        name: "netpollWaiters counts each G that waits for a descriptor",
        invariant: "INV-POLL",
        holds: waiters_count_each_g,
    },
    Check {
        name: "with all Ps idle, an M polls for the Gs that wait",
        invariant: "INV-POLL",
        holds: an_m_polls_if_all_ps_are_idle,
    },
    Check {
        name: "a pending timer beside an idle P is waited for",
        invariant: "INV-TIMER",
        holds: a_pending_timer_has_an_m,
    },
];

/// Until when the M that waits in a poll waits.
fn polls_until(view: &View) -> Option<Time> {
    view.sched.world.kernel.peek(|kernel| kernel.polls_until())
}

fn an_m_that_polls_has_nothing(view: &View) -> Result<(), String> {
    let polls = |m: &MId| view.sched.m(*m).polls.peek(|&polls| polls);
    for m in view.ms().filter(polls) {
        let (p, nextp) = (view.p_of(m), view.nextp_of(m));
        ensure!(p.is_none() && nextp.is_none(), "{m} polls, with P {p:?} and nextp {nextp:?}");
        ensure!(!view.spinning(m), "{m} polls and spins");
    }
    Ok(())
}

/// 0 in `pollUntil` stands for a poll without an end.
fn poll_until_is_the_deadline(view: &View) -> Result<(), String> {
    let Some(until) = polls_until(view) else { return Ok(()) };
    let deadline = if until == MAX_WHEN { 0 } else { until };
    let (word, lastpoll) = (view.sched.poll_until.peek(), view.sched.lastpoll.peek());
    ensure!(word == deadline, "an M polls until {deadline}, and pollUntil is {word}");
    ensure!(lastpoll == 0, "an M polls, and lastpoll is {lastpoll}");
    Ok(())
}

/// The byte is there only while `netpollWakeSig` is 1; where no M moves, it is there if that is 1. And the M that waits in a poll
/// leaves it before the byte is read. (While the byte is there, it moves: so where no M moves, none waits beside a byte.)
fn a_break_ends_the_poll(view: &View) -> Result<(), String> {
    let (byte, lost) = view.sched.world.kernel.peek(|kernel| (kernel.byte(), kernel.lost_byte()));
    let sig = view.sched.netpoll_wake_sig.peek() == 1;
    ensure!(sig || !byte, "the break's byte is there, and netpollWakeSig is 0");
    ensure!(!lost, "the break's byte was read, and the M that it was to wake waits in its poll");
    // Where the operating system has lost it, the next poll finds it.
    let sent = byte || !sig || !view.quiescent || view.has_lost_a_break();
    ensure!(sent, "netpollWakeSig is 1, and its byte is gone");
    Ok(())
}

/// Up to Go 1.21 it is not counted off for a G that a poll returns, so it may be more.
fn waiters_count_each_g(view: &View) -> Result<(), String> {
    let waits = |rg: Rg| matches!(rg, Rg::G(_));
    let waiting = view.sched.descriptors.iter().filter(|pd| waits(pd.rg.peek())).count() as i32;
    let counted = view.sched.netpoll_waiters.peek();
    let counts = !view.quiescent || counted >= waiting;
    ensure!(counts, "{waiting} Gs wait for descriptors, and netpollWaiters is {counted}");
    Ok(())
}

fn an_m_polls_if_all_ps_are_idle(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked().filter(|_| view.quiescent) else { return Ok(()) };
    let waits = view.sched.descriptors.iter().find(|pd| matches!(pd.rg.peek(), Rg::G(_)));
    let all_idle = locked.idle_ps().count() == view.ps().len();
    if let (Some(pd), true) = (waits, all_idle) {
        let polled = polls_until(view).is_some();
        ensure!(polled, "{:?} waits for {}, all Ps are idle, and no M polls", pd.rg.peek(), pd.id);
    }
    Ok(())
}

/// Where no M moves, no break is under way, and no M spins.
fn a_pending_timer_has_an_m(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked().filter(|_| view.quiescent && view.real_time()) else {
        return Ok(());
    };
    if view.has_lost_a_break() {
        return Ok(());
    }
    let Some(idle) = locked.idle_ps().next() else { return Ok(()) };
    for p in view.ps() {
        let when = p.peek_wake_time();
        let waits = polls_until(view).is_some_and(|until| until <= when);
        let (now, of) = (view.now(), p.id);
        ensure!(
            when == 0 || waits,
            "{of}'s timer of {when} is pending at {now}, {idle} is idle, and no M waits for it"
        );
    }
    Ok(())
}
