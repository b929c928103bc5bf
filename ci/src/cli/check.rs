//! The arguments of `check`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::Args;
use harness::report::Mode;
use sync::driver::Engine;

use crate::engine;

/// What `check` is told.
#[derive(Debug, Args)]
pub struct Check {
    /// The scenario's name, or a kernel's, such as kernel/note; or a file, such as mine.toml
    pub scenario: String,
    /// The row of the step table, which says how it is scheduled [default: GO_FIXED]
    #[arg(long)]
    pub row: Option<String>,
    /// The engine. How much loom has left it cannot know; explore's --no-cache estimates the complete
    /// executions, each of which loom runs at least once
    #[arg(long, default_value = "explore", value_parser = engine::parser())]
    pub engine: Engine,
    /// loom, and a search: the most preemptions of an execution, or `none` for no bound
    /// [default: loom 2, a kernel's none; a search none]
    #[arg(long, value_name = "N|none", value_parser = bound)]
    pub bound: Option<Bound>,
    /// How states are searched.
    #[command(flatten)]
    pub search: Search,
    /// What counts as a failure: what a user would see; that and the invariants; or, on explore and with --search,
    /// what a user would see and data races, with each access of a plain field as a step
    #[arg(long, default_value = "invariants", value_parser = modes())]
    pub mode: Mode,
    /// Ask one check alone
    #[arg(long, value_name = "CHECK")]
    pub only: Option<String>,
    /// shuttle, sampled: executions for each seed and sampler; std: repetitions
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub executions: Option<u64>,
    /// shuttle, sampled: a seed; repeat it for several
    #[arg(long = "seed", value_name = "S")]
    pub seeds: Vec<u64>,
    /// Stop after that many seconds, incomplete
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_seconds: Option<u64>,
    /// explore: compare every N-th restored state with the same steps from scratch
    /// [default: 5000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub audit: Option<u64>,
    /// The file for a counterexample; it must not exist [default: a new one in the current directory]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Show every operation of the interleaving
    #[arg(long)]
    pub full: bool,
}

/// How states are searched.
#[derive(Debug, Args)]
pub struct Search {
    /// shuttle: search all states, instead of sampling schedules, as explore does anyway
    #[arg(long)]
    pub search: bool,
    /// OS threads of a search [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=128))]
    pub jobs: Option<u16>,
    /// Search without the state cache: every execution, but for what sleep sets leave out
    #[arg(long)]
    pub no_cache: bool,
    /// Search without sleep sets: steps that commute are taken in all orders
    #[arg(long)]
    pub no_sleep_sets: bool,
    /// Search without symmetry: states that differ by which of M1 to M3 is which are two
    #[arg(long)]
    pub no_symmetry: bool,
    /// Look into what the state cache cuts off: a checkpoint that forgets too much is an error
    #[arg(long, conflicts_with = "no_cache")]
    pub paranoid: bool,
    /// Count distinct traces, for executions over traces; most telling with --no-cache
    #[arg(long, conflicts_with = "jobs")]
    pub traces: bool,
    /// With --no-cache: random probes that estimate how many executions there are, in a quarter of the
    /// time at most; 0 is none [default: explore 8, shuttle 4]
    #[arg(long, value_name = "N", requires = "no_cache")]
    pub probes: Option<u64>,
    /// Stop if the search has more memory than this, incomplete
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_memory: Option<u64>,
}

impl Search {
    /// Something was said of a search.
    pub fn is_asked_for(&self) -> bool {
        let Search { search, jobs, no_cache, no_sleep_sets, no_symmetry, .. } = self;
        let Search { paranoid, traces, max_memory, .. } = self;
        let asked = [search, no_cache, no_sleep_sets, no_symmetry, paranoid, traces];
        asked.into_iter().any(|asked| *asked) || jobs.is_some() || max_memory.is_some()
    }
}

/// A bound on preemptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound(pub Option<usize>);

fn bound(text: &str) -> Result<Bound, String> {
    match text {
        "none" => Ok(Bound(None)),
        _ => match text.parse::<u32>() {
            Ok(n) => Ok(Bound(Some(n as usize))),
            Err(_) => Err(format!("a number of preemptions up to {}, or `none`", u32::MAX)),
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
