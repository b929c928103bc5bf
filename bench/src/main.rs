//! The program of `pidle bench peers`, which starts it with its own arguments.

use std::process::ExitCode;

use bench::peers;
use pidle::cli::{Bench, Command};
use pidle::engines::serve;
use pidle::error::Error;
use pidle::program;

fn main() -> ExitCode {
    program::run(|cli| match &cli.command {
        Command::Bench(Bench::Peers(arguments)) => peers(arguments, cli.trace),
        // It is its own worker for the engine that it was built for.
        Command::Worker => Ok(serve::serve()),
        _ => Err(Error::Usage("this program is only for `pidle bench peers`".into())),
    })
}
