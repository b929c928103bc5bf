//! The current execution, and the current thread of it.
//!
//! The engines that explore run all threads on one OS thread. So the current thread is saved before each
//! operation that may switch threads, and restored after it. On std every OS thread has its own.

use std::cell::{Cell, RefCell};
use std::panic::{resume_unwind, Location};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

use crate::driver::Plan;
use crate::engine;
use crate::execution::{Execution, Outcome};
use crate::Name;

thread_local! {
    static EXECUTION: RefCell<Option<Arc<Execution>>> = const { RefCell::new(None) };
    static THREAD: Cell<usize> = const { Cell::new(0) };
    /// Something has changed since the observer last saw a state.
    static CHANGED: Cell<bool> = const { Cell::new(false) };
    /// Whether the plan is strict: the same for all executions of the plan.
    static STRICT: Cell<bool> = const { Cell::new(false) };
    /// Whether an observer runs, and not the program.
    static OBSERVING: Cell<bool> = const { Cell::new(false) };
    /// In a strict plan, where the last operation that began is in the program.
    static PLACE: Cell<Option<&'static Location<'static>>> = const { Cell::new(None) };
    /// The plain field that is being accessed, and the place in the program.
    static RACING: Cell<Option<Place>> = const { Cell::new(None) };
}

/// See [`operations`].
static OPERATIONS: AtomicU64 = AtomicU64::new(0);

type Place = (Name, &'static Location<'static>);

/// The payload with which a thread unwinds once the execution is over.
pub(crate) struct Leave;

/// Unwinds the current thread to its base.
pub(crate) fn leave() -> ! {
    ::explore::abandons();
    resume_unwind(Box::new(Leave))
}

/// Calls `f` with the current execution. `f` must not switch threads; use [`execution`] for that.
pub(crate) fn with<R>(f: impl FnOnce(Option<&Execution>) -> R) -> R {
    EXECUTION.with_borrow(|current| f(current.as_deref()))
}

/// The thread-locals of this module that belong to an execution, for an engine that restores them.
#[cfg(restoring)]
pub(crate) fn places() -> Vec<::explore::restore::Place> {
    use ::explore::restore::Place;
    vec![EXECUTION.with(Place::of), THREAD.with(Place::of), CHANGED.with(Place::of)]
}

/// The current execution.
pub(crate) fn execution() -> Option<Arc<Execution>> {
    EXECUTION.with_borrow(Option::clone)
}

/// Sets the current execution. Where all threads run on one OS thread, only the first call in an execution
/// has an effect.
pub(crate) fn set_execution(execution: &Arc<Execution>) {
    let is_current =
        with(|current| current.is_some_and(|current| std::ptr::eq(current, &**execution)));
    if !is_current {
        EXECUTION.replace(Some(execution.clone()));
    }
}

/// Makes no execution current, and returns the previous one.
pub(crate) fn take_execution() -> Option<Arc<Execution>> {
    EXECUTION.take()
}

/// The number of the current thread, in the order of creation; the first is 0.
pub fn thread_id() -> usize {
    THREAD.get()
}

/// The number of the current thread, if an execution is under way.
pub(crate) fn thread() -> Option<usize> {
    with(|execution| execution.filter(|execution| execution.is_under_way()).map(|_| thread_id()))
}

/// Makes `thread` current again, after the engine may have switched threads.
pub(crate) fn set_thread(thread: usize) {
    THREAD.set(thread);
}

/// Records that something has changed that a check may read.
pub(crate) fn changed() {
    CHANGED.set(true);
}

/// Whether something has changed since the last call.
pub(crate) fn take_changed() -> bool {
    CHANGED.take()
}

/// Whether an observer runs, and not the program.
#[inline]
pub(crate) fn is_observing() -> bool {
    OBSERVING.get()
}

/// Runs `f`, which belongs to an observer and not to the program.
pub(crate) fn observing<R>(f: impl FnOnce() -> R) -> R {
    /// Restores the previous value, also while unwinding.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            OBSERVING.set(self.0);
        }
    }
    let _before = Before(OBSERVING.replace(true));
    f()
}

/// Whether the program itself runs here: no observer runs, and the execution has not ended.
pub(crate) fn in_program() -> bool {
    !is_observing() && with(|execution| execution.is_some_and(Execution::is_under_way))
}

/// Called where code peeks at an object: in a strict plan, only checks may.
#[track_caller]
pub(crate) fn peeks(name: Name) {
    if STRICT.get() && in_program() {
        let here = Location::caller();
        // The message has the prefix of a misuse, which no engine takes for a failure of the program.
        panic!("search: the program peeks at {name} at {here}; `peek` is for checks, and other threads cannot come before or after it: use an operation, such as `load` or `lock`");
    }
}

/// Begins an execution of this plan.
pub(crate) fn begin_execution(plan: &Plan) {
    STRICT.set(plan.strict);
}

/// In a strict plan, records where the current operation is in the program.
pub(crate) fn set_place(place: &'static Location<'static>) {
    if STRICT.get() {
        PLACE.set(Some(place));
        // Several OS threads may count at once, and one of them get lost: all that matters is that the number changes.
        OPERATIONS.store(OPERATIONS.load(Relaxed) + 1, Relaxed);
    }
}

/// About how many operations there have been in this process, in strict plans. If the number stands still while an
/// exploration is under way, a thread loops without an operation.
pub fn operations() -> u64 {
    OPERATIONS.load(Relaxed)
}

/// Where the last operation that began is in the program.
pub(crate) fn place() -> Option<&'static Location<'static>> {
    PLACE.get()
}

/// Whether the plan is strict.
#[cfg(searching)]
pub(crate) fn is_strict() -> bool {
    STRICT.get()
}

/// Performs `check`, by which the engine checks a plain access for races.
pub(crate) fn racy(name: Name, caller: &'static Location<'static>, check: impl FnOnce()) {
    // The accesses of a leaving thread's destructors, and of code at the end, are not ordered after
    // anything.
    if engine::TRACKS_RACES && with(|execution| execution.is_none_or(Execution::is_under_way)) {
        RACING.set(Some((name, caller)));
        check();
    }
}

/// The last plain access.
pub(crate) fn racing() -> Option<Place> {
    RACING.get()
}

/// Ends the execution because the current thread panics, before anything unwinds. Called by a panic hook,
/// wherever the panic is.
pub(crate) fn panicked(outcome: impl FnOnce() -> Outcome) {
    let execution = EXECUTION.try_with(|current| current.try_borrow().ok().and_then(|c| c.clone()));
    if let Ok(Some(execution)) = execution {
        if !execution.is_over() {
            execution.end(outcome());
        }
    }
}
