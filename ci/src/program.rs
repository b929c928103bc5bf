//! What the programs have in common: arguments in, a verdict as the exit code out.

use std::env;
use std::process::{Command, ExitCode};

use clap::Parser;
use harness::verdict::Verdict;
use sync::driver::ENGINE;

use crate::cli::Cli;
use crate::engines::builder::{compile, root, target, Wanted};
use crate::error::Error;
use crate::text::output::remark;

/// Reads the arguments and does what they say. Errors go to stderr.
pub fn run(work: impl FnOnce(&Cli) -> Result<Verdict, Error>) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            let _ = usage.print();
            let verdict = if usage.use_stderr() { Verdict::Error } else { Verdict::Held };
            return verdict.exit_code().into();
        }
    };
    let verdict = work(&cli).unwrap_or_else(|error| {
        remark(&format!("error: {error}"));
        match error {
            Error::Interrupted => Verdict::Incomplete,
            _ => Verdict::Error,
        }
    });
    verdict.exit_code().into()
}

/// Builds another program of the workspace and starts it with the arguments of this one. Its exit code is the
/// verdict.
///
/// # Errors
/// If it cannot be built or started.
pub fn hand_over(package: &str, program: &str, what: &str) -> Result<Verdict, Error> {
    let wanted = Wanted::worker(root(), target(), ENGINE);
    let program = compile(&Wanted { package, program, what: what.into(), ..wanted })?;
    let ended = Command::new(&program).args(env::args_os().skip(1)).status();
    let ended = ended.map_err(|error| Error::Io { path: program, error })?;
    let verdicts = [Verdict::Held, Verdict::Vacuous, Verdict::Incomplete, Verdict::Violated];
    let code = ended.code().and_then(|code| u8::try_from(code).ok());
    let verdict = verdicts.into_iter().find(|verdict| Some(verdict.exit_code()) == code);
    Ok(verdict.unwrap_or(Verdict::Error))
}
