//! `pidle`: gate, merge, check, replay, repro, matrix, truth, mutants, loom, list, soundness, bench, tidy.

use std::process::ExitCode;

use harness::verdict::Verdict;
use pidle::cli::{Bench, Cli, Command};
use pidle::engines::serve;
use pidle::error::Error;
use pidle::gate::merge;
use pidle::{
    check, gate, list, loom_tests, matrix, mutation, peers, program, replay, repro, soundness,
    tidy, truth,
};

fn main() -> ExitCode {
    program::run(run)
}

fn run(cli: &Cli) -> Result<Verdict, Error> {
    match &cli.command {
        Command::Gate(arguments) => gate::gate(arguments),
        Command::Merge(arguments) => merge::merge(arguments),
        Command::Check(arguments) => check::check(arguments),
        Command::Replay(arguments) => replay::replay(arguments),
        Command::Repro(arguments) => repro::repro(arguments),
        Command::Matrix(arguments) => matrix::matrix(arguments),
        Command::Truth(arguments) => truth::truth(arguments),
        Command::Mutants(arguments) => mutation::mutants(arguments),
        Command::Loom(arguments) => loom_tests::test(arguments),
        Command::List(arguments) => list::list(arguments),
        Command::Soundness(arguments) => soundness::soundness(arguments),
        Command::Bench(Bench::Peers(_)) => peers::peers(),
        Command::Tidy => tidy::tidy(),
        Command::Worker => Ok(serve::serve()),
    }
}
