//! The threads of an execution.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{catch_unwind, AssertUnwindSafe};

use explore::current::with_state;
use explore::restore::Place;
use explore::state::State;

use super::execution::{count_thread, exec, leaked, Exec, Flag, Settings};
use super::operation::switch;
use super::panic::{fail, panic_text};
use super::record;

thread_local! {
    /// The number of the thread that runs, in the order of creation.
    static CURRENT: Cell<usize> = const { Cell::new(0) };
}

pub(super) fn place() -> Place {
    CURRENT.with(Place::of)
}

/// The number of the thread that runs, in the order of creation.
pub(crate) fn current() -> usize {
    CURRENT.get()
}

pub(super) fn set_current(thread: usize) {
    CURRENT.set(thread);
}

/// A thread of the model.
pub(crate) struct Thread {
    /// Values of `thread_local!`, by the addresses of their keys.
    pub(crate) locals: BTreeMap<usize, Local>,
    pub(crate) flags: &'static Flags,
    pub(crate) name: Option<Box<str>>,
}

/// The flags of a thread, which live as long as the execution.
#[derive(Default)]
pub(crate) struct Flags {
    /// The token of `park` and `unpark`.
    pub(crate) token: Flag,
    /// A condition variable has woken it.
    pub(crate) woken: Flag,
    /// It has ended.
    pub(crate) done: Flag,
}

/// The flags of the thread with this number.
pub(crate) fn flags(thread: usize) -> &'static Flags {
    exec().threads[thread].flags
}

/// The value of a thread-local.
#[derive(Clone, Copy)]
pub(crate) enum Local {
    /// It exists.
    Value(*mut dyn Any),
    /// It has been dropped.
    Gone,
}

/// What the first thread runs.
pub(crate) fn main_thread(program: &dyn Fn()) {
    CURRENT.set(0);
    Exec::begin();
    add_thread(None);
    live(0, || {
        program();
        drop_statics();
    });
}

fn add_thread(name: Option<&str>) -> usize {
    let most = Settings::now().threads;
    let exec = exec();
    assert!(
        exec.threads.len() < most,
        "the model has more than {most} threads: raise Builder::max_threads"
    );
    exec.threads.push(Thread {
        locals: BTreeMap::new(),
        flags: Box::leak(Box::default()),
        name: name.map(Into::into),
    });
    count_thread(1);
    exec.threads.len() - 1
}

/// Starts a thread. Returns its number.
#[track_caller]
pub(crate) fn spawn(name: Option<&str>, run: impl FnOnce() + 'static) -> usize {
    let number = add_thread(name);
    with_state(State::spawn);
    explore::restore::spawn(move || live(number, run));
    record::note(|| format!("starts thread {number}"));
    switch("spawn");
    number
}

/// Runs a thread to its end. A panic ends the execution.
fn live(number: usize, run: impl FnOnce()) {
    CURRENT.set(number);
    let result = catch_unwind(AssertUnwindSafe(|| {
        run();
        drop_locals();
        finish();
    }));
    if let Err(payload) = result {
        // It is abandoned with the execution.
        std::mem::forget(payload);
        fail(&panic_text());
    }
}

/// Drops the locals of the thread, also those that the destructors of others create.
fn drop_locals() {
    let me = current();
    loop {
        let next = exec().threads[me].locals.iter().find_map(|(key, local)| match local {
            Local::Value(value) => Some((*key, *value)),
            Local::Gone => None,
        });
        let Some((key, value)) = next else { return };
        exec().threads[me].locals.insert(key, Local::Gone);
        // SAFETY: it was made by `Box::into_raw`, and is no longer in the map.
        drop(unsafe { Box::from_raw(value) });
    }
}

/// Drops the values of `lazy_static!` at the end of the first thread.
fn drop_statics() {
    let statics = exec().statics.take().unwrap_or_default();
    for value in statics.into_values() {
        // SAFETY: it was made by `Box::into_raw`, and is in the map no longer.
        drop(unsafe { Box::from_raw(value) });
    }
}

fn finish() {
    let me = current();
    if count_thread(-1) == 0 && leaked() != 0 {
        panic!("leaked: {} of the values that `Arc`, `Track` and `alloc` make", leaked());
    }
    flags(me).done.set_now();
    record::note(|| "ends".to_owned());
    with_state(State::finish);
}
