//! Verify that the program gets done. A user would see it if not: it reads no P, list, mask or counter.
//!
//! Throws, and Go's own report of a deadlock, are symptoms too; they come from the model. What a G waits for is in the
//! message alone, for which timers are read.

mod waits;

use runtime_model::g::GId;

use harness::check::Check;
use harness::ensure;
use harness::view::View;

/// The check of a program that stands still.
pub const HANG: &str = "the program finishes";

/// The check of a program that runs and gets nowhere.
pub const LIVELOCK: &str = "the program gets on";

/// More rounds of `find_runnable`, of all Ms together or, in a search, of one alone, without a G run, a timer
/// run or a step of time are a livelock, as are more jumps of the clock to one instant. An M looks once or
/// twice before it parks.
const MOST_ROUNDS: u32 = 60;
const MOST_JUMPS: u32 = 8;

/// More rounds of sysmon that change something, while no M can move, without progress of an M are a livelock.
const MOST_IN_VAIN: u32 = 8;

pub(crate) const CHECKS: &[Check] = &[
    Check { name: LIVELOCK, invariant: "symptom, INV-PROGRESS", holds: the_program_gets_on },
    Check { name: HANG, invariant: "symptom", holds: the_program_finishes },
];

fn the_program_gets_on(view: &View) -> Result<(), String> {
    let (rounds, jumps) =
        (sync::driver::rounds_without_progress(), view.sched.jumps.peek(|&jumps| jumps));
    ensure!(
        rounds <= MOST_ROUNDS,
        "livelock: {rounds} rounds of find_runnable, and nothing came of them"
    );
    ensure!(jumps <= MOST_JUMPS, "livelock: {jumps} jumps of the clock to one instant");
    let vain = view.sched.sysmon.vain.peek(|&vain| vain);
    ensure!(vain <= MOST_IN_VAIN, "livelock: {vain} rounds of sysmon, and nothing came of them");
    let only_ticks = view.sched.only_ticks.peek(|&only| only);
    ensure!(!only_ticks, "livelock: the clock jumps from tick to tick, and no tick wakes a G");
    Ok(())
}

/// Asked in final states only: quiescent ones in which the world has no move left.
///
/// Main's exit excuses no other G: a real program may exit at any time, but until it does, it runs, and a G that has
/// a P to run on must not be forgotten. A G that sleeps or is parked when main exits cannot finish any more, and
/// the program says so by naming those that must.
fn the_program_finishes(view: &View) -> Result<(), String> {
    if !view.last {
        return Ok(());
    }
    let gs = view.sched.allg.iter().map(|g| g.id);
    let waiting: Vec<GId> = gs.filter(|&g| view.must_finish(g) && !view.finished(g)).collect();
    let after = if view.finished(GId::MAIN) { "main has ended, " } else { "" };
    let have = if waiting.len() == 1 { "has" } else { "have" };
    ensure!(
        waiting.is_empty(),
        "hang: {after}no M moves, and {waiting:?} {have} not finished: {}",
        waits::reasons(view, &waiting)
    );
    Ok(())
}
