//! The program of `pidle mutants`, which starts it with its own arguments.

use std::process::ExitCode;

use checks::verdict::Verdict;
use ci::cli::{Cli, Command};
use ci::error::Error;
use ci::output::remark;
use clap::Parser;
use mutants::command::mutants;

fn main() -> ExitCode {
    let verdict = match Cli::parse().command {
        Command::Mutants(arguments) => mutants(&arguments),
        _ => Err(Error::Usage("this program is for `pidle mutants` alone".into())),
    };
    let verdict = verdict.unwrap_or_else(|error| {
        remark(&format!("error: {error}"));
        match error {
            Error::Interrupted => Verdict::Incomplete,
            _ => Verdict::Error,
        }
    });
    verdict.exit_code().into()
}
