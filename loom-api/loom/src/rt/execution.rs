//! The execution under way, and its threads.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;

use explore::restore::Place;

use super::current::{self, has_exec};
use super::flag::Flag;
use super::settings::Settings;

thread_local! {
    /// The execution under way, which lies in the memory of the execution.
    static EXEC: Cell<*mut Exec> = const { Cell::new(std::ptr::null_mut()) };
    /// Not in memory that is hashed: these numbers are a function of the rest, and threads that change them do not depend
    /// on each other.
    static COUNTS: Cell<Counts> = const { Cell::new(Counts { unfinished: 0, tracked: 0 }) };
}

/// A thread of the model.
pub(crate) struct Thread {
    /// Values of `thread_local!`, by the addresses of their keys.
    pub(crate) locals: BTreeMap<usize, Local>,
    pub(crate) flags: &'static Flags,
    pub(crate) name: Option<Box<str>>,
}

/// The flags of a thread, which live as long as the execution.
#[derive(Default)]
pub(crate) struct Flags {
    /// The token of `park` and `unpark`.
    pub(crate) token: Flag,
    /// A condition variable has woken it.
    pub(crate) woken: Flag,
    /// It has ended.
    pub(crate) done: Flag,
}

/// The value of a thread-local.
#[derive(Clone, Copy)]
pub(crate) enum Local {
    /// It exists.
    Value(*mut dyn Any),
    /// It has been dropped.
    Gone,
}

/// One execution.
pub(crate) struct Exec {
    pub(crate) threads: Vec<Thread>,
    /// Values of `lazy_static!`, by the addresses of their statics; `None` when they have been dropped.
    pub(crate) statics: Option<BTreeMap<usize, *mut dyn Any>>,
}

impl Exec {
    /// Begins an execution.
    pub(super) fn begin() {
        let exec = Exec { threads: Vec::with_capacity(8), statics: Some(BTreeMap::new()) };
        current::begin(Settings::now().explicit);
        EXEC.set(Box::into_raw(Box::new(exec)));
        COUNTS.set(Counts { unfinished: 0, tracked: 0 });
    }
}

/// The thread-locals of this OS thread that belong to an execution.
pub(crate) fn places() -> Vec<Place> {
    let [current, still] = current::places();
    vec![EXEC.with(Place::of), COUNTS.with(Place::of), current, still]
}

/// The execution under way. Nothing holds the reference over an operation, nor over a second call.
///
/// # Panics
/// Outside a model.
#[track_caller]
#[allow(clippy::mut_from_ref)]
pub(crate) fn exec() -> &'static mut Exec {
    assert!(
        has_exec(),
        "cannot access Loom execution state from outside a Loom model. are you accessing a Loom synchronization \
         primitive from outside a Loom test (a call to `model` or `check`)?"
    );
    // SAFETY: the execution exists while the search runs it, and all its threads run on this OS thread.
    unsafe { &mut *EXEC.get() }
}

/// What is counted in an execution.
#[derive(Clone, Copy)]
struct Counts {
    unfinished: usize,
    tracked: isize,
}

fn count(change: impl FnOnce(&mut Counts)) -> Counts {
    let mut counts = COUNTS.get();
    change(&mut counts);
    COUNTS.set(counts);
    counts
}

/// A thread begins (1) or ends (-1). Returns the number of threads that have not ended.
pub(crate) fn count_thread(by: isize) -> usize {
    count(|counts| counts.unfinished = counts.unfinished.wrapping_add_signed(by)).unfinished
}

/// A value whose leak is a failure is made (1) or dropped (-1).
pub(crate) fn count_tracked(by: isize) {
    if has_exec() {
        count(|counts| counts.tracked += by);
    }
}

/// The number of values that leaked, at the end of an execution.
pub(crate) fn leaked() -> isize {
    if Settings::now().leaks {
        COUNTS.get().tracked
    } else {
        0
    }
}

/// The flags of the thread with this number.
pub(crate) fn flags(thread: usize) -> &'static Flags {
    exec().threads[thread].flags
}
