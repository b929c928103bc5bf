//! The arguments of `check`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::Args;
use harness::report::Mode;
use sync::driver::Engine;

use super::units;
use crate::engines;

/// The arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The scenario's name, or a kernel's, such as kernel/note; or a file, such as mine.toml
    pub scenario: String,
    /// The variant of the scheduler, such as GO_1_19 or 53294/without-limiter-stop; `cargo pidle list` prints all
    /// [default: GO_1_19_FIXED]
    #[arg(long, alias = "row")]
    pub variant: Option<String>,
    /// The engine. loom cannot estimate how much is left; explore with --no-cache estimates the number of complete
    /// executions, each of which loom runs at least once
    #[arg(long, default_value = "explore", value_parser = engines::parser())]
    pub engine: Engine,
    /// loom and searches: the most preemptions in an execution, or `none` for no bound
    /// [default: 2 for a scenario on loom, otherwise none]
    #[arg(long, value_name = "N|none", value_parser = bound, allow_negative_numbers = true)]
    pub bound: Option<Bound>,
    /// How states are searched.
    #[command(flatten)]
    pub search: Search,
    /// What counts as a failure: symptoms (what a user would see), invariants (these and symptoms), or races (data
    /// races and symptoms: each access of a plain field is a step; explore and --search only)
    #[arg(long, default_value = "invariants", value_parser = modes())]
    pub mode: Mode,
    /// Evaluate this check alone
    #[arg(long, value_name = "CHECK")]
    pub only: Option<String>,
    /// Require what the gate requires: the verdict is vacuous if something never happens that a `[[run]]` of the scenario
    /// has in `sometimes`. Without this option, a line of the summary says so
    #[arg(long)]
    pub sometimes: bool,
    /// shuttle without --search: executions for each seed and sampler; std: repetitions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub executions: Option<u64>,
    /// shuttle without --search: a seed; repeat the option for several
    #[arg(long = "seed", value_name = "S")]
    pub seeds: Vec<u64>,
    /// Stop after this time (90, 90s, 10m); the verdict is then incomplete
    #[arg(long, value_name = "TIME", value_parser = units::seconds)]
    pub max_seconds: Option<u64>,
    /// explore: compare every N-th restored state with the same steps run from the start
    /// [default: 5000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub audit: Option<u64>,
    /// What is shown and written.
    #[command(flatten)]
    pub output: Output,
}

/// What is shown of a failure, and where results are written.
#[derive(Debug, Args)]
pub struct Output {
    /// Write the counterexample to this file, which must not exist [default: check writes a new file in the current
    /// directory, repro none]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Show every operation of the interleaving
    #[arg(long)]
    pub full: bool,
    /// Write the reports to this file, as JSON. The file must not exist
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// How states are searched.
#[derive(Debug, Args)]
pub struct Search {
    /// shuttle: search all states instead of sampling schedules (explore always searches)
    #[arg(long)]
    pub search: bool,
    /// The number of OS threads that search [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=128))]
    pub jobs: Option<u16>,
    /// Search without the state cache: every execution except those that sleep sets leave out
    #[arg(long)]
    pub no_cache: bool,
    /// Search without sleep sets: try independent steps in every order
    #[arg(long)]
    pub no_sleep_sets: bool,
    /// Search without symmetry: treat states that differ only by which of M1 to M3 is which as different
    #[arg(long)]
    pub no_symmetry: bool,
    /// Search behind states that the cache knows, too; a checkpoint that leaves out a local variable is then an error
    #[arg(long, conflicts_with = "no_cache")]
    pub paranoid: bool,
    /// Look for livelocks of several Ms, too: Ms that keep each other going for ever, and none of which gets anything done.
    /// Without sleep sets and symmetry, and without a bound
    #[arg(long, conflicts_with_all = ["no_cache", "traces"])]
    pub liveness: bool,
    /// Count distinct traces, to compare with the number of executions; most useful with --no-cache
    #[arg(long, conflicts_with = "jobs")]
    pub traces: bool,
    /// With --no-cache: the number of random probes that estimate how many executions there are. They take at most a
    /// quarter of the time; 0 turns the estimate off [default: explore 8, shuttle 4]
    #[arg(long, value_name = "N", requires = "no_cache")]
    pub probes: Option<u64>,
    /// Stop when the process uses more memory than this (2048, 2GiB; without a unit, MiB); the verdict is then incomplete
    #[arg(long, value_name = "SIZE", value_parser = units::mebibytes)]
    pub max_memory: Option<u64>,
}

impl Search {
    /// Whether an option for searches was given.
    pub fn is_asked_for(&self) -> bool {
        let Search { search, jobs, no_cache, no_sleep_sets, no_symmetry, .. } = self;
        let Search { paranoid, traces, liveness, max_memory, .. } = self;
        let asked = [search, no_cache, no_sleep_sets, no_symmetry, paranoid, traces, liveness];
        asked.into_iter().any(|asked| *asked) || jobs.is_some() || max_memory.is_some()
    }
}

/// A bound on preemptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound(pub Option<usize>);

/// Reads a bound on preemptions.
pub(super) fn bound(text: &str) -> Result<Bound, String> {
    match text {
        "none" => Ok(Bound(None)),
        _ => match text.parse::<u32>() {
            Ok(n) => Ok(Bound(Some(n as usize))),
            Err(_) => Err(format!("write a number of preemptions up to {}, or `none`", u32::MAX)),
        },
    }
}

fn modes() -> impl TypedValueParser<Value = Mode> {
    PossibleValuesParser::new(["symptoms", "invariants", "races"]).map(|name| match name.as_str() {
        "symptoms" => Mode::Symptoms,
        "races" => Mode::Races,
        _ => Mode::Invariants,
    })
}
