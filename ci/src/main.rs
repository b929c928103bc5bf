//! `pidle`: gate, merge, check, replay, repro, matrix, truth, list, soundness, bench, tidy.

use std::process::ExitCode;

use checks::verdict::Verdict;
use ci::cli::{Bench, Cli, Command};
use ci::coverage::compiler;
use ci::error::Error;
use ci::{
    bench, check, gate, list, matrix, merge, output, replay, repro, soundness, tidy, trace, truth,
};
use clap::Parser;

fn main() -> ExitCode {
    if let Some(compiled) = compiler::compile() {
        return compiled;
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            let _ = usage.print();
            let verdict = if usage.use_stderr() { Verdict::Error } else { Verdict::Held };
            return verdict.exit_code().into();
        }
    };
    if cli.trace {
        trace::show(trace::FILTER);
    }
    let verdict = run(&cli).unwrap_or_else(|error| {
        output::remark(&format!("error: {error}"));
        match error {
            Error::Interrupted => Verdict::Incomplete,
            _ => Verdict::Error,
        }
    });
    verdict.exit_code().into()
}

fn run(cli: &Cli) -> Result<Verdict, Error> {
    match &cli.command {
        Command::Gate(arguments) => gate::gate(arguments, cli.trace),
        Command::Merge(arguments) => merge::merge(arguments),
        Command::Check(arguments) => check::check(arguments, cli.trace),
        Command::Replay(arguments) => replay::replay(arguments, cli.trace),
        Command::Repro(arguments) => repro::repro(arguments, cli.trace),
        Command::Matrix(arguments) => matrix::matrix(arguments, cli.trace),
        Command::Truth(arguments) => truth::truth(arguments, cli.trace),
        Command::List(arguments) => list::list(arguments),
        Command::Soundness(arguments) => soundness::soundness(arguments, cli.trace),
        Command::Bench(Bench::Peers(arguments)) => bench::peers(arguments, cli.trace),
        Command::Tidy => tidy::tidy(),
    }
}
