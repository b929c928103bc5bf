//! Verify that each count of what is listed elsewhere is right. `npidle` is in `bookkeeping`, `nmspinning` in
//! `spinning`, `numTimers` in `timers`.

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "runqsize is the length of the global queue",
        invariant: "INV-GLOBAL",
        holds: runqsize_is_the_length,
    },
    Check {
        name: "nmidle is the length of the list of idle Ms",
        invariant: "INV-MIDLE",
        holds: nmidle_is_the_length,
    },
    Check {
        name: "mcount counts the Ms that exist or are reserved",
        invariant: "INV-DEAD",
        holds: mcount_counts_the_ms,
    },
    Check {
        name: "nmidlelocked and nmsys count the Ms that are not to count as running",
        invariant: "INV-DEAD",
        holds: others_are_counted,
    },
];

fn runqsize_is_the_length(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    let (size, length) = (view.sched.runqsize.peek(), locked.global_runq().count());
    ensure!(size == length as i32, "runqsize is {size}, and the queue has {length}");
    Ok(())
}

fn nmidle_is_the_length(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    let (nmidle, length) = (locked.nmidle(), locked.idle_ms().len());
    ensure!(nmidle == length as i32, "nmidle is {nmidle}, and the list has {length}");
    Ok(())
}

/// An M is counted from the moment its id is taken; its thread begins later, but before everything stands still.
fn mcount_counts_the_ms(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked() else { return Ok(()) };
    let mcount = locked.mcount();
    let reserved = locked.reserved_ps().count();
    let ids = view.ms().count() - locked.unborn_ms();
    // sysmon is counted before its thread begins. Before the world starts, there is only the M that starts it.
    let sysmon = i32::from(view.sched.has_sysmon() && (mcount > 1 || ids > 1));
    let extra = locked.extra_ms();
    let ended = view.ms().filter(|&m| view.exited(m)).count();
    ensure!(
        mcount == (ids + reserved) as i32 - ended as i32 + sysmon + extra,
        "mcount is {mcount}; ids that were taken: {ids}, reserved without one: {reserved}, Ms that have ended: {ended}, sysmon: {sysmon}, for calls from other threads: {extra}"
    );
    let started = view.ms().filter(|&m| view.started(m)).count();
    ensure!(
        !view.quiescent || started == ids,
        "no M moves; ids that were taken: {ids}, Ms that have begun: {started}"
    );
    Ok(())
}

/// Asked where no M moves: sysmon has no P and no G in its hands then, for which it counts an M more.
fn others_are_counted(view: &View) -> Result<(), String> {
    let Some(locked) = view.locked().filter(|_| view.quiescent) else { return Ok(()) };
    let (idle, system) = (locked.nmidlelocked(), locked.nmsys());
    let waiting = view.ms().filter(|&m| view.waits_for_locked_g(m)).count();
    ensure!(
        idle == waiting as i32,
        "nmidlelocked is {idle}; Ms that wait for the G that they are locked to: {waiting}"
    );
    let sysmon = i32::from(view.sched.has_sysmon());
    ensure!(system == sysmon, "nmsys is {system}; system Ms that have begun: {sysmon}");
    Ok(())
}
