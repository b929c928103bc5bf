//! `pidle`: gate, merge, check, replay, repro, matrix, truth, mutants, list, soundness, bench, tidy.

use std::process::ExitCode;

use harness::verdict::Verdict;
use pidle::cli::{Bench, Cli, Command};
use pidle::engines::serve;
use pidle::error::Error;
use pidle::gate::merge;
use pidle::{
    check, gate, list, matrix, mutation, peers, program, replay, repro, soundness, tidy, trace,
    truth,
};

fn main() -> ExitCode {
    program::run(run)
}

fn run(cli: &Cli) -> Result<Verdict, Error> {
    if cli.trace {
        trace::show(trace::FILTER);
    }
    match &cli.command {
        Command::Gate(arguments) => gate::gate(arguments, cli.trace),
        Command::Merge(arguments) => merge::merge(arguments),
        Command::Check(arguments) => check::check(arguments, cli.trace),
        Command::Replay(arguments) => replay::replay(arguments, cli.trace),
        Command::Repro(arguments) => repro::repro(arguments, cli.trace),
        Command::Matrix(arguments) => matrix::matrix(arguments, cli.trace),
        Command::Truth(arguments) => truth::truth(arguments, cli.trace),
        Command::Mutants(arguments) => mutation::mutants(arguments),
        Command::List(arguments) => list::list(arguments),
        Command::Soundness(arguments) => soundness::soundness(arguments, cli.trace),
        Command::Bench(Bench::Peers(_)) => peers::peers(),
        Command::Tidy => tidy::tidy(),
        Command::Worker => Ok(serve::serve()),
    }
}
