//! Which executions of a program to run.

use std::fmt;
use std::sync::Arc;

use ::explore::search::Options;
use serde::{Deserialize, Serialize};

use crate::driver::{Engine, Progress};
use crate::engine::ENGINE;

/// Is told how far an exploration is, and says whether it goes on.
pub type OnProgress = Arc<dyn Fn(&Progress<'_>) -> Control + Send + Sync>;

/// Which executions of a program to run.
#[derive(Clone)]
pub struct Plan {
    /// loom and searches: the preemptions an execution may have; `None` is no bound.
    pub bound: Option<usize>,
    /// shuttle: how schedules are chosen. The engine explore searches all of them, whatever this says.
    pub sampler: Sampler,
    /// shuttle: the executions for each seed. std: how often the program runs.
    pub executions: u64,
    /// shuttle: one sample for each.
    pub seeds: Vec<u64>,
    /// The threads of the program, the first included.
    pub threads: usize,
    /// Whether the program calls [`choose`](crate::choose). On loom this costs one of its 5 threads.
    pub choices: bool,
    /// The operations an execution may have. A longer one ends the exploration without a verdict.
    pub max_steps: usize,
    /// explore, and shuttle with [`Sampler::Exhaustive`]: what is searched, and how. Its bound is `bound` above.
    pub search: Options,
    /// explore, and shuttle with [`Sampler::Exhaustive`]: whether each access of a [`Plain`](crate::Plain) is a step of
    /// its own, and two accesses that race are a failure ([`Cause::Race`](crate::driver::Cause::Race)). loom finds races
    /// anyhow; with this, an operation before each access makes it try the orders in which some are that it would leave
    /// out. Elsewhere it is an error.
    pub races: bool,
    /// In a search that goes on after failures: the kind of failure that ends it, by its
    /// [name](crate::driver::Failure::kind).
    pub wanted: Option<String>,
    /// In a search: whether the fingerprints of the states are wanted.
    pub list_states: bool,
    /// explore: the bytes of stack that each thread has.
    pub stack: usize,
    /// explore: the bytes of heap that an execution has.
    pub heap: usize,
    /// explore: every so many times that a state is restored, it is compared with the same steps from
    /// scratch; 0 is never.
    pub audit: u64,
    /// Called at the end of each execution with how far the exploration is.
    pub progress: Option<OnProgress>,
}

impl Default for Plan {
    /// Two threads, no bound, a thousand uniform random walks of one seed.
    fn default() -> Self {
        Plan {
            bound: None,
            sampler: Sampler::Urw,
            executions: 1000,
            seeds: vec![0],
            threads: 2,
            choices: false,
            max_steps: 10_000,
            search: Options::default(),
            races: false,
            wanted: None,
            list_states: false,
            stack: 256 * 1024,
            heap: 16 * 1024 * 1024,
            audit: 0,
            progress: None,
        }
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan")
            .field("bound", &self.bound)
            .field("sampler", &self.sampler)
            .field("executions", &self.executions)
            .field("seeds", &self.seeds)
            .field("threads", &self.threads)
            .field("choices", &self.choices)
            .field("max_steps", &self.max_steps)
            .field("search", &self.search)
            .field("races", &self.races)
            .finish_non_exhaustive()
    }
}

/// How shuttle chooses schedules.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Sampler {
    /// Any thread that can move, at each step.
    Random,
    /// Uniform random walks: all interleavings are about equally likely.
    Urw,
    /// Probabilistic concurrency testing of this depth, which is at least 3.
    Pct(usize),
    /// All schedules, of all threads at all steps: for tiny programs.
    Dfs,
    /// All states, by a search with a state cache: see [`Plan::search`].
    Exhaustive,
}

impl fmt::Display for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sampler::Random => f.write_str("random"),
            Sampler::Urw => f.write_str("urw"),
            Sampler::Pct(depth) => write!(f, "pct{depth}"),
            Sampler::Dfs => f.write_str("dfs"),
            Sampler::Exhaustive => f.write_str("exhaustive"),
        }
    }
}

/// Whether an exploration goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Control {
    /// It does.
    Go,
    /// It ends here, unfinished: somebody has said so.
    Stop,
    /// It ends here, unfinished: its time is over.
    Late,
}

/// A plan that cannot be carried out. No verdict on the program.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// loom has too few threads.
    #[error("{asked} threads{}: loom has {max}", if *.choices { " and one for choices" } else { "" })]
    Threads {
        /// What the plan asks for.
        asked: usize,
        /// Whether it asks for choices too.
        choices: bool,
        /// What there is.
        max: usize,
    },
    /// PCT is not deep enough.
    #[error("pct of depth {0} finds nothing that needs 3 preemptions, as lost wakeups do; use 3 or more")]
    ShallowPct(usize),
    /// DFS cannot explore choices.
    #[error("dfs does not explore choices: sample instead, or use loom")]
    DfsWithChoices,
    /// Data races are looked for where each plain access can be a step.
    #[error(
        "data races are found by a search: use --engine explore, or --engine shuttle --search"
    )]
    Races,
    /// Nothing would be run.
    #[error("the plan asks for no executions")]
    NoExecutions,
    /// shuttle would use another seed than the plan's.
    #[error("the environment variable {0} overrides the plan; unset it")]
    Environment(&'static str),
    /// An execution is too long.
    #[error("an execution exceeded max_steps, {0}: raise it, or is there a loop that waits?")]
    TooLong(usize),
    /// The schedule is of another engine.
    #[error("a schedule of {0}, but this is {ENGINE}")]
    OtherEngine(Engine),
    /// The engine failed, for no reason that the program gave.
    #[error("{ENGINE}: {0}")]
    Engine(String),
}
