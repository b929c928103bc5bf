//! Verify what `checkdead` counts, and how the clock moves.

use runtime_model::g::{GStatus, Park};

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
        name: "a deadlock is reported only if no G can ever run",
        invariant: "INV-NODEADFALSE",
        holds: no_deadlock_is_reported_in_error,
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
    let run = locked.running() - locked.run0();
    ensure!(locked.running() >= 0, "{} Ms run", locked.running());
    for g in view.sched.allg.iter().filter(|g| !view.sched.is_system_goroutine(g.id)) {
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
    let called = locked.running() > locked.run0() || view.real_time() && has_timers();
    ensure!(
        called,
        "no M runs, and checkdead was not called: no deadlock is reported, and no clock moves"
    );
    Ok(())
}

/// Asked as it is reported. A G that waits and is not parked, and for no timer's value, waits for a timer, or for a descriptor, or
/// is in the hands of a thread that is about to put it on a queue.
fn no_deadlock_is_reported_in_error(view: &View) -> Result<(), String> {
    if !view.sched.reports_deadlock.peek(|&reports| reports) {
        return Ok(());
    }
    for p in view.ps() {
        let timers = p.num_timers.peek();
        ensure!(timers == 0, "a deadlock is reported, and {} has timers: {timers}", p.id);
    }
    let receives = |g| {
        let chans = view.sched.timers.iter().filter_map(|t| t.chan.as_ref());
        chans.filter_map(|c| c.recvq.peek()).any(|recvq| recvq.contains(&g))
    };
    for g in view.sched.allg.iter().filter(|g| !view.sched.is_system_goroutine(g.id)) {
        let status = view.status(g.id);
        let ended = matches!(status, GStatus::Idle | GStatus::Dead);
        let parked = g.park.peek() == Park::Parked || receives(g.id);
        let asleep = ended || status == GStatus::Waiting && parked;
        ensure!(asleep, "a deadlock is reported; {} is {status:?}; parked: {parked}", g.id);
    }
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
