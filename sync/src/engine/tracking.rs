//! Reports to the search: objects report what is done to them, threads report where they are.
//!
//! Outside a search, all of it does nothing.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::panic::Location;

use ::explore::current::{self as search_state, with_state};
use ::explore::fingerprint::{Bytes, Fingerprints};
use ::explore::interface::Ended;
use ::explore::operation::{Kind, ThreadId};
use ::explore::state;

pub(crate) use ::explore::current::{is_replaying, is_searching};
pub(crate) use ::explore::state::Caller;

pub(crate) use super::search::estimate;

mod predicates;

pub(crate) use predicates::check_changed;
pub(super) use predicates::forget;

use crate::driver::Plan;
use crate::execution::endless;
use crate::{current, races};

/// An object that a search tracks, if there is a search.
pub(crate) struct Object(Option<state::Handle>);

impl Object {
    /// Creates an object with a value of this fingerprint.
    pub(crate) fn new(value: impl FnOnce() -> Fingerprints) -> Self {
        let value = is_searching().then(value);
        Object(value.and_then(|value| with_state(|state| state.object(&value))))
    }

    fn with(&self, report: impl FnOnce(&mut state::State, state::Handle)) {
        if !is_searching() {
            return;
        }
        let Some(handle) = self.0 else {
            panic!(
                "search: the program uses an object that was created outside the execution, as in a static: create it in \
                 the program's function"
            );
        };
        with_state(|state| report(state, handle));
    }

    /// Reports a read.
    #[inline]
    pub(crate) fn read(&self) {
        // Handled first: most reads are those of checks, and there are many.
        if let Some(handle) = self.0.filter(|_| current::is_observing()) {
            return predicates::record_object(handle);
        }
        self.with(|state, handle| state.read(handle));
    }

    /// Reports that the step depends on the object, but observes nothing of its value.
    pub(crate) fn depend_on(&self) {
        self.with(|state, handle| state.depend_on(handle));
    }

    /// Reports that the step under way depends on the object, even if an observer runs.
    pub(crate) fn touch(&self) {
        self.with(state::State::touch);
    }

    /// Reports a change, to a value of this fingerprint.
    pub(crate) fn write(&self, value: impl FnOnce() -> Fingerprints) {
        if is_searching() {
            predicates::assert_no_predicate();
            // Computed before the state is borrowed: a value may contain thread ids, which are looked up in
            // the state.
            let value = value();
            self.with(|state, handle| state.write(handle, &value));
        }
    }

    /// Reports that the lock has been taken. The data is the thread's own until the release. The thread has
    /// observed what the data was, so its history determines what it is.
    pub(crate) fn take_lock(&self) {
        self.with(|state, handle| {
            state.read(handle);
            let thread = state.take_lock(handle);
            state.write(handle, &Fingerprints::of(("held by", thread)));
        });
    }

    /// Reports that the lock has been released, with data of this fingerprint.
    pub(crate) fn release_lock(&self, data: impl FnOnce() -> Fingerprints) {
        if is_searching() {
            let data = data();
            self.with(|state, handle| {
                state.release_lock(handle);
                state.write(handle, &data);
            });
        }
    }

    /// Announces an operation on the object, and waits for its turn.
    pub(super) fn operate(&self, kind: Kind, can: bool) {
        operate(kind, self.0, can);
    }
}

thread_local! {
    /// Whether the search detects data races: the same for all executions of a plan.
    static RACES: Cell<bool> = const { Cell::new(false) };
}

/// Whether a search detects data races, so that plain accesses are operations.
#[inline]
pub(crate) fn races() -> bool {
    RACES.get()
}

/// Begins an execution of this plan.
pub(super) fn begin_execution(plan: &Plan) {
    RACES.set(plan.races);
}

/// Announces a plain access, and waits for its turn.
pub(crate) fn access(object: &Object, kind: Kind) {
    object.operate(kind, true);
}

/// Announces an operation, and waits for its turn. Returns the outcome of a choice.
pub(super) fn operate(kind: Kind, object: Option<state::Handle>, can: bool) -> u32 {
    let me = current::thread_id();
    if let Some(object) = object.filter(|_| races()) {
        if let Some(other) = with_state(|state| state.races(kind, object)).flatten() {
            races::fail(me, other);
        }
    }
    let forced = current::is_strict() && is_searching() && !matches!(kind, Kind::Choose(_));
    if forced {
        let state = with_state(|state| {
            state.announce(kind, object, can);
            state.forced()
        });
        if endless::comes_to(state.flatten(), can) {
            return 0;
        }
    }
    let outcome = ::explore::operate(kind, object, can, || move_environment(me));
    if forced {
        endless::leaves(with_state(|state| state.was_forced()).flatten());
    }
    outcome
}

/// Lets the environment move, when no thread can and the search has picked that.
fn move_environment(thread: usize) {
    current::set_thread(thread);
    if let Some(execution) = current::execution().filter(|execution| !execution.is_over()) {
        execution.handle_quiescence();
    }
}

/// Registers a thread that the current one is about to start: a named one with the fingerprint of its
/// arguments, or the next one.
pub(crate) fn spawn(named: Option<(u32, Fingerprints)>) {
    with_state(|state| match named {
        Some((name, arguments)) => state.spawn_named(name, &arguments),
        None => state.spawn(),
    });
}

/// The fingerprint of a thread's arguments.
pub(crate) fn fingerprint_arguments(value: impl Hash) -> Fingerprints {
    if is_searching() {
        Fingerprints::of(value)
    } else {
        Fingerprints::ZERO
    }
}

/// Panics if there is no room for another thread, or if the name is taken, before anything depends on the
/// new thread.
pub(crate) fn check_spawn(name: Option<u32>) {
    let id = with_state(|state| match name {
        Some(name) => state.new_name(name),
        None => state.next_child(),
    });
    if let Some(Err(why)) = id {
        panic!("search: {why}");
    }
}

/// Waits in a wait queue until the thread can proceed.
pub(crate) fn wait(queue: &Object, can: bool) {
    queue.operate(Kind::Wait, can);
}

/// Announces a change of a wait queue.
pub(crate) fn wake(queue: &Object) {
    queue.operate(Kind::Wake, true);
}

/// Enables a waiting thread.
pub(crate) fn enable(thread: usize) {
    with_state(|state| state.set_enabled(thread, true));
}

/// The id by which the thread with this number is hashed. The number is an order of creation, which differs
/// between interleavings.
pub(crate) fn key(thread: usize) -> ThreadId {
    with_state(|state| state.thread(thread)).unwrap_or(ThreadId::WORLD)
}

/// Hashes the name of a thread by its id; 0 is the first thread.
pub(crate) fn hash_name<H: Hasher>(name: u32, state: &mut H) {
    let id = if name == 0 { Some(ThreadId::MAIN) } else { ThreadId::named(name) };
    match id {
        Some(id) => id.hash(state),
        None => name.hash(state),
    }
}

/// Makes the objects that `f` creates belong to the thread with that name; 0 is no name.
pub(crate) fn make_for<R>(name: u32, f: impl FnOnce() -> R) -> R {
    let name = (name > 0).then_some(name);
    let before = with_state(|state| state.set_maker(name)).flatten();
    let made = f();
    with_state(|state| state.set_maker(before));
    made
}

/// Reports a round without progress.
pub(crate) fn round_without_progress() {
    with_state(state::State::round_without_progress);
}

/// Reports progress.
pub(crate) fn made_progress() {
    with_state(state::State::made_progress);
}

/// Records that a predicate reads something that the search does not track.
pub(crate) fn reads_unknown() {
    predicates::record_read(state::UNKNOWN);
}

/// The number of rounds without progress since another thread last moved.
pub(crate) fn rounds_without_progress() -> u32 {
    predicates::record_read(state::ROUNDS);
    with_state(|state| state.rounds_without_progress()).unwrap_or_default()
}

/// Reports a checkpoint with these live locals.
#[track_caller]
pub(crate) fn checkpoint(locals: &dyn Fn(&mut Bytes)) {
    let here = Location::caller();
    if !is_searching() && current::execution().is_none() {
        panic!("search: {here}: a checkpoint outside an execution");
    }
    if is_searching() {
        let locals = at(here, locals);
        with_state(|state| state.checkpoint(&locals));
    }
}

/// The fingerprints of what `write` writes, at this place.
fn at(here: &Location<'_>, write: &dyn Fn(&mut Bytes)) -> Fingerprints {
    Fingerprints::of_bytes(&|bytes| {
        (here.file(), here.line(), here.column()).hash(bytes);
        write(bytes);
    })
}

/// Begins a summarized call, if there is a search.
pub(crate) fn enter_call() -> Option<Caller> {
    with_state(state::State::enter).flatten()
}

/// Ends the call.
#[track_caller]
pub(crate) fn leave_call(caller: Option<Caller>, result: &dyn Fn(&mut Bytes)) {
    if let Some(caller) = caller {
        let result = at(Location::caller(), result);
        with_state(|state| state.leave(caller, &result));
    }
}

/// Reports an observation of the current thread.
pub(crate) fn learn(what: impl Hash) {
    if is_searching() {
        let what = Fingerprints::of(what);
        with_state(|state| state.learn(&what));
    }
}

/// The fingerprint of all that the current thread knows, of which what it makes is a function.
pub(crate) fn knowledge() -> Fingerprints {
    with_state(|state| state.knowledge()).unwrap_or(Fingerprints::ZERO)
}

/// Keeps the thread's history so far as part of the state: code at the end will use what the thread has
/// seen.
pub(crate) fn pin_history() {
    with_state(|state| state.pin_history());
}

/// Ends the execution.
pub(crate) fn end(failed: bool) {
    if is_searching() {
        search_state::end(if failed { Ended::Failed } else { Ended::Complete });
    }
}

/// Reports that the current thread has finished.
pub(crate) fn finish() {
    with_state(|state| state.finish());
}

/// Runs `f` as an observer, which is no part of the program.
pub(crate) fn observing<R>(f: impl FnOnce() -> R) -> R {
    current::observing(|| {
        with_state(|state| state.begin_observing());
        let seen = f();
        with_state(|state| state.end_observing());
        seen
    })
}
