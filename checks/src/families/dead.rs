//! Verify what `checkdead` counts, and how the clock moves.

use runtime_model::g::GStatus;

use harness::check::Check;
use harness::ensure;
use harness::view::View;

use super::timers::known_times;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "if no M runs, no G is runnable",
        invariant: "INV-DEAD",
        holds: if_no_m_runs_no_g_is_runnable,
    },
    Check {
        name: "checkdead is called when no M runs any more",
        invariant: "INV-DEADCALL",
        holds: checkdead_is_called,
    },
    Check {
        name: "the clock jumps to the next timer",
        invariant: "INV-FT1",
        holds: no_timer_is_jumped_over,
    },
    Check {
        name: "the clock goes on, and each jump has an effect",
        invariant: "INV-FT2",
        holds: the_clock_goes_on,
    },
];

fn if_no_m_runs_no_g_is_runnable(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    let run = locked.running();
    ensure!(run >= 0, "{run} Ms run");
    for g in &view.sched.allg {
        let status = view.status(g.id);
        let runnable = matches!(status, GStatus::Runnable | GStatus::Running | GStatus::Syscall);
        ensure!(run > 0 || !runnable, "no M runs, and {} is {status:?}", g.id);
    }
    Ok(())
}

/// It throws, or has an M run again. In real time it does neither if there is a timer: some M is about to wait for that, and so
/// runs, or sysmon will find it.
fn checkdead_is_called(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    let has_timers = || view.ps().iter().any(|p| p.num_timers.peek() > 0);
    let called = locked.running() > 0 || view.real_time() && has_timers();
    ensure!(
        called,
        "no M runs, and checkdead was not called: no deadlock is reported, and no clock moves"
    );
    Ok(())
}

/// A timer that was modified is due when it was modified to, whatever its heap says. In real time, a timer may be late.
fn no_timer_is_jumped_over(view: &View) -> Result<(), String> {
    if view.real_time() {
        return Ok(());
    }
    for p in view.ps() {
        for when in known_times(view, p) {
            ensure!(
                when == 0 || when >= view.now(),
                "{}'s timer of {when} is past at {}",
                p.id,
                view.now()
            );
        }
    }
    Ok(())
}

fn the_clock_goes_on(view: &View) -> Result<(), String> {
    let (then, now) = (view.memory.clock, view.now());
    ensure!(now >= then, "the clock went from {then} back to {now}");
    let jumps = view.sched.jumps.peek(|&jumps| jumps);
    ensure!(jumps <= 1, "{jumps} jumps to {now}, and no timer ran in between");
    Ok(())
}
