//! Plans: which executions of a program to run.

use std::fmt;
use std::sync::Arc;

use ::explore::search::Options;
use serde::{Deserialize, Serialize};

use crate::driver::{Engine, Progress};
use crate::engine::ENGINE;

/// Called with the progress so far; returns whether to continue.
pub type OnProgress = Arc<dyn Fn(&Progress<'_>) -> Control + Send + Sync>;

/// Which executions of a program to run.
#[derive(Clone)]
pub struct Plan {
    /// loom and searches: the most preemptions in an execution; `None` is no bound.
    pub bound: Option<usize>,
    /// shuttle: how to choose schedules. The engine explore searches all of them, whatever this says.
    pub sampler: Sampler,
    /// shuttle: the number of executions for each seed. std: how many times to run the program.
    pub executions: u64,
    /// shuttle: the seeds, with one sample for each.
    pub seeds: Vec<u64>,
    /// The number of threads of the program, with the first.
    pub threads: usize,
    /// Whether the program calls [`choose`](crate::choose). On loom this costs one of its 5 threads.
    pub choices: bool,
    /// Whether a wait of a [`Parker`](crate::Parker) or a [`Condvar`](crate::Condvar) may end without a reason, once for each
    /// of them. Needs `choices`.
    pub spurious: bool,
    /// For a program that is not a model with checks of its own: a `peek` by the program itself is an error, and so is
    /// reading a clock (explore); a loop that never ends is a failure (explore, and shuttle with
    /// [`Sampler::Exhaustive`]); and a recording has the data under locks.
    pub strict: bool,
    /// The most operations in an execution. A longer execution ends the exploration without a verdict.
    pub max_steps: usize,
    /// explore, and shuttle with [`Sampler::Exhaustive`]: what to search, and how. Its bound is ignored in
    /// favour of `bound`.
    pub search: Options,
    /// explore, and shuttle with [`Sampler::Exhaustive`]: makes each access of a [`Plain`](crate::Plain) a
    /// step of its own, and two accesses that race a failure ([`Cause::Race`](crate::driver::Cause::Race)).
    /// loom finds races in any case; with this, an operation before each access makes it try orders that it
    /// would otherwise leave out. On std, and with other samplers, it is an error.
    pub races: bool,
    /// In a search that continues after failures: the kind of failure that ends it, by its
    /// [name](crate::driver::Failure::kind).
    pub wanted: Option<String>,
    /// In a search: returns the fingerprints of the states.
    pub list_states: bool,
    /// explore: the bytes of stack for each thread.
    pub stack: usize,
    /// explore: the bytes of heap for an execution.
    pub heap: usize,
    /// explore: compares every `audit`-th restored state with the same steps run from scratch; 0 is never.
    pub audit: u64,
    /// Called at the end of each execution with the progress so far.
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
            spurious: false,
            strict: false,
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
            .field("spurious", &self.spurious)
            .field("strict", &self.strict)
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
    /// All schedules of all threads at all steps, for tiny programs.
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

/// Whether an exploration continues.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Control {
    /// It continues.
    Go,
    /// It ends here, unfinished, because it was interrupted.
    Stop,
    /// It ends here, unfinished, because its time is up.
    Late,
}

impl Plan {
    /// Whether livelocks can be looked for as the plan asks, if it does. `searches`: whether the engine searches all states.
    ///
    /// # Errors
    /// If they cannot.
    pub(crate) fn check_liveness(&self, searches: bool) -> Result<(), PlanError> {
        if !self.search.liveness {
            return Ok(());
        }
        if !searches {
            return Err(PlanError::NoGraph);
        }
        let bound = self.bound.map(|_| 0);
        let options = Options { bound, ..self.search.clone() };
        options.conflict().map_or(Ok(()), |why| Err(PlanError::Liveness(why)))
    }
}

/// The plan is invalid, or could not be carried out. No verdict on the program.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// loom has too few threads.
    #[error("{asked} threads{} are too many: loom has {max}", if *.choices { " and one for choices" } else { "" })]
    Threads {
        /// What the plan asks for.
        asked: usize,
        /// Whether it asks for choices too.
        choices: bool,
        /// What there is.
        max: usize,
    },
    /// The depth of PCT is too small.
    #[error("pct of depth {0} is too shallow: lost wakeups need 3 preemptions; use a depth of 3 or more")]
    ShallowPct(usize),
    /// DFS cannot explore choices.
    #[error("dfs cannot explore choices: use another sampler, or loom")]
    DfsWithChoices,
    /// The plan asks for data races, and the engine does not search for them.
    #[error("only a search finds data races: use --engine explore, or --engine shuttle --search")]
    Races,
    /// The plan asks for a livelock, and the engine does not search all states.
    #[error("only a search of all states finds livelocks: use --engine explore, or --engine shuttle --search")]
    NoGraph,
    /// The plan asks for a livelock, in a way in which none can be found.
    #[error("livelocks cannot be looked for in this way: {0}")]
    Liveness(&'static str),
    /// The plan asks for no executions.
    #[error("the plan asks for no executions: set at least one execution and one seed")]
    NoExecutions,
    /// An environment variable would replace the plan's seed.
    #[error("the environment variable {0} overrides the plan; unset it")]
    Environment(&'static str),
    /// An execution is too long.
    #[error(
        "an execution exceeded max_steps = {0}: raise it, or replace a loop that waits by a wait"
    )]
    TooLong(usize),
    /// The schedule belongs to another engine.
    #[error("the schedule belongs to {0}, but this program is built for {ENGINE}")]
    OtherEngine(Engine),
    /// The engine failed, or the program cannot be run on it.
    #[error("{ENGINE}: {0}")]
    Engine(String),
}
