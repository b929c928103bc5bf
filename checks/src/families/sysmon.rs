//! Verify that sysmon looks after the Ps that keep others waiting.

use runtime_model::g::GStatus;

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
];

/// Asked while its lock is free: sysmon holds that while it makes the helper runnable.
fn a_helper_is_idle_while_it_waits(view: &View) -> Result<(), String> {
    for helper in view.sched.sysmon.helpers() {
        let Some(idle) = helper.says_idle() else { continue };
        let g = view.sched.g(helper.g());
        let waits = view.status(g.id) == GStatus::Waiting && g.waited.peek(|&waited| waited);
        ensure!(idle == waits, "{} waits: {waits}; it is said to be idle: {idle}", g.id);
    }
    Ok(())
}

/// While the change is on its way, it may be either. No other G sets it in such a program.
fn gomaxprocs_is_what_was_found(view: &View) -> Result<(), String> {
    let Some(update) = view.sched.sysmon.update.peek(|&update| update) else { return Ok(()) };
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
    if !view.quiescent || view.sched.gcwaiting.peek() {
        return Ok(());
    }
    let owed = view.sched.sysmon.is_owed.peek(|&owed| owed);
    let sleeps = view.sched.sysmon.sysmonwait.peek();
    ensure!(
        !(owed && sleeps),
        "no M moves, and sysmon sleeps until {:?}, as if all Ps had been idle since",
        view.sched.sysmon_sleeps_until().unwrap_or_default()
    );
    Ok(())
}
