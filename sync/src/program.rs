//! What a program calls: threads, choices, checkpoints, and marks for a search.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ::explore::fingerprint::{Bytes, Fingerprints};

use crate::driver::Observer;
use crate::execution::{endless, Execution};
use crate::op::Op;
use crate::{current, engine, Name};

/// Sets the observer of the current execution. The program calls this at its start.
pub fn observe(observer: Arc<dyn Observer>) {
    current::with(|execution| {
        if let Some(execution) = execution {
            execution.observe(observer);
        }
    });
}

/// Calls `f` when the current execution has ended without a failure, and all its threads have ended.
///
/// `f` may read everything, and must perform no operation. A panic in it fails the execution.
pub fn at_end(f: impl FnOnce() + Send + 'static) {
    current::with(|execution| {
        if let Some(execution) = execution {
            execution.at_end(Box::new(f));
        }
    });
}

/// Keeps what the current thread has seen so far as part of the state, for a search: call it where the thread hands values
/// to an observer.
pub fn pin_history() {
    engine::tracking::pin_history();
}

/// What each thread waits for that cannot move: `thread 1 sleeps on idle; …`. For an observer.
pub fn waiting() -> String {
    current::with(|execution| execution.map_or_else(String::new, |e| e.table().describe()))
}

/// Whether no thread but the current one can move. For an observer.
pub fn is_alone() -> bool {
    let me = current::thread_id();
    current::with(|execution| execution.is_some_and(|e| e.table().is_alone(me)))
}

/// Starts a thread. There is a scheduling point *after* it: the new thread may run first.
///
/// The execution ends when all its threads have ended; threads are not joined.
#[track_caller]
pub fn spawn(f: impl FnOnce() + Send + 'static) {
    start(None, Box::new(f));
}

/// Starts a thread with a name from 1 to 30. Like [`spawn`], but a search knows the thread by its name and
/// not by its creator, so the states are the same whichever thread created it.
///
/// `arguments` must be everything that `f` depends on, except what is in shared objects, as for a
/// [`checkpoint`].
///
/// # Panics
/// If the execution has already had a thread with this name.
#[track_caller]
pub fn spawn_named(name: u32, arguments: impl Hash, f: impl FnOnce() + Send + 'static) {
    start(Some((name, engine::tracking::fingerprint_arguments(arguments))), Box::new(f));
}

/// Not compiled for each thread.
#[track_caller]
fn start(named: Option<(u32, Fingerprints)>, f: Box<dyn FnOnce() + Send>) {
    let Some(op) = Op::begin() else { return };
    let Some(execution) = current::execution() else {
        return engine::Threads::new().spawn(f);
    };
    let thread = execution.spawn(named, f);
    drop(execution);
    op.end(Name::THREAD, "spawn", || thread.to_string());
}

/// Creates objects for the thread with this name, which need not exist yet; 0 is the first thread.
///
/// Interchangeable threads ([`Options::interchangeable`](crate::driver::Options::interchangeable)) change
/// places with everything that was made for them, in the same order for each.
pub fn make_for<R>(name: u32, make: impl FnOnce() -> R) -> R {
    engine::tracking::make_for(name, make)
}

/// The name of a thread inside a value. It must be hashed as this type, so that a search can rename
/// interchangeable threads. 0 is the first thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ThreadName(pub u32);

impl Hash for ThreadName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        engine::tracking::hash_name(self.0, state);
    }
}

/// Called by a thread that has made one round of a loop without progress: see [`rounds_without_progress`].
pub fn round_without_progress() {
    engine::tracking::round_without_progress();
    current::with(|execution| execution.into_iter().for_each(Execution::round_without_progress));
}

/// Called by a thread that has made progress: earlier rounds no longer count.
pub fn made_progress() {
    engine::tracking::made_progress();
    current::with(|execution| execution.into_iter().for_each(Execution::made_progress));
}

/// The number of rounds without progress since a thread last made progress. For a check.
///
/// In a search, rounds count only while no other thread moves, and the count is part of the state: a thread
/// that loops for ever also does so while all others stand still.
pub fn rounds_without_progress() -> u32 {
    if engine::tracking::is_searching() {
        engine::tracking::rounds_without_progress()
    } else {
        current::with(|execution| execution.map_or(0, Execution::rounds_without_progress))
    }
}

/// Orders all operations of the thread before it with those after it, also weak ones.
///
/// Not an operation: only a thread that compares what it sees of several words can notice it. Where all operations
/// have one order anyway, it does nothing.
#[track_caller]
pub fn fence() {
    let Some(op) = Op::begin() else { return };
    engine::fence();
    op.end_unchanged(Name::FENCE, "fence", String::new);
}

/// Chooses one of `0..n`. An engine that explores tries all of them, or samples.
///
/// The plan must allow choices ([`Plan::choices`](crate::driver::Plan::choices)).
#[track_caller]
pub fn choose(n: usize) -> usize {
    assert!(n > 0, "choose: nothing to choose from");
    if n == 1 {
        return 0;
    }
    let Some(op) = Op::begin() else { return 0 };
    let planned = current::with(|execution| execution.is_none_or(|e| e.plan().choices));
    assert!(planned, "choose: 1 of {n}, but the plan allows no choices");
    endless::chooses();
    let chosen = engine::choose(n);
    op.end_unchanged(Name::CHOICE, "choose", || format!("{chosen} of {n}"));
    chosen
}

/// Declares that the thread now depends on nothing that it has seen before, except `locals`.
///
/// The state cache of a search merges two histories of a thread if they meet here with equal locals. So
/// `locals` must contain every live local, with those of all callers, up to the innermost one that is
/// [`summarized()`]. It has no effect while the thread holds a lock.
#[track_caller]
pub fn checkpoint(locals: impl Hash) {
    checkpoint_of(&|bytes| locals.hash(bytes));
}

/// The same of the bytes that `locals` writes: compiled once, and not for each place.
#[track_caller]
pub(crate) fn checkpoint_of(locals: &dyn Fn(&mut Bytes)) {
    engine::tracking::checkpoint(locals);
    let under_way = |execution: &Execution| execution.is_under_way() && execution.count_step();
    if current::with(|execution| execution.is_some_and(under_way)) {
        current::execution().into_iter().for_each(|execution| execution.check_length());
    }
}

/// Called in each round of a loop that waits for another thread: lets the others go on. `locals` must contain every live
/// local, as for a [`checkpoint`], which it is for a search.
#[track_caller]
pub fn spin(locals: impl Hash) {
    checkpoint(locals);
    let Some(op) = Op::begin() else { return };
    engine::yield_now();
    op.end_unchanged(Name::SPIN, "spin", String::new);
}

/// Runs `f`, and declares that the thread learns nothing from it but the result.
///
/// A state cache then forgets what was seen on the way to the result, and inside, a [`checkpoint`] names
/// only the call's own locals and arguments. So nothing seen inside may reach the caller, except through
/// the result and what is in shared objects.
///
/// It has no effect while the thread holds a lock: then its history determines what it makes of the lock's
/// data.
#[track_caller]
pub fn summarized<R: Hash>(f: impl FnOnce() -> R) -> R {
    let caller = engine::tracking::enter_call();
    let result = f();
    engine::tracking::leave_call(caller, &|bytes| result.hash(bytes));
    result
}
