//! Failures: panics of the model, and what the search finds itself.

use std::cell::RefCell;
use std::sync::Once;

use explore::allocate_outside;
use explore::current::{self, is_searching, with_state};
use explore::interface::Ended;

thread_local! {
    /// The text of the last panic, outside the execution.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
    /// Why the last execution failed, outside the execution.
    static FAILURE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Ends the execution with a failure.
pub(crate) fn fail(why: &str) {
    if with_state(|_| ()).is_some() {
        allocate_outside(|| FAILURE.with_borrow_mut(|last| *last = Some(why.to_owned())));
        current::end(Ended::Failed);
    }
}

/// Why the last execution on this OS thread failed.
pub(crate) fn take_failure() -> Option<String> {
    FAILURE.take()
}

/// The text of the panic that has just been caught.
pub(super) fn panic_text() -> String {
    PANIC.with_borrow(|text| text.clone()).unwrap_or_else(|| "a panic".to_owned())
}

/// Makes panics in a model be reported with the interleaving, instead of printing each of them.
pub(crate) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !is_searching() {
                return before(info);
            }
            allocate_outside(|| {
                let payload = info.payload();
                let text = payload.downcast_ref::<&str>().copied();
                let text = text.or(payload.downcast_ref::<String>().map(String::as_str));
                let text = text.unwrap_or("a panic whose payload is not text");
                let text = match info.location() {
                    Some(at) => format!("{text}, at {}:{}:{}", at.file(), at.line(), at.column()),
                    None => text.to_owned(),
                };
                PANIC.with_borrow_mut(|last| *last = Some(text));
            });
        }));
    });
}
