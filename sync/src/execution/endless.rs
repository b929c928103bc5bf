//! Loops that never end: a thread comes back to a state, and at no point of its way another thread could move.
//!
//! Such a thread is deterministic, so it goes round for ever. A search cuts it off where it comes back, and would call
//! the program fine. Where another thread can move, a loop may wait for that thread, which is no failure.
//!
//! That two states are the same is what the thread's checkpoints say, which may leave out a local. So the thread is let go
//! on, alone, for a number of operations: if it does anything but go round, its checkpoints are wrong.

#![cfg_attr(
    not(searching),
    allow(dead_code) // only a search knows states
)]

use std::sync::atomic::Ordering::Relaxed;

use super::{lock, Execution, Outcome};
use crate::current;
use crate::driver::failure::Cause;

/// The check that fails.
const CHECK: &str = "no loop is endless";

/// The most states to remember.
const MOST: usize = 1_000;

/// The operations for which a thread is let go on.
const PROOF: u32 = 1_000;

impl Execution {
    /// The thread is about to reach this state, in which it alone can move. Returns whether it goes on without a turn.
    fn comes_to(&self, state: u128) -> bool {
        let left = self.proof.load(Relaxed);
        if left == 0 {
            let seen = lock(&self.forced).contains(&state);
            self.proof.store(if seen { PROOF } else { 0 }, Relaxed);
            return seen;
        }
        self.proof.store(left - 1, Relaxed);
        if left == 1 {
            let message = format!(
                "thread {} goes round for ever: it comes back to the same state{}, and no other thread can move",
                current::thread_id(),
                place()
            );
            self.fail(Cause::Check(CHECK.to_owned()), message);
        }
        true
    }

    /// Whether a thread is let go on that has come back to a state.
    pub(crate) fn is_proving(&self) -> bool {
        self.proof.load(Relaxed) > 0
    }

    /// The thread does something else than it did in the same state before.
    pub(crate) fn does_something_else(&self) {
        if self.is_proving() {
            let text = format!(
                "search: a checkpoint leaves out a local: thread {} comes back to the same state, by its checkpoints, and \
                 yet goes on otherwise{}",
                current::thread_id(),
                place()
            );
            self.end_and_leave(Outcome::Misused(text));
        }
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
        self.does_something_else();
        let mut states = lock(&self.forced);
        if !states.is_empty() {
            // Not `clear`: what is left of a list would lie in each saved state.
            *states = Vec::new();
        }
    }
}

/// The current thread is about to reach this state; `None` if another thread can move there. `can`: whether it can proceed
/// itself. Returns whether it does so without a turn.
pub(crate) fn comes_to(state: Option<u128>, can: bool) -> bool {
    let Some(execution) = current::execution().filter(|execution| execution.is_under_way()) else {
        return false;
    };
    match state.filter(|_| can) {
        Some(state) => execution.comes_to(state),
        None => {
            execution.is_free();
            false
        }
    }
}

/// Where the last operation that began is, in words.
fn place() -> String {
    current::place().map_or_else(String::new, |place| format!(", at {place}"))
}

/// The current thread goes on from this state; `None` if another thread could move there.
pub(crate) fn leaves(state: Option<u128>) {
    let Some(execution) = current::execution().filter(|execution| execution.is_under_way()) else {
        return;
    };
    match state {
        Some(state) => execution.leaves(state),
        None => execution.is_free(),
    }
}

/// The current thread makes a choice.
pub(crate) fn chooses() {
    current::execution().into_iter().for_each(|execution| execution.is_free());
}
