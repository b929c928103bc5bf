//! The current execution, and the current thread of it.
//!
//! The engines that explore run all threads on one OS thread, so *current* is saved before and restored
//! after each operation that may switch threads. On std every OS thread has its own.

use std::cell::{Cell, RefCell};
use std::panic::{resume_unwind, Location};
use std::sync::Arc;

use crate::engine;
use crate::execution::{Execution, Outcome};
use crate::Name;

thread_local! {
    static EXECUTION: RefCell<Option<Arc<Execution>>> = const { RefCell::new(None) };
    static THREAD: Cell<usize> = const { Cell::new(0) };
    /// Something has changed since the last look.
    static CHANGED: Cell<bool> = const { Cell::new(false) };
    /// A check looks, and not the program.
    static OBSERVING: Cell<bool> = const { Cell::new(false) };
    /// The plain field that is being accessed, and from where.
    static RACING: Cell<Option<Place>> = const { Cell::new(None) };
}

type Place = (Name, &'static Location<'static>);

/// The payload with which a thread unwinds once the execution is over.
pub(crate) struct Leave;

/// Unwinds the current thread to its base.
pub(crate) fn leave() -> ! {
    ::explore::abandons();
    resume_unwind(Box::new(Leave))
}

/// What `f` makes of the current execution. `f` must not switch threads; for that, [`execution`].
pub(crate) fn with<R>(f: impl FnOnce(Option<&Execution>) -> R) -> R {
    EXECUTION.with_borrow(|current| f(current.as_deref()))
}

/// What here belongs to an execution, where those are restored.
#[cfg(all(feature = "explore", not(any(feature = "loom", feature = "shuttle"))))]
pub(crate) fn places() -> Vec<::explore::restore::Place> {
    use ::explore::restore::Place;
    vec![EXECUTION.with(Place::of), THREAD.with(Place::of), CHANGED.with(Place::of)]
}

/// The current execution.
pub(crate) fn execution() -> Option<Arc<Execution>> {
    EXECUTION.with_borrow(Option::clone)
}

/// Where all threads run on one OS thread, only the first of an execution changes anything by this.
pub(crate) fn set_execution(execution: &Arc<Execution>) {
    let is_current =
        with(|current| current.is_some_and(|current| std::ptr::eq(current, &**execution)));
    if !is_current {
        EXECUTION.replace(Some(execution.clone()));
    }
}

/// No execution is current any more; which one was.
pub(crate) fn take_execution() -> Option<Arc<Execution>> {
    EXECUTION.take()
}

/// The number of the current thread, in the order of creation; the first is 0.
pub fn thread_id() -> usize {
    THREAD.get()
}

/// The number of the current thread, if one performs operations.
pub(crate) fn thread() -> Option<usize> {
    with(|execution| execution.filter(|execution| execution.is_under_way()).map(|_| thread_id()))
}

/// After the engine may have switched threads: `thread` is current again.
pub(crate) fn set_thread(thread: usize) {
    THREAD.set(thread);
}

/// Something has changed that a check may read.
pub(crate) fn changed() {
    CHANGED.set(true);
}

/// Whether something has, since this was asked last.
pub(crate) fn take_changed() -> bool {
    CHANGED.take()
}

/// Whether a check looks, and not the program.
#[inline]
pub(crate) fn is_observing() -> bool {
    OBSERVING.get()
}

/// Runs `look`, which is a check's and no part of the program.
pub(crate) fn observing<R>(look: impl FnOnce() -> R) -> R {
    /// Puts back what was the case before, also while unwinding.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            OBSERVING.set(self.0);
        }
    }
    let _before = Before(OBSERVING.replace(true));
    look()
}

/// Whether the program itself is under way here: no check looks, and the execution has not ended.
pub(crate) fn in_program() -> bool {
    !is_observing() && with(|execution| execution.is_some_and(Execution::is_under_way))
}

/// A plain access, which the engine checks for races with `check`.
pub(crate) fn racy(name: Name, caller: &'static Location<'static>, check: impl FnOnce()) {
    // A destructor of a thread that leaves is ordered after nothing, and neither is a look at the end.
    if engine::TRACKS_RACES && with(|execution| execution.is_none_or(Execution::is_under_way)) {
        RACING.set(Some((name, caller)));
        check();
    }
}

/// The last plain access.
pub(crate) fn racing() -> Option<Place> {
    RACING.get()
}

/// The current thread panics: that ends the execution at once, before anything unwinds. Called by a
/// panic hook, wherever the panic is.
pub(crate) fn panicked(outcome: impl FnOnce() -> Outcome) {
    let execution = EXECUTION.try_with(|current| current.try_borrow().ok().and_then(|c| c.clone()));
    if let Ok(Some(execution)) = execution {
        if !execution.is_over() {
            execution.end(outcome());
        }
    }
}
