//! What a search is told, on an engine that has none: nothing.

use std::hash::{Hash, Hasher};

use ::explore::fingerprint::Prints;

use ::explore::operation::Kind;
use ::explore::options::{Estimated, Probing};
use ::explore::Outer;

use crate::current;
use crate::driver::exploration::Exploration;
use crate::driver::Plan;

/// An object that nobody keeps book of.
pub(crate) struct Object;

impl Object {
    pub(crate) fn new(_value: impl FnOnce() -> Prints) -> Self {
        Object
    }

    pub(crate) fn reads(&self) {}

    pub(crate) fn considers(&self) {}

    pub(crate) fn touches(&self) {}

    pub(crate) fn writes(&self, _value: impl FnOnce() -> Prints) {}

    pub(crate) fn takes(&self) {}

    pub(crate) fn gives_back(&self, _data: impl FnOnce() -> Prints) {}
}

/// Nothing is searched, so no plain access is an operation.
#[inline]
pub(crate) fn races() -> bool {
    false
}

/// As above.
pub(crate) fn accesses(_object: &Object, _kind: Kind) {}

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

pub(crate) fn may_spawn(_name: Option<u32>) {}

pub(crate) fn enables(_thread: usize) {}

pub(crate) fn key(thread: usize) -> usize {
    thread
}

pub(crate) fn hash_name<H: Hasher>(name: u32, state: &mut H) {
    name.hash(state);
}

pub(crate) fn makes_for<R>(_name: u32, f: impl FnOnce() -> R) -> R {
    f()
}

pub(crate) fn round_without_progress() {}

pub(crate) fn made_progress() {}

pub(crate) fn rounds_without_progress() -> u32 {
    0
}

pub(crate) fn spawns(_named: Option<(u32, Prints)>) {}

pub(crate) fn given(_value: impl Hash) -> Prints {
    Prints::ZERO
}

pub(crate) fn checkpoint(_locals: impl Hash) {}

/// As below.
pub(crate) fn reads_unknown() {}

/// There is no search that could know what has changed.
pub(crate) fn check_changed(
    count: usize,
    question: impl Fn(usize) -> Result<(), String>,
) -> Result<(), (usize, String)> {
    crate::driver::check_all(count, question)
}

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
    current::observing(look)
}

/// There is no search whose executions could be estimated.
pub(crate) fn estimate(
    _plan: &Plan,
    _exploration: &Outer<Exploration>,
    _probing: Probing,
) -> Option<Estimated> {
    None
}
