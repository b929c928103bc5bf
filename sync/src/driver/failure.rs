//! How an execution fails, and the panic hook that notices it.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic;
use std::sync::Once;

use serde::{Deserialize, Serialize};

use crate::execution::Outcome;
use crate::{current, engine};

/// A check that does not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// The name of the check.
    pub check: &'static str,
    /// What is the case instead.
    pub message: String,
}

/// The first failure of an execution, which ended it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// Of what kind it is.
    pub cause: Cause,
    /// What was the case.
    pub message: String,
    /// The number of the thread on which it was noticed.
    pub thread: Option<usize>,
    /// `file:line:column`.
    pub location: Option<String>,
}

/// Of what kind a [`Failure`] is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Cause {
    /// A thread panicked.
    Panic,
    /// The check of this name does not hold.
    Check(String),
    /// Locks are waited for in a circle; or no thread can move and there is no [`Observer`](crate::driver::Observer)
    /// to say that this may be.
    Deadlock,
    /// Two accesses of a [`Plain`](crate::Plain), one of them a write, are not ordered.
    Race,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Panic => f.write_str("panic"),
            Cause::Check(name) => f.write_str(name),
            Cause::Deadlock => f.write_str("deadlock"),
            Cause::Race => f.write_str("race"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.cause, self.message)?;
        if let Some(thread) = self.thread {
            write!(f, " (thread {thread}")?;
            match &self.location {
                Some(location) => write!(f, ", {location})")?,
                None => f.write_str(")")?,
            }
        }
        Ok(())
    }
}

impl Failure {
    /// In a word or two: a panic by its text, anything else by what it is called.
    pub fn kind(&self) -> String {
        match &self.cause {
            Cause::Panic => self.message.clone(),
            other => other.to_string(),
        }
    }
}

impl From<Violation> for Failure {
    fn from(violation: Violation) -> Failure {
        Failure {
            cause: Cause::Check(violation.check.to_owned()),
            message: violation.message,
            thread: current::thread(),
            location: None,
        }
    }
}

/// Why a thread of an engine panicked, judged by the text.
pub(crate) enum PanicClass {
    Failure(Cause),
    /// The engine's own bound on the length of an execution was reached: no verdict on the program.
    #[cfg_attr(not(any(feature = "loom", feature = "shuttle")), allow(dead_code))]
    TooLong,
}

/// The text of a panic.
pub(crate) fn text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic with a payload that is no text".to_owned()
    }
}

thread_local! {
    /// Whether this OS thread runs executions: then nothing is printed about a panic.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// From now on this OS thread runs executions.
pub(crate) fn be_quiet() {
    QUIET.set(true);
}

/// Installs the hook: silent where executions run, where it tells them; elsewhere the one before it.
pub(crate) fn install_hook() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let before = panic::take_hook();
        engine::install_hook();
        panic::set_hook(Box::new(move |info| {
            if QUIET.get() {
                let location = || info.location().map(ToString::to_string);
                current::panicked(|| outcome_of(text(info.payload()), location()));
            } else {
                before(info);
            }
        }));
    });
}

/// How the panics begin that say that a program is none that a search can run.
const MISUSE: &str = "search: ";

/// How an execution ends in which somebody has panicked with this text.
pub(crate) fn outcome_of(text: String, location: Option<String>) -> Outcome {
    let thread = current::thread();
    if text.starts_with(MISUSE) {
        return Outcome::Misused(text);
    }
    match engine::classify_panic(&text) {
        PanicClass::TooLong => Outcome::TooLong,
        PanicClass::Failure(Cause::Race) => {
            let text = text.trim();
            let (message, location) = match current::racing() {
                Some((name, caller)) => (format!("{name}: {text}"), Some(caller.to_string())),
                None => (text.to_owned(), location),
            };
            Outcome::Failed(Failure { cause: Cause::Race, message, thread, location })
        }
        PanicClass::Failure(cause) => {
            Outcome::Failed(Failure { cause, message: text, thread, location })
        }
    }
}
