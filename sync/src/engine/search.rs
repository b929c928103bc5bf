//! What a search is told: by objects, of what is done to them; by threads, of where they are.
//!
//! Outside a search, all of it does nothing.

use std::cell::Cell;
use std::hash::{Hash, Hasher};

use ::explore::fingerprint::Prints;
use ::explore::operation::{Kind, ThreadId};
use ::explore::seam::Ended;
use ::explore::state;
use ::explore::told::{self, with};

pub(crate) use ::explore::state::Caller;
pub(crate) use ::explore::told::{replaying, searching};

pub(crate) use super::dfs::estimate;

mod predicates;

pub(crate) use predicates::check_changed;
pub(super) use predicates::forget;

use crate::driver::Plan;
use crate::{current, races};

/// An object that a search keeps book of, if there is one.
pub(crate) struct Object(Option<state::Handle>);

impl Object {
    /// A new object with a value of this fingerprint.
    pub(crate) fn new(value: impl FnOnce() -> Prints) -> Self {
        let value = searching().then(value);
        Object(value.and_then(|value| with(|state| state.object(&value))))
    }

    fn with(&self, tell: impl FnOnce(&mut state::State, state::Handle)) {
        if !searching() {
            return;
        }
        let Some(handle) = self.0 else {
            panic!("search: an object that was made outside of the execution is used in it");
        };
        with(|state| tell(state, handle));
    }

    /// It is looked at.
    #[inline]
    pub(crate) fn reads(&self) {
        // Most looks are those of checks, and there are many.
        if let Some(handle) = self.0.filter(|_| current::is_observing()) {
            return predicates::reads(handle);
        }
        self.with(|state, handle| state.reads(handle));
    }

    /// What somebody does next depends on it, but of its value nothing is learnt.
    pub(crate) fn considers(&self) {
        self.with(|state, handle| state.considers(handle));
    }

    /// The step under way depends on it, whoever looks.
    pub(crate) fn touches(&self) {
        self.with(state::State::touches);
    }

    /// It has changed, to a value of this fingerprint.
    pub(crate) fn writes(&self, value: impl FnOnce() -> Prints) {
        if searching() {
            predicates::may_change();
            // Not while the state is borrowed: a value may be told by threads, which are in it.
            let value = value();
            self.with(|state, handle| state.writes(handle, &value));
        }
    }

    /// It is a lock, and has been taken. The data is the thread's own until it is given back: it has seen
    /// what it was, so its history tells what it is.
    pub(crate) fn takes(&self) {
        self.with(|state, handle| {
            state.reads(handle);
            let thread = state.takes(handle);
            state.writes(handle, &Prints::of(("held by", thread)));
        });
    }

    /// It is a lock, and has been given back, with data of this fingerprint.
    pub(crate) fn gives_back(&self, data: impl FnOnce() -> Prints) {
        if searching() {
            let data = data();
            self.with(|state, handle| {
                state.gives_back(handle);
                state.writes(handle, &data);
            });
        }
    }

    /// Announces an operation of it, and waits for its turn.
    pub(super) fn operate(&self, kind: Kind, can: bool) {
        operate(kind, self.0, can);
    }
}

thread_local! {
    /// Whether the search looks for data races: the same for all executions of a plan.
    static RACES: Cell<bool> = const { Cell::new(false) };
}

/// Whether a search looks for data races, so that plain accesses are operations.
#[inline]
pub(crate) fn races() -> bool {
    RACES.get()
}

/// An execution of this plan begins.
pub(super) fn begins(plan: &Plan) {
    RACES.set(plan.races);
}

/// A plain access, which waits for its turn.
pub(crate) fn accesses(object: &Object, kind: Kind) {
    object.operate(kind, true);
}

/// Announces an operation, and waits for its turn. The outcome, if it is a choice.
pub(super) fn operate(kind: Kind, object: Option<state::Handle>, can: bool) -> u32 {
    let me = current::thread_id();
    if let Some(object) = object.filter(|_| races()) {
        if let Some(other) = with(|state| state.races(kind, object)).flatten() {
            races::fail(me, other);
        }
    }
    ::explore::operate(kind, object, can, || world_moves(me))
}

/// No thread can move, and the search has picked this one to let the environment move.
fn world_moves(thread: usize) {
    current::set_thread(thread);
    if let Some(execution) = current::execution().filter(|execution| !execution.is_over()) {
        execution.judge();
    }
}

/// The current thread is about to start another: the one of a name, given what has this fingerprint, or the
/// next one.
pub(crate) fn spawns(named: Option<(u32, Prints)>) {
    with(|state| match named {
        Some((name, given)) => state.spawn_named(name, &given),
        None => state.spawn(),
    });
}

/// The fingerprint of what a thread is given.
pub(crate) fn given(value: impl Hash) -> Prints {
    match searching() {
        true => Prints::of(value),
        false => Prints::ZERO,
    }
}

/// Panics if there is no name for another thread, or not this one: before anybody counts on it.
pub(crate) fn may_spawn(name: Option<u32>) {
    let id = with(|state| match name {
        Some(name) => state.new_name(name),
        None => state.next_child(),
    });
    if let Some(Err(why)) = id {
        panic!("search: {why}");
    }
}

/// The calling thread waits at a gate. It goes on when it can.
pub(crate) fn waits(gate: &Object, can: bool) {
    gate.operate(Kind::Wait, can);
}

/// The calling thread changes a gate.
pub(crate) fn wakes(gate: &Object) {
    gate.operate(Kind::Wake, true);
}

/// The thread can go on that waits.
pub(crate) fn enables(thread: usize) {
    with(|state| state.enables(thread, true));
}

/// What the thread of this number is hashed by: not the order of creation, which differs between
/// interleavings.
pub(crate) fn key(thread: usize) -> ThreadId {
    with(|state| state.thread(thread)).unwrap_or(ThreadId::WORLD)
}

/// What whoever names the thread of this name is to be hashed by; 0 is the first thread.
pub(crate) fn hash_name<H: Hasher>(name: u32, state: &mut H) {
    let id = if name == 0 { Some(ThreadId::MAIN) } else { ThreadId::named(name) };
    match id {
        Some(id) => id.hash(state),
        None => name.hash(state),
    }
}

/// Objects that `f` makes are those of the thread of that name; 0 is no name.
pub(crate) fn makes_for<R>(name: u32, f: impl FnOnce() -> R) -> R {
    let name = (name > 0).then_some(name);
    let before = with(|state| state.makes_for(name)).flatten();
    let made = f();
    with(|state| state.makes_for(before));
    made
}

/// The thread has gone round in vain.
pub(crate) fn round_without_progress() {
    with(state::State::round_without_progress);
}

/// Something got done.
pub(crate) fn made_progress() {
    with(state::State::made_progress);
}

/// Whoever asks reads something that the search keeps no book of.
pub(crate) fn reads_unknown() {
    predicates::notes(state::UNKNOWN);
}

/// How often it has gone round in vain, since another has moved.
pub(crate) fn rounds_without_progress() -> u32 {
    predicates::notes(state::ROUNDS);
    with(|state| state.rounds_without_progress()).unwrap_or_default()
}

/// The thread depends on nothing it has seen, but on these.
#[track_caller]
pub(crate) fn checkpoint(locals: impl Hash) {
    let here = std::panic::Location::caller();
    if !searching() && current::execution().is_none() {
        panic!("search: {here}: a checkpoint outside of a program that is explored");
    }
    if searching() {
        let locals = Prints::of((here.file(), here.line(), here.column(), locals));
        with(|state| state.checkpoint(&locals));
    }
}

/// The thread begins a call that will be summarized, if there is a search.
pub(crate) fn enters() -> Option<Caller> {
    with(state::State::enter).flatten()
}

/// The call has come to its end.
#[track_caller]
pub(crate) fn leaves(caller: Option<Caller>, result: impl Hash) {
    if let Some(caller) = caller {
        let here = std::panic::Location::caller();
        let result = Prints::of((here.file(), here.line(), here.column(), result));
        with(|state| state.leave(caller, &result));
    }
}

/// The current thread has learnt this.
pub(crate) fn learns(what: impl Hash) {
    if searching() {
        let what = Prints::of(what);
        with(|state| state.observes(&what));
    }
}

/// Somebody remembers what the thread has seen so far, and will look at it when the thread has gone.
pub(crate) fn remembers() {
    with(|state| state.remembers());
}

/// The execution ends.
pub(crate) fn ends(failed: bool) {
    if searching() {
        told::ends(if failed { Ended::Failed } else { Ended::Complete });
    }
}

/// The current thread has come to its end.
pub(crate) fn finishes() {
    with(|state| state.finishes());
}

/// Whoever looks meanwhile is no part of the program.
pub(crate) fn observing<R>(look: impl FnOnce() -> R) -> R {
    current::observing(|| {
        with(|state| state.observe());
        let seen = look();
        with(|state| state.observed());
        seen
    })
}
