//! What a search is told, on an engine that has none: nothing.

use std::hash::Hash;

use ::explore::options::{Estimated, Probing};
use ::explore::Outer;

use crate::explore::Exploration;
use crate::Plan;

/// An object that nobody keeps book of.
pub(crate) struct Object;

impl Object {
    pub(crate) fn new(_value: impl FnOnce() -> u128) -> Self {
        Object
    }

    pub(crate) fn reads(&self) {}

    pub(crate) fn considers(&self) {}

    pub(crate) fn writes(&self, _value: impl FnOnce() -> u128) {}

    pub(crate) fn takes(&self) {}

    pub(crate) fn gives_back(&self, _data: impl FnOnce() -> u128) {}
}

pub(crate) fn searching() -> bool {
    false
}

pub(crate) fn replaying() -> bool {
    false
}

/// Nothing is searched, so nobody waits as part of a search.
pub(crate) fn waits(_gate: &Object, _can: bool) {}

/// As above.
pub(crate) fn wakes(_gate: &Object) {}

pub(crate) fn may_spawn() {}

pub(crate) fn enables(_thread: usize) {}

pub(crate) fn key(thread: usize) -> u64 {
    thread as u64
}

pub(crate) fn checkpoint(_locals: impl Hash) {}

/// What a caller has seen, which nobody keeps book of.
pub(crate) struct Caller;

pub(crate) fn enters() -> Option<Caller> {
    None
}

pub(crate) fn leaves(_caller: Option<Caller>, _result: impl Hash) {}

pub(crate) fn remembers() {}

pub(crate) fn ends(_failed: bool) {}

pub(crate) fn finishes() {}

/// Whoever looks meanwhile is no part of the program.
pub(crate) fn observing<R>(look: impl FnOnce() -> R) -> R {
    look()
}

/// There is no search whose executions could be estimated.
pub(crate) fn estimate(
    _plan: &Plan,
    _exploration: &Outer<Exploration>,
    _probing: Probing,
) -> Option<Estimated> {
    None
}
