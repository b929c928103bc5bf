//! `pidle mutants`: starts the program of that name, which is built for it alone: what reads the model's source is
//! no part of this one, nor of its workers.

use harness::verdict::Verdict;

use crate::error::Error;
use crate::text::output::must_be_new;
use crate::{cli, interrupt, program};

/// The command: `pidle-mutants` gets the same arguments.
///
/// # Errors
/// If a file of the arguments will not do, or the program cannot be built or started.
pub fn mutants(arguments: &cli::Mutants) -> Result<Verdict, Error> {
    arguments.save.as_deref().map_or(Ok(()), must_be_new)?;
    if let Some(path) = &arguments.sample {
        let found = path.metadata();
        found.map_err(|error| Error::Io { path: path.clone(), error })?;
    }
    interrupt::catch()?;
    program::hand_over("mutants", "pidle-mutants", "the mutants' program")
}
