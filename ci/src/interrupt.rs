//! Ctrl-C as a question: a search that is interrupted ends in *incomplete* and says how far it came.

use std::sync::atomic::{AtomicBool, Ordering};

use harness::verdict::Verdict;

use crate::error::Error;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on the first interrupt is only noted, and the second ends the program at once.
///
/// # Errors
/// If the system refuses, or it was done before.
pub fn catch() -> Result<(), Error> {
    let noted = || {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            std::process::exit(Verdict::Incomplete.exit_code().into());
        }
    };
    ctrlc::set_handler(noted).map_err(|error| Error::Setup(format!("Ctrl-C: {error}")))
}

/// From now on interrupts are nothing to this program: another one, which started it, judges them.
///
/// # Errors
/// If the system refuses, or it was done before.
pub fn ignore() -> Result<(), Error> {
    ctrlc::set_handler(|| ()).map_err(|error| Error::Setup(format!("Ctrl-C: {error}")))
}

/// There was an interrupt.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
