//! `pidle mutants`: starts the program of that name, which is built for it alone: what reads the model's source is
//! no part of this one, nor of its workers.

use std::env;
use std::process::Command;

use checks::verdict::Verdict;
use sync::driver::Engine;

use crate::builder::{compile, root, target, Wanted};
use crate::error::Error;
use crate::output::must_be_new;
use crate::{cli, interrupt};

/// The command: `pidle-mutants` gets the same arguments, and its exit code is the verdict.
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
    let program = compile(&Wanted {
        root: root(),
        target: target(),
        package: "mutants",
        program: "pidle-mutants",
        engine: Engine::Std,
        what: "the mutants' program".into(),
        variables: Vec::new(),
    })?;
    let ended = Command::new(&program).args(env::args_os().skip(1)).status();
    let ended = ended.map_err(|error| Error::Io { path: program, error })?;
    let verdicts = [Verdict::Held, Verdict::Vacuous, Verdict::Incomplete, Verdict::Violated];
    let code = ended.code().and_then(|code| u8::try_from(code).ok());
    let verdict = verdicts.into_iter().find(|verdict| Some(verdict.exit_code()) == code);
    Ok(verdict.unwrap_or(Verdict::Error))
}
