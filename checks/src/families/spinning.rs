//! Verify that `nmspinning` counts the Ms that look for work, and no others.

use harness::check::Check;
use harness::ensure;
use harness::view::View;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "nmspinning counts the spinners",
        invariant: "INV-SPIN",
        holds: nmspinning_counts_the_spinners,
    },
    Check {
        name: "one wakeup is under way at a time",
        invariant: "INV-WAKEP, INV-ONE",
        holds: one_wakeup_at_a_time,
    },
    Check {
        name: "an M that executes a G does not spin",
        invariant: "INV-RESET, INV-SPINLOCAL",
        holds: who_executes_does_not_spin,
    },
];

/// The Ms that are marked, and the increments that `startm` carries; if no M moves, only those that are kept for an M that
/// cannot be started.
fn nmspinning_counts_the_spinners(view: &View) -> Result<(), String> {
    let nmspinning = view.sched.nmspinning.peek();
    let marked = view.ms().filter(|&m| view.spinning(m)).count();
    let in_flight = view.sched.spins_in_flight.peek(|&n| n);
    ensure!(
        nmspinning == marked as i32 + in_flight,
        "nmspinning is {nmspinning}; Ms that spin: {marked}, increments in flight: {in_flight}"
    );
    let Some(locked) = view.locked().filter(|_| view.quiescent) else { return Ok(()) };
    let kept = locked.reserved_spinners();
    ensure!(
        nmspinning == kept as i32,
        "no M moves, nmspinning is {nmspinning}, and {kept} are kept"
    );
    Ok(())
}

/// `wakep` increments from 0 only: a second increment cannot be under way beside the first.
fn one_wakeup_at_a_time(view: &View) -> Result<(), String> {
    let in_flight = view.sched.spins_in_flight.peek(|&n| n);
    ensure!((0..=1).contains(&in_flight), "{in_flight} increments of nmspinning are under way");
    Ok(())
}

fn who_executes_does_not_spin(view: &View) -> Result<(), String> {
    for m in view.ms() {
        let g = view.curg_of(m);
        ensure!(g.is_none() || !view.spinning(m), "{m} executes {g:?} and spins");
    }
    Ok(())
}
