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
    ensure!(
        mcount as usize == ids + reserved,
        "mcount is {mcount}; ids that were taken: {ids}, reserved without one: {reserved}"
    );
    let started = view.ms().filter(|&m| view.started(m)).count();
    ensure!(
        !view.quiescent || started == ids,
        "no M moves; ids that were taken: {ids}, Ms that have begun: {started}"
    );
    Ok(())
}
