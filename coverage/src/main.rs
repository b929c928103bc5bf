//! The program of `pidle gate --coverage`, which starts it with its own arguments; and, for cargo, the compiler.

use std::process::ExitCode;

use ci::cli::Command;
use ci::error::Error;
use ci::program;
use coverage::command::coverage;
use coverage::compiler;

fn main() -> ExitCode {
    if let Some(compiled) = compiler::compile() {
        return compiled;
    }
    program::run(|cli| match &cli.command {
        Command::Gate(arguments) if arguments.coverage => coverage(arguments),
        _ => Err(Error::Usage("this program is for `pidle gate --coverage` alone".into())),
    })
}
