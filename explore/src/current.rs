//! The search that runs on this OS thread: how a program reports to it, on either substrate.
//!
//! # For a crate that offers objects to a program
//! - Each object is registered when it is created ([`State::object`], through [`with_state`]).
//! - Each operation that other threads can notice begins with a call of the substrate's `operate`.
//!   [`State::read`] and [`State::write`] report the accesses of the operation, and of everything else in
//!   its step.
//! - A thread is registered before it is spawned ([`State::spawn`], [`State::spawn_named`]), in the same
//!   order, and reports the end of its program ([`State::finish`]). It may run on after that, but must not
//!   announce operations.
//! - When an execution has ended, threads leave: where they would announce an operation, they must unwind
//!   instead. An execution has ended when the program says so ([`end`]) or when the substrate has called
//!   its `cut`. What destructors do after that belongs to no step and is not reported.

use std::cell::{Cell, RefCell};

use crate::interface::Ended;
use crate::operation::Kind;
use crate::state::{Handle, State};

#[cfg(feature = "explore")]
use crate::raw::in_book;

/// Nothing is restored here, so the search's data may lie anywhere.
#[cfg(not(feature = "explore"))]
fn in_book<R>(f: impl FnOnce() -> R) -> R {
    f()
}

thread_local! {
    pub(crate) static STATE: RefCell<State> = RefCell::default();
    static SEARCHING: Cell<bool> = const { Cell::new(false) };
    /// Whether the states being passed have been visited before.
    static REPLAYING: Cell<bool> = const { Cell::new(false) };
    /// How the program has ended the execution. Kept outside the state, which may be borrowed during a
    /// panic.
    static ENDED: Cell<Option<Ended>> = const { Cell::new(None) };
}

/// Whether a search runs on the current OS thread.
#[inline]
pub fn is_searching() -> bool {
    SEARCHING.get()
}

/// Whether the execution is on its way back to a visited state, so that all states before it have been
/// visited too.
#[inline]
pub fn is_replaying() -> bool {
    REPLAYING.get()
}

/// Sets whether states are being replayed.
#[cfg(feature = "shuttle")]
pub(crate) fn set_replaying(replaying: bool) {
    REPLAYING.set(replaying);
}

/// Sets whether a search runs on this OS thread.
pub(crate) fn set_searching(searching: bool) {
    SEARCHING.set(searching);
}

/// Calls `f` with the state under search; `None` if there is no search, or the execution has ended. What `f` allocates is
/// the search's own data and no part of the program's memory, so it must not outlive the call.
#[inline]
pub fn with_state<R>(f: impl FnOnce(&mut State) -> R) -> Option<R> {
    (is_searching() && ENDED.get().is_none()).then(|| in_book(|| STATE.with_borrow_mut(f)))
}

/// Ends the current execution at this step.
pub fn end(how: Ended) {
    if ENDED.get().is_none() {
        ENDED.set(Some(how));
    }
}

/// How the program has ended the execution, if it has since the last call.
pub(crate) fn take_ended() -> Option<Ended> {
    ENDED.take()
}

/// Announces an operation, lets other threads move through `switch`, and returns when the search has picked
/// it. Returns the outcome of a choice.
pub(crate) fn operate(
    kind: Kind,
    object: Option<Handle>,
    enabled: bool,
    mut world: impl FnMut(),
    switch: impl Fn(),
) -> u32 {
    let is_world = in_book(|| {
        STATE.with_borrow_mut(|state| {
            if !state.is_world() {
                state.announce(kind, object, enabled);
            }
            state.is_world()
        })
    });
    if is_world {
        // A panic, since otherwise all outcomes but one would be lost silently.
        assert!(
            !matches!(kind, Kind::Choose(_)),
            "choose: a search does not try the environment's choices"
        );
        return 0;
    }
    loop {
        switch();
        let outcome = STATE.with_borrow(|state| (!state.is_world()).then(|| state.outcome()));
        match outcome {
            Some(outcome) => return outcome,
            None => world(),
        }
    }
}
