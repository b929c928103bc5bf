//! Failures of an execution, and the panic hook that detects them.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic;
use std::sync::Once;

use serde::{Deserialize, Serialize};

use crate::execution::Outcome;
use crate::{current, engine};

/// A check that does not hold in a state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// The name of the check.
    pub check: &'static str,
    /// What is wrong.
    pub message: String,
}

/// The first failure of an execution, which ends it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Failure {
    /// Its cause.
    pub cause: Cause,
    /// What is wrong.
    pub message: String,
    /// The number of the thread on which it was detected.
    pub thread: Option<usize>,
    /// `file:line:column`.
    pub location: Option<String>,
}

/// The cause of a [`Failure`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Cause {
    /// A thread panicked.
    Panic,
    /// The check of this name does not hold.
    Check(String),
    /// Threads wait for locks in a circle; or no thread can move and there is no
    /// [`Observer`](crate::driver::Observer) that allows it.
    Deadlock,
    /// Two accesses of a [`Plain`](crate::Plain), one of them a write, are not ordered.
    Race,
    /// Threads keep each other going for ever, and none makes progress
    /// ([`Options::liveness`](crate::driver::Options::liveness)).
    Livelock,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Panic => f.write_str("panic"),
            Cause::Check(name) => f.write_str(name),
            Cause::Deadlock => f.write_str("deadlock"),
            Cause::Race => f.write_str("race"),
            Cause::Livelock => f.write_str("livelock"),
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
    /// A short name: for a panic its message, for anything else its cause.
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

/// The class of a panic on an engine's thread, by its text.
pub(crate) enum PanicClass {
    Failure(Cause),
    /// The execution exceeded the engine's own limit: no verdict on the program.
    #[cfg_attr(not(any(feature = "loom", feature = "shuttle")), allow(dead_code))]
    TooLong,
}

/// The message of a panic.
pub(crate) fn text(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic whose payload is not text".to_owned()
    }
}

thread_local! {
    /// Whether this OS thread runs executions: then panics print nothing.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Marks this OS thread as one that runs executions.
pub(crate) fn be_quiet() {
    QUIET.set(true);
}

/// Installs the panic hook. On OS threads that run executions it prints nothing and ends the execution;
/// elsewhere the previous hook runs.
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

/// The prefix of panics that report a program which a search cannot run.
const MISUSE: &str = "search: ";

/// The outcome of an execution in which a thread has panicked with this message.
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
