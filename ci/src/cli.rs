//! The command line.

mod check;
mod loom_tests;
mod units;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use checks::scenarios;
use clap::{ArgGroup, Args, Parser, Subcommand};
use sync::driver::Engine;

use crate::engines;
use crate::gate::shard::Shard;

pub use check::{Bound, Check, Output, Search};
pub use loom_tests::{Loom, Published};

/// A model checker for schedulers like Go's.
///
/// Exit codes: 0 held, 1 violated, 2 vacuous, 3 incomplete, 4 error.
#[derive(Debug, Parser)]
#[command(name = "pidle", bin_name = "cargo pidle", version, max_term_width = 100)]
pub struct Cli {
    /// Print the model's events to stderr; on explore, those of the counterexample
    #[arg(long, global = true)]
    pub trace: bool,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run all suites and regressions on every engine and print one table
    Gate(Gate),
    /// Join the parts of a gate into one verdict
    Merge(Merge),
    /// Run one scenario and write a failure to a counterexample file
    #[command(after_help = scenario_help())]
    Check(Check),
    /// Run a counterexample again, step by step
    #[command(
        after_help = "Exit codes: 1 the failure comes again, 4 error: the file is not a counterexample, or no longer fits."
    )]
    Replay(Replay),
    /// Reproduce a documented bug and show the interleaving
    Repro(Repro),
    /// Run each variant of each bug, print what finds it and how soon, and compare with the committed table
    Matrix(Matrix),
    /// Run the programs that were measured on the real runtime, and print model and reality side by side
    Truth(Truth),
    /// Change one place of the model at a time, and print which check finds each change
    #[command(after_help = MUTANTS_HELP)]
    Mutants(Mutants),
    /// Run a crate's loom tests, unchanged, on the search of explore
    #[command(after_help = LOOM_HELP)]
    Loom(Loom),
    /// List scenarios, variants, bugs, checks, suites and engines
    List(List),
    /// Compare the search with simpler ones, on generated programs
    Soundness(Soundness),
    /// Measure the search and other tools on the same programs
    #[command(subcommand)]
    Bench(Bench),
    /// Check the house rules of this repository
    Tidy,
    /// Answer one request on stdin; pidle starts itself like this for each run
    #[command(hide = true)]
    Worker,
}

/// The arguments of `gate`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("Measured").args(["coverage", "ask_always"])))]
pub struct Gate {
    /// An engine to run on; repeat the option for several
    #[arg(long = "engine", value_name = "ENGINE", default_values = ["explore", "loom", "shuttle"], value_parser = engines::parser())]
    pub engines: Vec<Engine>,
    /// The number of runs at the same time [default: the number of cores]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Run only the I-th of N parts; `merge` joins their results
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// Search each program a second time, evaluating every check at every step even if nothing that it reads has
    /// changed, and compare the results
    #[arg(long)]
    pub ask_always: bool,
    /// Write the reports to this file, as JSON. The file must not exist
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// List the parts of the model that no run on explore reaches, by rustc's counters
    #[arg(long, conflicts_with_all = ["engines", "shard", "json", "ask_always"])]
    pub coverage: bool,
    /// With --coverage, run what took no longer than this when it was last measured (ci/costs.json), and longer runs only while
    /// a part without a reason is not reached; with --ask-always, repeat only those runs
    #[arg(long, value_name = "SECONDS", requires = "Measured")]
    pub within: Option<f64>,
    /// Build with link-time optimization and run the gate with --ask-always; then use the remaining time to search the
    /// programs that the gate bounds with more preemptions, and without a bound
    #[arg(long, conflicts_with_all = ["engines", "shard", "within", "coverage"])]
    pub nightly: bool,
    /// With --nightly: stop after this many minutes
    #[arg(long, value_name = "N", default_value = "60", requires = "nightly", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub minutes: u64,
}

/// The arguments of `merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// The files that `gate --shard I/N --json FILE` wrote
    #[arg(required = true)]
    pub parts: Vec<PathBuf>,
    /// Write all reports to this file, as JSON. The file must not exist
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the seconds of the longer runs to this file, for ci/costs.json, which --shard and --within read. The file
    /// must not exist
    #[arg(long, value_name = "FILE")]
    pub costs: Option<PathBuf>,
}

/// The arguments of `replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// The counterexample file
    pub file: PathBuf,
    /// Show every operation of the interleaving
    #[arg(long)]
    pub full: bool,
}

/// The arguments of `truth`.
#[derive(Debug, Args)]
pub struct Truth {
    /// Print the table in Markdown, as in docs/truth.md
    #[arg(long)]
    pub markdown: bool,
}

/// The arguments of `mutants`.
#[derive(Debug, Args)]
pub struct Mutants {
    /// The seed of the sample; the same seed and source give the same mutants
    #[arg(long, value_name = "S", default_value = "1")]
    pub seed: u64,
    /// The number of mutants in the sample [default: 175]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub count: Option<u32>,
    /// Draw from the files whose path in runtime-model/src begins so, such as limiter or gc/find.rs; may be given again
    #[arg(long, value_name = "PATH")]
    pub only: Vec<String>,
    /// Write the sample to this file, as TOML. The file must not exist
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Run the mutants in this file, written by --save, instead of drawing a sample
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "count", "only", "save", "list"])]
    pub sample: Option<PathBuf>,
    /// Print the mutants that there are without running any
    #[arg(long, conflicts_with_all = ["seed", "count", "save"])]
    pub list: bool,
    /// The number of mutants at the same time [default: the number of cores]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Stop the runs of one mutant after this time (600, 10m); the mutant then survives as unfinished
    #[arg(long, value_name = "TIME", default_value = "600", value_parser = units::seconds)]
    pub max_seconds: u64,
}

/// What `mutants` counts, for its help.
const MUTANTS_HELP: &str = "\
A mutant is killed if a check fails or the model throws, on explore, in a run of a suite (release and newest included) \
or of a kernel. If none of these runs reaches the mutant's function, the runs of a bug's variants count as well. A run \
that does not end or that shows too little kills nothing. mutants/equivalent.toml lists mutants that change nothing.

Exit codes: 0 all mutants are killed except those listed as equivalent, 1 some survive or the list is wrong, \
3 interrupted, 4 error.";

/// What else there is to know about `loom`, for its help.
const LOOM_HELP: &str = "\
Sequentially consistent executions only: keep the real loom in CI, with a small bound, for weak memory. Variables of the \
environment that begin with PIDLE_ set the rest: see loom-api/README.md. The crate's manifest is not changed, and its \
Cargo.lock is put back after the build.

Exit codes: 0 all models hold, 1 one is violated, or the real loom finds a failure, 2 nothing was explored, \
3 a search is incomplete, 4 error.";

/// The arguments of `repro`.
#[derive(Debug, Args)]
pub struct Repro {
    /// The bug: a number of golang/go, such as 53294, or a name, such as full-bucket; `cargo pidle list` prints all
    #[arg(required_unless_present = "all")]
    pub bug: Option<String>,
    /// Reproduce each bug in its smallest form, and print the table of docs/found.md
    #[arg(long, conflicts_with_all = ["bug", "mutant", "engine", "out", "full"])]
    pub all: bool,
    /// The variant of the bug, such as without-idlep-mask [default: its smallest form]
    #[arg(long = "variant", alias = "mutant", value_name = "NAME")]
    pub mutant: Option<String>,
    /// The engine
    #[arg(long, default_value = "explore", value_parser = engines::parser())]
    pub engine: Engine,
    /// What is shown and written.
    #[command(flatten)]
    pub output: Output,
}

/// The arguments of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// Print only this scenario, as a scenario file
    #[arg(long, value_name = "SCENARIO")]
    pub toml: Option<String>,
}

/// An example of a scenario file, for the help of `check`.
fn scenario_help() -> String {
    format!(
        "A scenario file, such as ready-and-wait.toml (others: cargo pidle list --toml two-timers-relay):\n\n{}",
        harness::scenario_file::EXAMPLE
    )
}

/// The arguments of `matrix`.
#[derive(Debug, Args)]
pub struct Matrix {
    /// Write the table without its numbers to this file, which must not exist, instead of comparing it
    #[arg(long, value_name = "FILE")]
    pub table: Option<PathBuf>,
    /// Write the table to regressions/matrix.txt instead of comparing it; and run `repro --all`, and write its table and
    /// schedules to docs/found.md
    #[arg(long, conflicts_with = "table")]
    pub write: bool,
}

/// The arguments of `soundness`.
#[derive(Debug, Args)]
pub struct Soundness {
    /// The number of programs of each family, not counting those that are too large for plain search
    #[arg(long, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u64).range(1..))]
    pub cases: u64,
    /// The seed of the first program; the others have the seeds after it
    #[arg(long, value_name = "S", default_value = "1", value_parser = clap::value_parser!(u64).range(..u64::MAX / 2))]
    pub seed: u64,
    /// The engine that runs the threads: explore, which restores states, or shuttle, which replays steps
    #[arg(long, default_value = "explore", value_parser = engines::parser())]
    pub engine: Engine,
}

/// The scenarios that `bench peers` measures. `bench/core.pml` has them by their numbers in this list, from 1.
pub const MEASURED: [&str; 4] =
    ["sleep-ready-park", "newproc-busy", "sleep-ready-busy", "two-timers-relay"];

/// Takes the name of one of them, or an older name.
fn measured(name: &str) -> Result<String, String> {
    let known = scenarios::find(name).map(|scenario| scenario.name);
    let known = known.filter(|name| MEASURED.contains(&&**name));
    known.ok_or_else(|| format!("write one of {}", MEASURED.join(", ")))
}

/// The measurements.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Compare the search with loom, shuttle and, if it is installed, Spin
    Peers(Peers),
}

/// The arguments of `bench peers`.
#[derive(Debug, Args)]
pub struct Peers {
    /// Stop each run after this much CPU time (10, 10s). About half of the 108 runs finish in the default time
    #[arg(long, value_name = "TIME", default_value = "10", value_parser = units::seconds)]
    pub max_seconds: u64,
    /// A scenario: sleep-ready-park, newproc-busy, sleep-ready-busy or two-timers-relay; repeat the option for several
    /// [default: all four]
    #[arg(long = "scenario", value_name = "NAME", value_parser = measured)]
    pub scenarios: Vec<String>,
    /// A number of Ms; repeat the option for several [default: 2, 3 and 4]
    #[arg(long = "ms", value_name = "N", value_parser = clap::value_parser!(u32).range(2..=4))]
    pub ms: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn check(arguments: &[&str]) -> Result<Check, String> {
        let line = ["pidle", "check", "sleep-ready-park"].iter().chain(arguments);
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
    fn an_unknown_engine_or_mode_is_an_error_with_the_known_ones() {
        let message = check(&["--engine", "spin"]).unwrap_err();
        assert!(message.contains("[possible values: std, loom, shuttle, explore]"), "{message}");
        let message = check(&["--mode", "vibes"]).unwrap_err();
        assert!(message.contains("[possible values: symptoms, invariants, races]"), "{message}");
    }

    #[test]
    fn a_count_of_0_is_an_error() {
        assert!(check(&["--executions", "0"]).is_err());
        assert!(check(&["--max-seconds", "0"]).is_err());
        assert!(Cli::try_parse_from(["pidle", "gate", "--jobs", "0"]).is_err());
    }
}
