//! `choose`, which loom lacks.
//!
//! loom has one source of nondeterminism besides schedules: which of several stores a load reads, if
//! nothing orders it after them. A *die* is an atomic with two stores that is read once.

use std::cell::RefCell;
use std::sync::Arc;

use loom::sync::atomic::{AtomicU64, Ordering};
use loom::sync::{Condvar, Mutex};
use loom::thread;

use super::word::unfenced;
use crate::current::thread_id;

/// The number of dice in an execution. A choice among `n` uses as many as there are bits to distinguish
/// them.
const COUNT: usize = 64;

thread_local! {
    static DICE: RefCell<Vec<Arc<AtomicU64>>> = const { RefCell::new(Vec::new()) };
}

/// Chooses by repeated halving, with one die for each step.
pub(crate) fn choose(n: usize) -> usize {
    let (mut low, mut high) = (0, n);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if throw() {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn throw() -> bool {
    let die = DICE.with_borrow_mut(Vec::pop);
    let die = die.unwrap_or_else(|| panic!("choose: more than {COUNT} dice in one execution"));
    unfenced(thread_id(), || die.load(Ordering::Relaxed)) == 1
}

/// Prepares the dice: creates them, and has a thread store to them in such a way that it has ended before
/// anything else happens, and yet nothing is ordered *after* its stores.
///
/// 1. The first thread waits on a condition variable until the other has started.
/// 2. The other wakes it, releases the lock, and only then stores.
/// 3. While loom does not explore, it switches threads only when one blocks or ends. So the first thread
///    continues after the stores, and what it has synchronized with is older than they are.
///
/// The first thread must not yield instead: to guarantee progress, loom lets no load after a yield read
/// what its thread has seen before.
pub(super) fn lay() {
    loom::stop_exploring();
    let dice: Vec<_> = (0..COUNT).map(|_| Arc::new(AtomicU64::new(0))).collect();
    let started = Arc::new((Mutex::new(()), Condvar::new()));
    let guard = started.0.lock().ok();
    let (theirs, starts) = (dice.clone(), started.clone());
    thread::spawn(move || {
        drop(starts.0.lock().map(|_guard| starts.1.notify_one()));
        theirs.iter().for_each(|die| die.store(1, Ordering::Relaxed));
    });
    drop(guard.and_then(|guard| started.1.wait(guard).ok()));
    DICE.set(dice);
    loom::explore();
}
