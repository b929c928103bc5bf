//! Loops that never end: a thread comes back to a state, and at no point of its way another thread could move.
//!
//! Such a thread is deterministic, so it goes round for ever. A search cuts it off where it comes back, and would call
//! the program fine. Where another thread can move, a loop may wait for that thread, which is no failure.

#![cfg_attr(
    not(searching),
    allow(dead_code) // only a search knows states
)]

use super::{lock, Execution};
use crate::current;
use crate::driver::failure::Cause;

/// The check that fails.
const CHECK: &str = "no loop is endless";

/// The most states to remember.
const MOST: usize = 1_000;

impl Execution {
    /// The thread is about to reach this state.
    fn comes_to(&self, state: u128) {
        if !lock(&self.forced).contains(&state) {
            return;
        }
        let me = current::thread_id();
        let here = current::place().map_or_else(String::new, |place| format!(" at {place}"));
        let message = format!(
            "thread {me} goes round for ever: it comes back to the same state{here}, and no other thread can move"
        );
        self.fail(Cause::Check(CHECK.to_owned()), message);
    }

    /// The thread goes on from this state.
    fn leaves(&self, state: u128) {
        let mut states = lock(&self.forced);
        if states.len() == MOST {
            states.clear();
        }
        states.push(state);
    }

    /// Another thread can move, or there is a choice.
    fn is_free(&self) {
        let mut states = lock(&self.forced);
        if !states.is_empty() {
            // Not `clear`: what is left of a list would lie in each saved state.
            *states = Vec::new();
        }
    }
}

/// The current thread is about to reach this state; `None` if another thread can move there.
pub(crate) fn comes_to(state: Option<u128>) {
    let Some(execution) = current::execution().filter(|execution| execution.is_under_way()) else {
        return;
    };
    match state {
        Some(state) => execution.comes_to(state),
        None => execution.is_free(),
    }
}

/// The current thread goes on from this state; `None` if another thread could move there.
pub(crate) fn leaves(state: Option<u128>) {
    current::with(|execution| {
        let Some(execution) = execution.filter(|execution| execution.is_under_way()) else {
            return;
        };
        match state {
            Some(state) => execution.leaves(state),
            None => execution.is_free(),
        }
    });
}

/// The current thread makes a choice.
pub(crate) fn chooses() {
    current::with(|execution| execution.into_iter().for_each(Execution::is_free));
}
