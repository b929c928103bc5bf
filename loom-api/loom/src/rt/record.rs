//! The record of one execution that is run again: what each thread does, and where in the source.
//!
//! The record lies outside the execution, and a search that is not recorded pays one look at a flag for each operation.

use std::cell::{Cell, RefCell};
use std::panic::Location;

use explore::allocate_outside;

use super::current::current;
use super::object::Object;

thread_local! {
    static IS_ON: Cell<bool> = const { Cell::new(false) };
    static RECORD: RefCell<Record> = RefCell::default();
}

/// The record of an execution.
#[derive(Default, Debug)]
pub(crate) struct Record {
    /// What the threads did, in order.
    pub(crate) events: Vec<Event>,
    /// For each thread, the operation that it has announced last.
    pub(crate) pending: Vec<Option<Event>>,
    /// The addresses of objects, in the order of their appearance.
    objects: Vec<usize>,
}

/// What a thread did.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) thread: usize,
    /// The operation, its object and its values.
    pub(crate) text: String,
    /// Where in the program; `None` for what has no place there.
    pub(crate) at: Option<String>,
}

impl Record {
    /// The name of an object: its number in the order of appearance.
    fn name(&mut self, object: Option<Object>) -> String {
        let Some(object) = object else { return String::new() };
        let address = object.address();
        let known = self.objects.iter().position(|&known| known == address);
        let number = known.unwrap_or_else(|| {
            self.objects.push(address);
            self.objects.len() - 1
        });
        format!(" #{}", number + 1)
    }

    fn event(
        &mut self,
        what: &str,
        object: Option<Object>,
        at: &Location<'_>,
        text: &str,
    ) -> Event {
        let space = if text.is_empty() { "" } else { " " };
        let text = format!("{what}{}{space}{text}", self.name(object));
        // A value that std drops has no place in the program.
        let is_std = at.file().starts_with("/rustc/");
        let at = (!is_std).then(|| format!("{}:{}", at.file(), at.line()));
        Event { thread: current(), text, at }
    }
}

/// Records what `run` does.
pub(crate) fn recorded<R>(run: impl FnOnce() -> R) -> (R, Record) {
    RECORD.take();
    IS_ON.set(true);
    let result = run();
    IS_ON.set(false);
    (result, RECORD.take())
}

fn record(change: impl FnOnce(&mut Record)) {
    allocate_outside(|| RECORD.with_borrow_mut(change));
}

/// The thread is about to wait for its turn.
#[inline]
pub(super) fn announce(what: &str, object: Option<Object>, at: &Location<'_>) {
    if IS_ON.get() {
        record(|record| {
            let event = record.event(what, object, at, "");
            let thread = event.thread;
            record.pending.resize(record.pending.len().max(thread + 1), None);
            record.pending[thread] = Some(event);
        });
    }
}

/// The thread has performed an operation.
#[inline]
pub(super) fn step(
    what: &str,
    object: Option<Object>,
    at: &Location<'_>,
    text: impl FnOnce() -> String,
) {
    if IS_ON.get() {
        record(|record| {
            let event = record.event(what, object, at, &text());
            if let Some(pending) = record.pending.get_mut(event.thread) {
                *pending = None;
            }
            record.events.push(event);
        });
    }
}

/// The thread has done something that is no operation.
#[inline]
pub(super) fn note(text: impl FnOnce() -> String) {
    if IS_ON.get() {
        record(|record| {
            let event = Event { thread: current(), text: text(), at: None };
            record.events.push(event);
        });
    }
}
