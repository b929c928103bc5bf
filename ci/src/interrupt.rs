//! Ctrl-C sets a flag: an interrupted search ends as *incomplete* and reports how far it got.

use std::sync::atomic::{AtomicBool, Ordering};

use harness::verdict::Verdict;

use crate::error::Error;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on, the first interrupt sets a flag, and the second one ends the program immediately.
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

/// From now on, this program ignores interrupts: the program that started it handles them.
///
/// # Errors
/// If the system refuses, or it was done before.
pub fn ignore() -> Result<(), Error> {
    ctrlc::set_handler(|| ()).map_err(|error| Error::Setup(format!("Ctrl-C: {error}")))
}

/// Whether there was an interrupt.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
