//! The program of `pidle mutants`, which starts it with its own arguments.

use std::process::ExitCode;

use ci::cli::Command;
use ci::error::Error;
use ci::program;
use mutants::command::mutants;

fn main() -> ExitCode {
    program::run(|cli| match &cli.command {
        Command::Mutants(arguments) => mutants(arguments),
        _ => Err(Error::Usage("this program is for `pidle mutants` alone".into())),
    })
}
