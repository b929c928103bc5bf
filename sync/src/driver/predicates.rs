//! Predicates that an observer evaluates in each state.

use crate::engine::tracking;

/// Evaluates the predicates from 0 up to `count` in order, until one fails. Returns the number of that one,
/// and its message.
///
/// In a search, a predicate is skipped if nothing that it reads has changed since the last call in this
/// execution: it held then, so it holds. Therefore it must depend only on the shared objects that it reads,
/// with `peek` and the like, on [`rounds_without_progress`](crate::driver::rounds_without_progress), and on
/// what never changes during an execution.
///
/// An [`Observer`](crate::driver::Observer) calls it from one place, always with the same number of
/// predicates, and with the same meaning for each number.
///
/// # Panics
/// In a search, if the number of predicates differs from the call before, or a predicate changes something.
pub fn check_changed(
    count: usize,
    predicate: impl Fn(usize) -> Result<(), String>,
) -> Result<(), (usize, String)> {
    if tracking::is_searching() {
        return tracking::check_changed(count, predicate);
    }
    check_all(count, predicate)
}

/// Like [`check_changed`], but skips no predicate.
pub fn check_all(
    count: usize,
    predicate: impl Fn(usize) -> Result<(), String>,
) -> Result<(), (usize, String)> {
    (0..count).try_for_each(|number| predicate(number).map_err(|text| (number, text)))
}
