//! The program of `pidle gate --coverage`, which starts it with its own arguments; and, for cargo, the compiler.

use std::process::ExitCode;

use coverage::command::coverage;
use coverage::compiler;
use pidle::cli::Command;
use pidle::error::Error;
use pidle::program;

fn main() -> ExitCode {
    if let Some(compiled) = compiler::compile() {
        return compiled;
    }
    program::run(|cli| match &cli.command {
        Command::Gate(arguments) if arguments.coverage => coverage(arguments, cli.trace),
        _ => Err(Error::Usage("this program is for `pidle gate --coverage` alone".into())),
    })
}
