//! What a program says to the execution that it is in.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use ::explore::fingerprint::Prints;

use crate::driver::Observer;
use crate::execution::Execution;
use crate::op::Op;
use crate::{current, engine, Name};

/// Sets the observer of the current execution. The program does so at its start.
pub fn observe(observer: Arc<dyn Observer>) {
    current::with(|execution| {
        if let Some(execution) = execution {
            execution.observe(observer);
        }
    });
}

/// Calls `look` when the current execution has ended without a failure, and all its threads have.
///
/// It may look at everything, and perform no operation. A panic in it fails the execution.
pub fn at_end(look: impl FnOnce() + Send + 'static) {
    current::with(|execution| {
        if let Some(execution) = execution {
            execution.at_end(Box::new(look));
        }
    });
}

/// Starts a thread. A scheduling point *after* it: the new thread may go first.
///
/// The execution ends when all its threads have; nobody joins them.
#[track_caller]
pub fn spawn(f: impl FnOnce() + Send + 'static) {
    start(None, f);
}

/// Starts the thread of this name, from 1 to 30: as [`spawn`], but a search knows it by the name and not by
/// who created it, so that states are the same whoever did.
///
/// `given` has to be all that `f` depends on, except what is in shared objects, as for a [`checkpoint`].
///
/// # Panics
/// If the execution has had a thread of this name.
#[track_caller]
pub fn spawn_named(name: u32, given: impl Hash, f: impl FnOnce() + Send + 'static) {
    start(Some((name, engine::search::given(given))), f);
}

#[track_caller]
fn start(named: Option<(u32, Prints)>, f: impl FnOnce() + Send + 'static) {
    let Some(op) = Op::begin() else { return };
    let Some(execution) = current::execution() else {
        return engine::Nursery::new().spawn(f);
    };
    let thread = execution.spawn(named, f);
    drop(execution);
    op.end(Name::THREAD, "spawn", || thread.to_string());
}

/// Makes objects for the thread of this name, which need not be there yet; 0 is the first one.
///
/// Threads that are interchangeable ([`Options::interchangeable`](crate::driver::Options::interchangeable)) change
/// places with all that has been made for them, in the same order for each.
pub fn make_for<R>(name: u32, make: impl FnOnce() -> R) -> R {
    engine::search::makes_for(name, make)
}

/// The name of a thread, in a value: it has to be hashed as this, so that a search can rename those that are
/// interchangeable. 0 is the first thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ThreadName(pub u32);

impl Hash for ThreadName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        engine::search::hash_name(self.0, state);
    }
}

/// The calling thread has gone round once, and nothing came of it: see [`rounds`].
pub fn round_without_progress() {
    engine::search::round_without_progress();
    current::with(|execution| execution.into_iter().for_each(Execution::round_without_progress));
}

/// Something got done: what was tried in vain until now no longer counts.
pub fn made_progress() {
    engine::search::made_progress();
    current::with(|execution| execution.into_iter().for_each(Execution::made_progress));
}

/// How often threads have gone round in vain since something got done. For a check.
///
/// In a search only those rounds count that a thread makes while nobody else moves, and they are part of the
/// state: a thread that goes round for ever does so while all others stand still, too.
pub fn rounds_without_progress() -> u32 {
    match engine::search::searching() {
        true => engine::search::rounds_without_progress(),
        false => current::with(|execution| execution.map_or(0, Execution::rounds_without_progress)),
    }
}

/// One of `0..n`: an engine that explores tries all of them, or samples.
///
/// The [`Plan`](crate::driver::Plan) has to say that there are choices.
#[track_caller]
pub fn choose(n: usize) -> usize {
    assert!(n > 0, "choose: nothing to choose from");
    if n == 1 {
        return 0;
    }
    let Some(op) = Op::begin() else { return 0 };
    let planned = current::with(|execution| execution.is_none_or(|e| e.plan().choices));
    assert!(planned, "choose: 1 of {n} in a plan without choices");
    let chosen = engine::choose(n);
    op.end_unchanged(Name::CHOICE, "choose", || format!("{chosen} of {n}"));
    chosen
}

/// Here the thread depends on nothing that it has seen before, except `locals`.
///
/// The state cache of a search takes two histories of a thread for one if they meet here with the same
/// locals: each that is live has to be among them, those of all callers included, up to the innermost that
/// is [`summarized`]. While the thread holds a lock, nothing is forgotten.
#[track_caller]
pub fn checkpoint(locals: impl Hash) {
    engine::search::checkpoint(locals);
    let under_way = |execution: &Execution| execution.is_under_way() && execution.counts();
    if current::with(|execution| execution.is_some_and(under_way)) {
        current::execution().into_iter().for_each(|execution| execution.is_long());
    }
}

/// Runs `f`, of which the thread learns nothing but the result.
///
/// A state cache forgets what was seen on the way to the result, and inside, a [`checkpoint`] speaks of
/// the call's own locals and arguments only. So the result has to be all that is left of the call, except
/// what is in shared objects: nothing else that was seen inside may reach a local of the caller.
///
/// Under a lock it changes nothing: what is made of the lock's data, the whole history tells.
///
/// The attribute of the same name does this for a function, and puts in the checkpoints.
#[track_caller]
pub fn summarized<R: Hash>(f: impl FnOnce() -> R) -> R {
    let caller = engine::search::enters();
    let result = f();
    engine::search::leaves(caller, &result);
    result
}
