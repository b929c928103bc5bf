//! The program of `pidle mutants`, which starts it with its own arguments.

use std::process::ExitCode;

use mutants::command::mutants;
use pidle::cli::Command;
use pidle::error::Error;
use pidle::program;

fn main() -> ExitCode {
    program::run(|cli| match &cli.command {
        Command::Mutants(arguments) => mutants(arguments),
        _ => Err(Error::Usage("this program is for `pidle mutants` alone".into())),
    })
}
