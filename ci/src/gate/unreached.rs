//! `pidle gate --coverage`: starts the program of that name, which is built for it alone: what marks the model's
//! source, and reads what a worker counted, is no part of this one, nor of its workers.

use harness::verdict::Verdict;

use crate::error::Error;
use crate::{interrupt, program};

/// The command: `pidle-coverage` gets the same arguments.
///
/// # Errors
/// If the program cannot be built or started.
pub fn unreached() -> Result<Verdict, Error> {
    interrupt::catch()?;
    program::hand_over("coverage", "pidle-coverage", "the program that counts")
}
