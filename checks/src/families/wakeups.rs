//! Verify that no work waits beside an idle P when no M moves: no wakeup was lost.

use runtime_model::g::GId;

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[Check {
    name: "no G is runnable beside an idle P",
    invariant: "INV-WC",
    holds: no_g_is_runnable_beside_an_idle_p,
}];

fn no_g_is_runnable_beside_an_idle_p(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    let Some(idle) = locked.idle_ps().next().filter(|_| view.quiescent) else { return Ok(()) };
    let global: Vec<GId> = locked.global_runq().collect();
    ensure!(global.is_empty(), "{global:?} on the global queue, no M moves, and {idle} is idle");
    for p in view.ps() {
        let gs = p.peek_runq();
        ensure!(p.peek_runqempty(), "{gs:?} on {}'s queue, no M moves, and {idle} is idle", p.id);
    }
    Ok(())
}
