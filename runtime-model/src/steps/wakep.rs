//! `wakep`, in each way in which it has been: an M has made work, and wakes another.

use crate::event::Event;
use crate::m::M;
use crate::sched::Sched;

/// Like Go since 1.20, except that a waker that finds no idle P undoes its `nmspinning` increment *before* it sets
/// `needspinning`. This order is ours. In Go's order, a spinner may clear `needspinning` and then leave a wakeup to
/// the increment that is about to be undone; see [`wakep_1_20`].
///
/// Go: proc.go, wakep 3227-3261 and pidlegetSpinning 7481-7494 (1.27.3), with the store of `needspinning` moved behind
/// the decrement at 3245.
#[sync::summarized]
pub fn wakep_with_p(sched: &Sched, m: &M) {
    // Wake protocol, 2. There is no early return if `npidle` is 0, as there was up to 1.19: the number may be old, and
    // then no `needspinning` would be set for the M that drops the next P.
    let Some(spin) = sched.begin_spin(m) else { return };
    let mut locked = sched.lock.lock();
    let Some(p) = sched.pidleget(&mut locked, 0) else {
        sched.emit(m, Event::WakepDeclinedNoIdleP);
        // Wake protocol, 5a. First the undoing: an M that begins to spin after the store below, and clears it, no
        // longer finds this increment, so it wakes another M itself once it has found work (3).
        sched.undo_spin(m, spin, "wakep");
        // Meets the load in `must_keep_p`, under the same lock: no P can be dropped between the failed `pidleget` and
        // this.
        sched.needspinning.store(1);
        return;
    };
    // An M that parks before `startm` has the lock finds this one running, so `checkdead` is right.
    drop(locked);
    sched.startm(m, Some(p), Some(spin));
}

/// Takes an idle P first. If there is none, sets `needspinning` and *then* undoes the increment, all under the lock.
///
/// 1. Another M is below the spin limit, and about to count as a spinner.
/// 2. This M has published a G. It counts itself, finds no P, and sets `needspinning`.
/// 3. The other becomes a spinner, which clears `needspinning`. It steals an older G, and leaves the wakeup to
///    this M's increment.
/// 4. It runs that G to its end. The increment still counts: with GOMAXPROCS=2 it is over the spin limit, so it
///    does not spin, and goes to drop its P.
/// 5. This M undoes the increment and releases the lock. `needspinning` is 0, so the other M drops its P, and the G
///    that this one published waits beside it.
///
/// Go: proc.go, wakep 3227-3261 (1.27.3; since 1.20).
#[sync::summarized]
pub fn wakep_1_20(sched: &Sched, m: &M) {
    let Some(spin) = sched.begin_spin(m) else { return };
    let mut locked = sched.lock.lock();
    let Some(p) = sched.pidleget_spinning(&mut locked, 0) else {
        // Too late: meets the decrement in `stop_spinning` and the load in `below_spin_limit` of an M that has cleared
        // `needspinning` since.
        sched.undo_spin(m, spin, "wakep");
        return;
    };
    drop(locked);
    sched.startm(m, Some(p), Some(spin));
}

/// If no P is idle, does nothing. Go: proc.go, wakep 2422-2431 (1.19.8).
pub fn wakep_if_idle_p(sched: &Sched, m: &M) {
    // Meets `pidleput` in `drop_p_locked`, of an M that does not spin: it has searched already, drops its P right after
    // this load, and does not look again (golang/go#45867).
    if sched.npidle.load() == 0 {
        sched.emit(m, Event::WakepDeclinedNoIdleP);
        return;
    }
    if let Some(spin) = sched.begin_spin(m) {
        sched.startm(m, None, Some(spin));
    }
}
