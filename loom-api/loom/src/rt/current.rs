//! Which execution is under way, which of its threads runs, and whether threads switch.

use std::cell::Cell;

use explore::current::is_searching;
use explore::restore::Place;

thread_local! {
    /// The number of the thread that runs, in the order of creation.
    static CURRENT: Cell<usize> = const { Cell::new(0) };
    /// Set while no thread switches. The flag lies in the memory of the execution, which is hashed.
    static STILL: Cell<Option<&'static Cell<bool>>> = const { Cell::new(None) };
    /// Two threads could move at the same time. It is about all executions of the search, and belongs to none.
    static CONCURRENT: Cell<bool> = const { Cell::new(false) };
}

/// Two threads can move.
pub(crate) fn note_concurrent() {
    CONCURRENT.set(true);
}

/// Whether two threads could move, in any execution on this OS thread since the last call.
pub(crate) fn take_concurrent() -> bool {
    CONCURRENT.take()
}

/// The thread-locals of this module that belong to an execution.
pub(super) fn places() -> [Place; 2] {
    [CURRENT.with(Place::of), STILL.with(Place::of)]
}

/// Begins an execution, in which no thread switches until the program says so if `still`.
pub(super) fn begin(still: bool) {
    CURRENT.set(0);
    STILL.set(Some(Box::leak(Box::new(Cell::new(still)))));
}

/// Whether the caller runs in a model.
pub(crate) fn has_exec() -> bool {
    is_searching() && STILL.get().is_some()
}

/// The number of the thread that runs, in the order of creation.
pub(crate) fn current() -> usize {
    CURRENT.get()
}

pub(super) fn set_current(thread: usize) {
    CURRENT.set(thread);
}

/// Whether the program has switched exploration off, so that no thread switches.
pub(crate) fn is_still() -> bool {
    has_exec() && STILL.get().is_some_and(Cell::get)
}

/// Switches exploration on or off, in a model.
pub(crate) fn set_still(still: bool) {
    if let Some(flag) = STILL.get().filter(|_| has_exec()) {
        flag.set(still);
    }
}
