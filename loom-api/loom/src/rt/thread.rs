//! The threads of an execution.

use std::panic::{catch_unwind, AssertUnwindSafe};

use explore::current::with_state;
use explore::state::State;

use super::current::{current, is_still, note_concurrent, set_current};
use super::execution::{count_thread, exec, flags, leaked, Exec, Flags, Local, Thread};
use super::operation::switch;
use super::panic::{fail, panic_text};
use super::record;
use super::settings::Settings;

/// What the first thread runs.
pub(crate) fn main_thread(program: &dyn Fn()) {
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
        locals: Default::default(),
        flags: Box::leak(Box::<Flags>::default()),
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
    // The model has switched exploration off, so no search will see both.
    if is_still() {
        note_concurrent();
    }
    switch("spawn");
    number
}

/// Runs a thread to its end. A panic ends the execution.
fn live(number: usize, run: impl FnOnce()) {
    set_current(number);
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
        let leaked = leaked();
        return fail(&format!(
            "leaked: {leaked} of the values that `Arc`, `Track` and `alloc` make"
        ));
    }
    flags(me).done.set_now();
    record::note(|| "ends".to_owned());
    with_state(State::finish);
}
