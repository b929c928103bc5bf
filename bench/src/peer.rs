//! Who is measured.

use checks::suite;
use harness::report::{Expect, Job, Limits, Mode, Search};
use sync::driver::{Engine, Sampler};

/// One of those that are measured.
pub struct Peer {
    /// Its name in the table.
    pub name: &'static str,
    /// What it runs on.
    pub engine: Engine,
    /// How shuttle goes about it; loom has one way only.
    pub sampler: Sampler,
    /// The preemptions that an execution may have.
    pub bound: Option<usize>,
    /// What is asked.
    pub mode: Mode,
}

/// The name of the one that the others are compared with.
pub const SEARCH: &str = "search";

/// Executions of a sample.
const SAMPLE: u64 = 10_000;

/// The search, with all checks.
pub const INVARIANTS: &str = "search, invariants";

const FIRST: Peer = Peer {
    name: SEARCH,
    engine: Engine::Explore,
    sampler: Sampler::Exhaustive,
    bound: None,
    mode: Mode::Symptoms,
};

const LOOM: Peer = Peer { name: "loom", engine: Engine::Loom, sampler: Sampler::Random, ..FIRST };

const SHUTTLE: Peer = Peer { engine: Engine::Shuttle, ..FIRST };

/// All of them, the search first. Another way to run it is another line.
pub const PEERS: &[Peer] = &[
    FIRST,
    Peer { name: INVARIANTS, mode: Mode::Invariants, ..FIRST },
    Peer { name: "search, replaying", ..SHUTTLE },
    Peer { name: "loom, bound 2", bound: Some(2), ..LOOM },
    Peer { name: "loom, bound 3", bound: Some(3), ..LOOM },
    LOOM,
    Peer { name: "shuttle, dfs", sampler: Sampler::Dfs, ..SHUTTLE },
    Peer { name: "shuttle, random", sampler: Sampler::Random, ..SHUTTLE },
];

/// What the peer runs.
pub fn job(peer: &Peer, scenario: &str, ms: u32, max_seconds: u64) -> Job {
    let searches = peer.sampler == Sampler::Exhaustive;
    Job {
        suite: "bench".into(),
        scenario: if ms == 2 { scenario.into() } else { format!("{scenario}-{ms}m") },
        program: None,
        row: suite::FIXED.into(),
        mode: peer.mode,
        only: None,
        limits: Limits {
            bound: peer.bound,
            executions: SAMPLE,
            seeds: vec![1],
            search: searches.then(Search::default),
            max_seconds: Some(max_seconds),
            audit: 0,
            ask_always: false,
        },
        sometimes: Vec::new(),
        counted: Vec::new(),
        expect: Expect::Holds,
    }
}
