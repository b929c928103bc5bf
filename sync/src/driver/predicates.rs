//! What an observer asks at each look.

use crate::engine::tracking;

/// Asks each of the questions from 0 up to `count`, in their order, until one does not hold: which, and what it says.
///
/// In a search, a question is left out if nothing that it reads has changed since this was called last in this
/// execution: it held then, so it holds. For that, it may depend on nothing but what it reads of shared objects, by
/// `peek` and its like, on [`rounds`](crate::driver::rounds_without_progress), and on what never changes while an execution lasts.
///
/// An [`Observer`](crate::driver::Observer) calls it from one place, always with as many questions, and of questions that
/// mean the same.
///
/// # Panics
/// In a search, if the number of questions is another than before, or a question changes something.
pub fn check_changed(
    count: usize,
    question: impl Fn(usize) -> Result<(), String>,
) -> Result<(), (usize, String)> {
    if tracking::is_searching() {
        return tracking::check_changed(count, question);
    }
    check_all(count, question)
}

/// The same, and no question is left out.
pub fn check_all(
    count: usize,
    question: impl Fn(usize) -> Result<(), String>,
) -> Result<(), (usize, String)> {
    (0..count).try_for_each(|number| question(number).map_err(|text| (number, text)))
}
