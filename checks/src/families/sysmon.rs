//! Verify that sysmon looks after the Ps that keep others waiting.

use runtime_model::g::{GId, GStatus, Park};

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "sysmon does not sleep on when a call or the start of the world has made a P busy",
        invariant: "INV-SYSMON",
        holds: sysmon_does_not_sleep_on,
    },
    Check {
        name: "a helper of sysmon's is idle exactly while it waits",
        invariant: "INV-SYSMON",
        holds: a_helper_is_idle_while_it_waits,
    },
    Check {
        name: "GOMAXPROCS is what sysmon has found, once that has been set",
        invariant: "INV-SYSMON",
        holds: gomaxprocs_is_what_was_found,
    },
    Check {
        name: "the scavenger does not wait while sysmon makes rounds",
        invariant: "INV-SYSMON",
        holds: the_scavenger_is_woken,
    },
];

/// Asked while its lock is free: sysmon holds that while it makes the helper runnable. Where no M moves, and sysmon does not sleep
/// deeply, it has made two rounds at this instant.
fn a_helper_is_idle_while_it_waits(view: &View) -> Result<(), String> {
    for helper in view.sched.sysmon.helpers() {
        let Some(idle) = helper.says_idle() else { continue };
        let g = view.sched.g(helper.g());
        let waits = view.status(g.id) == GStatus::Waiting && g.waited.peek(|&waited| waited);
        ensure!(idle == waits, "{} waits: {waits}; it is said to be idle: {idle}", g.id);
        let forces = view.sched.sysmon.forcegc.as_ref().is_some_and(|it| it.g() == g.id);
        let looks = view.quiescent && !view.sched.sysmon.sysmonwait.peek();
        let forgotten = idle && forces && looks && view.sched.peek_gc_is_due();
        ensure!(!forgotten, "no M moves, a garbage collection is to be forced, and {} waits", g.id);
        let left_out = view.finished(g.id) && g.waited.peek(|&waited| waited);
        ensure!(!left_out, "{} was made runnable, and has not done what it waited for", g.id);
    }
    Ok(())
}

/// While the change is on its way, it may be either. No other G sets it in such a program. Once sysmon has asked, the helper does not
/// wait.
fn gomaxprocs_is_what_was_found(view: &View) -> Result<(), String> {
    let Some(update) = view.sched.sysmon.update.peek(|&update| update) else { return Ok(()) };
    let helper = view.sched.sysmon.update_max_procs.as_ref();
    let waits = view.quiescent && helper.is_some_and(|helper| helper.says_idle() == Some(true));
    ensure!(
        update.is_done || !waits,
        "no M moves, sysmon has asked for {} Ps, and its helper waits",
        update.procs
    );
    let procs = view.sched.peek_gomaxprocs();
    ensure!(
        !update.is_done || procs == update.procs,
        "GOMAXPROCS is {procs}, and sysmon has asked for {}",
        update.procs
    );
    Ok(())
}

/// Asked where no M moves, so no wakeup is on its way. While the world is to stop, sysmon may sleep: its start wakes it.
fn sysmon_does_not_sleep_on(view: &View) -> Result<(), String> {
    if !view.quiescent {
        return Ok(());
    }
    ensure!(!view.sched.sysmon_is_woken(), "no M moves, and sysmon was woken, and sleeps on");
    if view.sched.gcwaiting.peek() || !view.sched.sysmon.sysmonwait.peek() {
        return Ok(());
    }
    let until = view.sched.sysmon_sleeps_until().unwrap_or_default();
    let owed = view.sched.sysmon.is_owed.peek(|&owed| owed);
    ensure!(
        !owed,
        "no M moves, and sysmon sleeps until {until:?}, as if all Ps had been idle since"
    );
    let left = view.ps().iter().find(|p| view.sched.is_in_call(p));
    left.map_or(Ok(()), |p| {
        Err(format!("no M moves, {} is in a system call, and sysmon sleeps until {until:?}", p.id))
    })
}

/// sysmon wakes it in each round, as it is always asked to here. The first of two rounds that change nothing would have.
fn the_scavenger_is_woken(view: &View) -> Result<(), String> {
    let waits = |g: &GId| view.sched.g(*g).park.peek() == Park::Parked;
    let waiting = view.sched.scavenger.filter(waits);
    if !view.quiescent || view.sched.sysmon.sysmonwait.peek() {
        return Ok(());
    }
    waiting.map_or(Ok(()), |g| {
        Err(format!("no M moves, sysmon has made two rounds, and {g} waits for it"))
    })
}
