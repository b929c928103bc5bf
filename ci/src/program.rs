//! What the programs have in common: arguments in, a verdict as the exit code out.

use std::process::ExitCode;

use checks::verdict::Verdict;
use clap::Parser;

use crate::cli::Cli;
use crate::error::Error;
use crate::output::remark;

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
