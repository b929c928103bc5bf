//! Verify that sysmon looks after the Ps that keep others waiting.

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[Check {
    name: "sysmon does not sleep on when a call or the start of the world has made a P busy",
    invariant: "INV-SYSMON",
    holds: sysmon_does_not_sleep_on,
}];

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
