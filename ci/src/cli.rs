//! The command line.

mod check;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};
use sync::driver::Engine;

use crate::engine;
use crate::shard::Shard;

pub use check::{Bound, Check, Search};

/// Model-checks schedulers of Go's kind.
///
/// Exit codes: 0 held, 1 violated, 2 vacuous, 3 incomplete, 4 error.
#[derive(Debug, Parser)]
#[command(name = "pidle", bin_name = "cargo pidle", version, max_term_width = 100)]
pub struct Cli {
    /// Show the model's events on stderr
    #[arg(long, global = true)]
    pub trace: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run all suites and regressions on every engine, and print one table
    Gate(Gate),
    /// Join the parts of a gate into one verdict
    Merge(Merge),
    /// Run one scenario; a failure is written to a counterexample file
    #[command(after_help = scenario_help())]
    Check(Check),
    /// Run a counterexample again, exactly
    Replay(Replay),
    /// Reproduce a documented bug and show the interleaving
    Repro(Repro),
    /// Run each row of each bug, print what kills it and how soon, and compare with the committed table
    Matrix(Matrix),
    /// Run the programs that the real runtime was measured with, and print model and reality side by side
    Truth(Truth),
    /// Change the model in one place after another, and print which check kills each mutant
    #[command(after_help = MUTANTS_HELP)]
    Mutants(Mutants),
    /// List scenarios, rows, bugs and their mutants, checks, suites and engines
    List(List),
    /// Compare searches with plainer ones, on generated programs
    Soundness(Soundness),
    /// Measure the search, and others on the same programs
    #[command(subcommand)]
    Bench(Bench),
    /// Check the house rules of this repository
    Tidy,
    /// Answer one request on stdin: how pidle starts itself for each run
    #[command(hide = true)]
    Worker,
}

/// What `gate` is told.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("Measured").args(["coverage", "ask_always"])))]
pub struct Gate {
    /// An engine to run on; repeat it for several
    #[arg(long = "engine", value_name = "ENGINE", default_values = ["explore", "loom", "shuttle"], value_parser = engine::parser())]
    pub engines: Vec<Engine>,
    /// Runs at a time [default: one a core]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Run the I-th of N parts only; `merge` joins them
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Search each program once more, with each check asked at each step, also if nothing that it reads has changed,
    /// and compare
    #[arg(long)]
    pub ask_always: bool,
    /// A file for the reports, as JSON; it must not exist
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// List what no run reaches of the model, by rustc's counters, on explore
    #[arg(long, conflicts_with_all = ["engines", "shard", "json", "ask_always"])]
    pub coverage: bool,
    /// With --coverage, only the runs that took no longer than this when they were last measured (ci/costs.json); with
    /// --ask-always, only those are run once more
    #[arg(long, value_name = "SECONDS", requires = "Measured")]
    pub within: Option<f64>,
    /// Build with link-time optimization, run the gate with --ask-always, and then search what it bounds with more
    /// preemptions and without a bound, as far as the time goes
    #[arg(long, conflicts_with_all = ["engines", "shard", "within", "coverage"])]
    pub nightly: bool,
    /// With --nightly: stop after that many minutes
    #[arg(long, value_name = "N", default_value = "60", requires = "nightly", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub minutes: u64,
}

/// What `merge` is told.
#[derive(Debug, Args)]
pub struct Merge {
    /// The parts, as `gate --shard I/N --json FILE` wrote them
    #[arg(required = true)]
    pub parts: Vec<PathBuf>,
    /// A file for all reports together, as JSON; it must not exist
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// A file for what the longer runs cost, which ci/costs.json keeps for --shard and --within; it must not exist
    #[arg(long, value_name = "FILE")]
    pub costs: Option<PathBuf>,
}

/// What `replay` is told.
#[derive(Debug, Args)]
pub struct Replay {
    /// The counterexample
    pub file: PathBuf,
    /// Show every operation of the interleaving
    #[arg(long)]
    pub full: bool,
}

/// What `truth` is told.
#[derive(Debug, Args)]
pub struct Truth {
    /// Print the table as docs/truth.md has it
    #[arg(long)]
    pub markdown: bool,
}

/// What `mutants` is told.
#[derive(Debug, Args)]
pub struct Mutants {
    /// The seed of the sample: the same seed draws the same mutants of the same source
    #[arg(long, value_name = "S", default_value = "1")]
    pub seed: u64,
    /// How many mutants are drawn [default: 175]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub count: Option<u32>,
    /// A file for the mutants that were drawn, as TOML; it must not exist
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Run the mutants of this file, which --save wrote, instead of drawing any
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "count", "save", "list"])]
    pub sample: Option<PathBuf>,
    /// Print all mutants of the model, and run none
    #[arg(long, conflicts_with_all = ["seed", "count", "save"])]
    pub list: bool,
    /// Mutants at a time [default: one a core]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Stop the runs of one mutant after that many seconds: it survives, unfinished
    #[arg(long, value_name = "N", default_value = "600", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_seconds: u64,
}

/// What `mutants` counts.
const MUTANTS_HELP: &str = "\
A mutant is killed by a check or a throw, on explore, in a run of a suite (release included) or of a kernel; \
if none of them reaches its function, in a run of a bug's row. A run that does not end, or that shows too \
little, kills nothing. mutants/equivalent.toml lists mutants that change nothing.

Exit codes: 0 all are killed but those listed as equivalent, 1 some survive, or the list is wrong, \
3 interrupted, 4 error.";

/// What `repro` is told.
#[derive(Debug, Args)]
pub struct Repro {
    /// The bug's number, such as 53294
    #[arg(required_unless_present = "all")]
    pub bug: Option<String>,
    /// Each bug in its smallest form, as a table: the one of docs/found.md
    #[arg(long, conflicts_with_all = ["bug", "mutant", "engine", "out", "full"])]
    pub all: bool,
    /// Which part of the bug [default: its smallest form]
    #[arg(long, value_name = "NAME")]
    pub mutant: Option<String>,
    /// The engine
    #[arg(long, default_value = "explore", value_parser = engine::parser())]
    pub engine: Engine,
    /// A file for the counterexample; it must not exist
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Show every operation of the interleaving
    #[arg(long)]
    pub full: bool,
}

/// What `list` is told.
#[derive(Debug, Args)]
pub struct List {
    /// Print this scenario as a file would have it, and nothing else
    #[arg(long, value_name = "SCENARIO")]
    pub toml: Option<String>,
}

/// A scenario file, shown.
fn scenario_help() -> String {
    format!(
        "A scenario file, such as ready-and-wait.toml (others: cargo pidle list --toml S4):\n\n{}",
        harness::scenario_file::EXAMPLE
    )
}

/// What `matrix` is told.
#[derive(Debug, Args)]
pub struct Matrix {
    /// Write the table without its numbers to this file, which must not exist, and compare nothing
    #[arg(long, value_name = "FILE")]
    pub table: Option<PathBuf>,
}

/// What `soundness` is told.
#[derive(Debug, Args)]
pub struct Soundness {
    /// Programs of each family; those that are too large for plain search do not count
    #[arg(long, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u64).range(1..))]
    pub cases: u64,
    /// The seed of the first; the others count up from it
    #[arg(long, value_name = "S", default_value = "1", value_parser = clap::value_parser!(u64).range(..u64::MAX / 2))]
    pub seed: u64,
    /// The engine whose threads are searched: explore, which restores, or shuttle, which replays
    #[arg(long, default_value = "explore", value_parser = engine::parser())]
    pub engine: Engine,
}

/// What is measured.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// The search beside loom, shuttle and, where it is installed, Spin
    Peers(Peers),
}

/// What `bench peers` is told.
#[derive(Debug, Args)]
pub struct Peers {
    /// Stop each run after that many seconds of CPU time: it is not finished then. There are 108 runs, of
    /// which about half finish
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_seconds: u64,
    /// A scenario; repeat it for several [default: all four]
    #[arg(long = "scenario", value_name = "NAME", value_parser = ["S1", "S2", "S3", "S4"])]
    pub scenarios: Vec<String>,
    /// A number of Ms; repeat it for several [default: 2, 3 and 4]
    #[arg(long = "ms", value_name = "N", value_parser = clap::value_parser!(u32).range(2..=4))]
    pub ms: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn check(arguments: &[&str]) -> Result<Check, String> {
        let line = ["pidle", "check", "S1"].iter().chain(arguments);
        match Cli::try_parse_from(line).map_err(|error| error.to_string())?.command {
            Command::Check(check) => Ok(check),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_bound_is_a_number_or_none() {
        assert_eq!(check(&[]).unwrap().bound, None);
        assert_eq!(check(&["--bound", "3"]).unwrap().bound, Some(Bound(Some(3))));
        assert_eq!(check(&["--bound", "none"]).unwrap().bound, Some(Bound(None)));
        // Not taken for 1: it does not fit into 32 bits.
        for bound in ["few", "4294967297"] {
            let message = check(&["--bound", bound]).unwrap_err();
            let allowed = "a number of preemptions up to 4294967295, or `none`";
            assert!(message.contains(allowed), "{message}");
        }
    }

    #[test]
    fn unknown_engines_and_modes_are_told_the_known_ones() {
        let message = check(&["--engine", "spin"]).unwrap_err();
        assert!(message.contains("[possible values: std, loom, shuttle, explore]"), "{message}");
        let message = check(&["--mode", "vibes"]).unwrap_err();
        assert!(message.contains("[possible values: symptoms, invariants, races]"), "{message}");
    }

    #[test]
    fn nothing_is_run_no_times() {
        assert!(check(&["--executions", "0"]).is_err());
        assert!(check(&["--max-seconds", "0"]).is_err());
        assert!(Cli::try_parse_from(["pidle", "gate", "--jobs", "0"]).is_err());
    }
}
