//! `pidle bench peers`: builds the program of that name, and starts it with the same arguments.

use harness::verdict::Verdict;

use crate::error::Error;
use crate::{interrupt, program};

/// The command.
///
/// # Errors
/// If the program cannot be built or started.
pub fn peers() -> Result<Verdict, Error> {
    interrupt::catch()?;
    program::hand_over("bench", "pidle-bench", "the program that measures")
}
