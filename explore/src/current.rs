//! What the program under search tells of itself, on whichever substrate it runs.
//!
//! # For who offers objects to a program
//! - Each object is registered where it is made ([`State::object`], by [`with`]).
//! - `operate`, the substrate's, comes before each operation that others can notice; [`State::read`] and
//!   [`State::write`] with the operation itself, and with whatever else the step touches.
//! - A thread is registered before it is spawned ([`State::spawn`], [`State::spawn_named`]), in the same order,
//!   and says when its program has ended ([`State::finish`]); it may go on, but not announce.
//! - When an execution has ended, threads leave: what they would announce must unwind instead. That is so
//!   once the program has said so ([`ends`]), or has been told. What destructors do then is no part of a
//!   step, and nobody is told of it.

use std::cell::{Cell, RefCell};

use crate::interface::Ended;
use crate::operation::Kind;
use crate::state::{Handle, State};

thread_local! {
    pub(crate) static STATE: RefCell<State> = RefCell::default();
    static SEARCHING: Cell<bool> = const { Cell::new(false) };
    /// The states that are passed now have been visited.
    static REPLAYING: Cell<bool> = const { Cell::new(false) };
    /// How the program has ended the execution. Not in the state, which may be borrowed when it panics.
    static ENDED: Cell<Option<Ended>> = const { Cell::new(None) };
}

/// Whether a search runs the current thread.
#[inline]
pub fn is_searching() -> bool {
    SEARCHING.get()
}

/// Whether the execution is on its way back to a state that has been visited: those before it have been,
/// too.
#[inline]
pub fn is_replaying() -> bool {
    REPLAYING.get()
}

/// From now on, or no more.
#[cfg(feature = "shuttle")]
pub(crate) fn set_replaying(replaying: bool) {
    REPLAYING.set(replaying);
}

/// From now on, or no more.
pub(crate) fn set_searching(searching: bool) {
    SEARCHING.set(searching);
}

/// Tells the state under search of something; `None` if there is no search, or the execution has ended.
#[inline]
pub fn with_state<R>(f: impl FnOnce(&mut State) -> R) -> Option<R> {
    (is_searching() && ENDED.get().is_none()).then(|| STATE.with_borrow_mut(f))
}

/// The program ends the current execution, at this step.
pub fn end(how: Ended) {
    if ENDED.get().is_none() {
        ENDED.set(Some(how));
    }
}

/// How the program has ended the execution, if it has since this was asked last.
pub(crate) fn take_ended() -> Option<Ended> {
    ENDED.take()
}

/// Announces an operation, lets others move by `switch`, and returns when the search has picked it: with
/// the outcome of a choice.
pub(crate) fn operate(
    kind: Kind,
    object: Option<Handle>,
    enabled: bool,
    mut world: impl FnMut(),
    switch: impl Fn(),
) -> u32 {
    let is_world = STATE.with_borrow_mut(|state| {
        if !state.is_world() {
            state.announce(kind, object, enabled);
        }
        state.is_world()
    });
    if is_world {
        // Loudly: without it, all outcomes but one would be lost.
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
