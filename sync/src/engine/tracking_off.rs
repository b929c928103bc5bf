//! Reports to a search, on an engine without one: all of it does nothing.

use std::hash::{Hash, Hasher};

use ::explore::fingerprint::{Bytes, Fingerprints};

use ::explore::operation::Kind;
use ::explore::options::{Estimated, Probing};
use ::explore::OutsideArc;

use crate::current;
use crate::driver::exploration::Exploration;
use crate::driver::Plan;

/// An object that is not tracked.
pub(crate) struct Object;

impl Object {
    pub(crate) fn new(_value: impl FnOnce() -> Fingerprints) -> Self {
        Object
    }

    pub(crate) fn read(&self) {}

    pub(crate) fn depend_on(&self) {}

    pub(crate) fn touch(&self) {}

    pub(crate) fn write(&self, _value: impl FnOnce() -> Fingerprints) {}

    pub(crate) fn take_lock(&self) {}

    pub(crate) fn release_lock(&self, _data: impl FnOnce() -> Fingerprints) {}
}

/// There is no search, so no plain access is an operation.
#[inline]
pub(crate) fn races() -> bool {
    false
}

/// There is no search in which a plain access could have a turn.
pub(crate) fn access(_object: &Object, _kind: Kind) {}

pub(crate) fn is_searching() -> bool {
    false
}

pub(crate) fn is_replaying() -> bool {
    false
}

/// There is no search in which a thread could wait.
pub(crate) fn wait(_gate: &Object, _can: bool) {}

/// There is no search to which a change could be announced.
pub(crate) fn wake(_gate: &Object) {}

pub(crate) fn check_spawn(_name: Option<u32>) {}

pub(crate) fn enable(_thread: usize) {}

pub(crate) fn key(thread: usize) -> usize {
    thread
}

pub(crate) fn hash_name<H: Hasher>(name: u32, state: &mut H) {
    name.hash(state);
}

pub(crate) fn make_for<R>(_name: u32, f: impl FnOnce() -> R) -> R {
    f()
}

pub(crate) fn round_without_progress() {}

pub(crate) fn made_progress() {}

pub(crate) fn rounds_without_progress() -> u32 {
    0
}

pub(crate) fn spawn(_named: Option<(u32, Fingerprints)>) {}

pub(crate) fn fingerprint_arguments(_value: impl Hash) -> Fingerprints {
    Fingerprints::ZERO
}

pub(crate) fn checkpoint(_locals: &dyn Fn(&mut Bytes)) {}

/// There is no search that tracks reads.
pub(crate) fn reads_unknown() {}

/// There is no search that knows what has changed, so all predicates are evaluated.
pub(crate) fn check_changed(
    count: usize,
    predicate: impl Fn(usize) -> Result<(), String>,
) -> Result<(), (usize, String)> {
    crate::driver::check_all(count, predicate)
}

/// The history of a caller, which is not tracked.
pub(crate) struct Caller;

pub(crate) fn enter_call() -> Option<Caller> {
    None
}

pub(crate) fn leave_call(_caller: Option<Caller>, _result: &dyn Fn(&mut Bytes)) {}

pub(crate) fn pin_history() {}

/// There is no search whose history could grow.
pub(crate) fn learn(_what: impl Hash) {}

/// There is no search that would need to know.
pub(crate) fn knowledge() -> Fingerprints {
    Fingerprints::ZERO
}

pub(crate) fn end(_failed: bool) {}

pub(crate) fn finish() {}

/// Runs `f` as an observer.
pub(crate) fn observing<R>(f: impl FnOnce() -> R) -> R {
    current::observing(f)
}

/// There is no search whose executions could be estimated.
pub(crate) fn estimate(
    _plan: &Plan,
    _exploration: &OutsideArc<Exploration>,
    _probing: Probing,
) -> Option<Estimated> {
    None
}
