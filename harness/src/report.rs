//! What a run is asked to do, and what it reports: the gate and its engines exchange these as JSON.

use std::collections::BTreeMap;

pub use programs::report::Fewest;
use serde::{Deserialize, Serialize};
use sync::driver::{Schedule, Statistics};

use crate::scenario::Scenario;
use crate::verdict::Verdict;

/// What counts as a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// What a user of Go would see: a throw, Go's report of a deadlock, a hang. It reads no state.
    Symptoms,
    /// The invariants as well, in every state.
    Invariants,
    /// Symptoms, and data races: each access of a plain field is a step, and two threads that could both make one
    /// next, one of them writing, are a failure. No invariants: between two plain writes of a hand-over they are
    /// false, and rightly. On engine explore.
    Races,
}

/// How far a run goes. The engine in use ignores what does not concern it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// loom, explore, and a search of shuttle's threads: the largest number of preemptions in an execution;
    /// none means no bound.
    pub bound: Option<usize>,
    /// shuttle, without a search: executions for each seed and sampler. std: repetitions.
    pub executions: u64,
    /// shuttle, without a search: the seeds.
    pub seeds: Vec<u64>,
    /// shuttle: whether all is searched, instead of sampled, and how. explore: how; it always searches.
    pub search: Option<Search>,
    /// Seconds after which the run stops, incomplete; none means no limit.
    pub max_seconds: Option<u64>,
    /// explore: every so many restored states, one is compared with the same steps from scratch; 0 is never.
    #[serde(default)]
    pub audit: u64,
    /// A search: whether each check is asked at each step, also if nothing that it reads has changed.
    #[serde(default)]
    pub ask_always: bool,
}

/// How a search is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// Whether a state is explored once only.
    pub cache: bool,
    /// Whether, of steps that commute, one order is explored only.
    pub sleep: bool,
    /// Whether states that differ by which of M1 to M3 is which are one.
    pub symmetry: bool,
    /// Whether states that the cache takes for known are explored all the same, and compared.
    pub paranoid: bool,
    /// Whether distinct traces are counted: executions that differ in more than the order of steps that
    /// commute.
    pub traces: bool,
    /// Whether cycles without progress are looked for, too: Ms that keep each other going for ever. Then sleep sets and
    /// symmetry are off, and rounds of one M are not counted.
    #[serde(default)]
    pub liveness: bool,
    /// OS threads.
    pub jobs: usize,
    /// Without a cache: random probes that estimate the executions before they are run; 0 is none.
    #[serde(default)]
    pub probes: u64,
    /// With a bound, and if it holds: whether to find out if a search without one would have cost no more.
    #[serde(default)]
    pub beside_unbounded: bool,
    /// MiB of memory beyond which it stops, incomplete; none means no limit.
    pub max_memory: Option<u64>,
}

impl Default for Search {
    /// Everything on that makes it faster, on one thread.
    fn default() -> Self {
        Search {
            cache: true,
            sleep: true,
            symmetry: true,
            paranoid: false,
            traces: false,
            liveness: false,
            jobs: 1,
            probes: 0,
            beside_unbounded: false,
            max_memory: None,
        }
    }
}

/// One run: a scenario under a variant, on the engine that this program was built for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The suite or regression that it belongs to, for the table.
    pub suite: String,
    /// The scenario's name, or `kernel/` and a kernel's.
    pub scenario: String,
    /// The scenario itself, if it does not come with pidle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Box<Scenario>>,
    /// The name of the variant, which is a row of the step table; `-` for a kernel without a bug.
    pub row: String,
    /// What counts as a failure.
    pub mode: Mode,
    /// The one check that is asked; none means all of the mode.
    pub only: Option<String>,
    /// How far it goes.
    pub limits: Limits,
    /// What must happen in some execution, by name.
    pub sometimes: Vec<String>,
    /// What is counted as well, by name, and need not happen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<String>,
    /// What must come out.
    pub expect: Expect,
}

impl Job {
    /// The same with a search for livelocks of several Ms, on an engine that searches all states.
    #[must_use]
    pub fn with_liveness(self) -> Self {
        let search = self.limits.search.unwrap_or_default();
        let search = Some(Search { liveness: true, beside_unbounded: false, ..search });
        Job { limits: Limits { search, bound: None, ..self.limits }, ..self }
    }

    /// Whether it is to find livelocks of several Ms.
    #[must_use]
    pub fn finds_livelocks(&self) -> bool {
        self.limits.search.as_ref().is_some_and(|search| search.liveness)
    }

    /// A run of a scenario, or of a kernel, that is to hold: all checks of the mode are asked, and nothing must be shown.
    pub fn new(suite: &str, scenario: &str, row: &str, mode: Mode, limits: Limits) -> Self {
        Job {
            suite: suite.into(),
            scenario: scenario.into(),
            program: None,
            row: row.into(),
            mode,
            only: None,
            limits,
            sometimes: Vec::new(),
            counted: Vec::new(),
            expect: Expect::Holds,
        }
    }
}

/// What must come out of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// No failure.
    Holds,
    /// A failure by this check, or a panic with exactly this text; and no other failure first.
    Fails {
        /// The check's name, or `throw`.
        check: String,
        /// What the message contains.
        message: String,
        /// The documented bug, for the table.
        bug: String,
    },
    /// Some execution fails in one of these ways, and none in any other; if the list is empty, none fails. An
    /// engine that samples counts the failures and continues; one that enumerates stops at the first.
    Ends {
        /// Checks' names, and throws' texts.
        how: Vec<String>,
        /// Endings in addition to these that are known to occur.
        #[serde(default)]
        more: Vec<KnownEnding>,
    },
}

/// An ending that is not one of those that are expected, and is known to occur all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownEnding {
    /// A check's name, or a throw's text.
    pub ends: String,
    /// An execution that ends so. It must still do so.
    pub schedule: Schedule,
}

/// The name, in [`Found::check`], of a livelock that a search with [`Search::liveness`] has found.
pub const LIVELOCK: &str = "livelock";

/// A failure, as a reader sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The check's name; `throw` for a throw, `deadlock` for a cycle of locks, `race` for a data race, [`LIVELOCK`] for Ms that
    /// keep each other going for ever.
    pub check: String,
    /// The throw's exact text, or what the check says.
    pub message: String,
    /// The execution that failed, counted from 1.
    pub execution: u64,
    /// Its preemptions, if they are known: a search knows them.
    #[serde(default)]
    pub preemptions: Option<u32>,
    /// Its steps, as a search counts them: the operations that others can notice.
    #[serde(default)]
    pub steps: Option<u32>,
    /// What is known of others that fail so.
    #[serde(default)]
    pub fewest: Fewest,
}

impl Found {
    /// The failure in a word: a throw by its text, anything else by its check.
    pub fn ending(&self) -> &str {
        match self.check.as_str() {
            "throw" => &self.message,
            check => check,
        }
    }
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What was asked.
    pub job: Job,
    /// The engine: `std`, `loom` or `shuttle`.
    pub engine: String,
    /// The scenario's size: Ps, Ms, Gs and flags in words.
    pub size: String,
    /// The verdict, with what was expected taken into account: an expected failure that came is *held*.
    pub verdict: Verdict,
    /// Executions that were run.
    pub executions: u64,
    /// Which part of all executions that is: `exhaustive`, `bound 2`, `sampled`, `repeated`.
    pub extent: String,
    /// What a search has come to.
    pub searched: Option<Statistics>,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// The failure that was found, expected or not.
    pub found: Option<Found>,
    /// How often executions failed in which way, by a check's name or a throw's text.
    #[serde(default)]
    pub endings: BTreeMap<String, u64>,
    /// How often each thing that must sometimes happen did, by name; and each that was only counted.
    pub sometimes: Vec<(String, u64)>,
    /// Why the verdict is not *held*, or what was expected, in a sentence.
    pub note: String,
}

/// A line of an engine's output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// So far.
    Progress {
        /// Executions run.
        executions: u64,
        /// What a search has come to.
        searched: Option<Statistics>,
        /// Seconds since the start.
        seconds: f64,
    },
    /// The end. At most one, the last line.
    Report(Box<Report>),
}
