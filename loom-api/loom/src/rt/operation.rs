//! Operations: where threads switch.

use std::panic::Location;

use explore::current::{is_searching, with_state};
use explore::operation::Kind;

use super::current::{current, is_still, set_current};
use super::object::Object;
use super::panic::fail;
use super::record;

/// An operation whose turn has come.
pub(crate) struct Op {
    object: Option<Object>,
    what: &'static str,
    at: &'static Location<'static>,
}

impl Op {
    /// Announces an operation, and returns when the search has picked it. It is picked only if it `can` proceed, or when
    /// [`Object::enable`] has said so.
    #[track_caller]
    pub(crate) fn begin(object: Object, kind: Kind, can: bool, what: &'static str) -> Op {
        let op = Op { object: Some(object), what, at: Location::caller() };
        op.announce(kind, can);
        object.read();
        op
    }

    fn announce(&self, kind: Kind, can: bool) -> u32 {
        record::announce(self.what, self.object, self.at);
        announce(kind, self.object, can)
    }

    /// Records what the operation did, where an execution is recorded.
    pub(crate) fn did(&self, text: impl FnOnce() -> String) {
        record::step(self.what, self.object, self.at, text);
    }
}

/// Lets other threads go on, if the search picks them.
#[track_caller]
pub(crate) fn switch(what: &'static str) {
    let op = Op { object: None, what, at: Location::caller() };
    op.announce(Kind::Spawn, true);
    op.did(String::new);
}

/// Chooses one of this many outcomes.
#[track_caller]
pub(crate) fn choose(outcomes: u32, what: &'static str) -> u32 {
    let op = Op { object: None, what, at: Location::caller() };
    let outcome = op.announce(Kind::Choose(outcomes), true);
    op.did(|| format!("outcome {outcome} of {outcomes}"));
    outcome
}

fn announce(kind: Kind, object: Option<Object>, can: bool) -> u32 {
    // A thread that unwinds does not switch: how many panics are under way is counted for the OS thread, so the others
    // would take the panic for theirs.
    let still = is_still() && (can || matches!(kind, Kind::Choose(_)));
    if !is_searching() || still || std::thread::panicking() || with_state(|_| ()).is_none() {
        return 0;
    }
    let me = current();
    let outcome = explore::operate(kind, object.map(Object::handle), can, no_thread_can_move);
    set_current(me);
    outcome
}

/// The search has found that no thread can move.
fn no_thread_can_move() {
    fail("deadlock: no thread can proceed");
}
