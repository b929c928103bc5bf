//! What to search, and the statistics of a search.

use std::sync::atomic::AtomicBool;
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

/// What to search, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Explores each state once.
    pub cache: bool,
    /// Explores one order of steps that commute. It has an effect only without a bound.
    pub sleep: bool,
    /// With `sleep`: a thread that alone can move does not sleep, so that a loop in which it goes round alone is
    /// followed to where it closes. Costs a few more steps, and no states.
    pub forced_awake: bool,
    /// A state is its memory: heaps and stacks are hashed, in place of values and histories that the program reports.
    /// For programs that share memory without reporting it (README.md, *The fingerprint of memory*).
    /// Needs the substrate that restores. Checkpoints and symmetry have no effect.
    pub memory: bool,
    /// Uses checkpoints and summarized calls. Without them there are more states.
    pub checkpoints: bool,
    /// Treats states that differ only in a renaming of interchangeable threads as one: see
    /// the header of `renaming`.
    pub symmetry: bool,
    /// Explores all states of a symmetry class but counts the class once: the count that symmetry must not
    /// change. Not with a bound, and not with `paranoid`.
    pub classes: bool,
    /// The number of interchangeable threads: those with the first names; at most three.
    pub interchangeable: u32,
    /// Follows each execution that the cache cuts off to its end, once, to check that it does nothing new:
    /// see the header of `paranoid`.
    pub paranoid: bool,
    /// Counts distinct traces: see the header of `traces`.
    pub traces: bool,
    /// Counts distinct pairs of shared memory and pending operations, a number that checkpoints must not
    /// change.
    pub pairs: bool,
    /// Keeps the graph of all states and steps, and looks for a livelock in it: see the header of `liveness`. Sleep sets
    /// and symmetry have no effect then. Not with a bound or `shorter_than`, not without a cache, and not with `classes`
    /// ([`Options::conflict`]).
    pub liveness: bool,
    /// The most preemptions in an execution; `None` is no bound.
    pub bound: Option<u32>,
    /// Continues after a failure.
    pub keep_going: bool,
    /// With `keep_going`: looks only for failures in fewer steps than this, and after each one only for
    /// failures in fewer steps than it took, until there are no more. Longer executions are cut off.
    pub shorter_than: Option<usize>,
    /// The number of OS threads that search.
    pub jobs: usize,
    /// The search is incomplete if it has more states.
    pub max_states: Option<usize>,
    /// The search is incomplete if it has more executions.
    pub max_executions: Option<u64>,
    /// The search is incomplete if the process uses more memory, in bytes.
    pub max_memory: Option<usize>,
    /// The search is incomplete if an execution has more steps.
    pub max_depth: usize,
    /// The search is incomplete if it has not finished by then.
    pub deadline: Option<Instant>,
    /// A flag that stops the search when it is set; the search is then incomplete.
    pub stop: Option<Arc<AtomicBool>>,
    /// An estimate of the number of executions, made beforehand; copied into the statistics.
    pub estimated: Option<Estimated>,
}

impl Default for Options {
    /// An exhaustive search on one OS thread, with everything that makes it faster.
    fn default() -> Self {
        Options {
            cache: true,
            sleep: true,
            forced_awake: false,
            memory: false,
            checkpoints: true,
            symmetry: true,
            classes: false,
            interchangeable: 0,
            paranoid: false,
            traces: false,
            pairs: false,
            liveness: false,
            bound: None,
            keep_going: false,
            shorter_than: None,
            jobs: 1,
            max_states: None,
            max_executions: None,
            max_memory: None,
            max_depth: 1_000_000,
            deadline: None,
            stop: None,
            estimated: None,
        }
    }
}

impl Options {
    /// Why a search cannot do what these options ask for, if it cannot.
    pub fn conflict(&self) -> Option<&'static str> {
        let refused = [
            (
                self.bound.is_some(),
                "a bound on preemptions is unfair to the threads that it holds back",
            ),
            (self.shorter_than.is_some(), "a search for fewer steps leaves out steps"),
            (!self.cache, "without a cache, no state is recognized when it comes again"),
            (self.classes, "symmetry has no effect, so there are no classes to count"),
        ];
        let refused = refused.into_iter().find(|(is_set, _)| self.liveness && *is_set);
        refused.map(|(_, why)| why)
    }

    /// Whether states that differ only in a renaming are one.
    pub(crate) fn merges_renamed(&self) -> bool {
        self.symmetry && !self.memory && !self.liveness
    }
}

/// The statistics of a search.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Statistics {
    /// All executions. Of these..
    pub executions: u64,
    /// ..ran to an end of the program,
    pub complete: u64,
    /// ..failed,
    pub failed: u64,
    /// ..reached a state from which nothing was left to explore,
    pub cut_by_cache: u64,
    /// ..reached a state in which every enabled thread slept.
    pub cut_by_sleep: u64,
    /// Distinct states.
    pub states: u64,
    /// A digest of the states' fingerprints (`XOR`ed and folded), set when the search is over. Two searches
    /// that visited the same states have the same digest.
    #[serde(default)]
    pub digest: u64,
    /// Steps that were taken for the first time; replayed steps do not count.
    pub transitions: u64,
    /// The number of steps of the longest execution.
    pub depth: u64,
    /// Executions that were followed beyond a known state, with [`Options::paranoid`].
    pub probes: u64,
    /// Distinct traces of complete executions, with [`Options::traces`].
    pub traces: u64,
    /// Distinct pairs, with [`Options::pairs`].
    pub pairs: u64,
    /// The steps of the graph, with [`Options::liveness`]: each counts once.
    #[serde(default)]
    pub edges: u64,
    /// An estimate of the share of the execution tree that is done, from 0 to 1, by Knuth's weights: each
    /// step from a node counts as the same share of the node's subtree.
    pub share: f64,
    /// Steps that were not yet tried on the current path when the search ended.
    pub open: u64,
    /// The estimated number of executions, if [`Options::estimated`] has one.
    pub estimated: Option<Estimated>,
}

/// How to estimate the number of executions of a search without a cache: see
/// [`Estimate`](crate::search::Estimate).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Probing {
    /// The number of random probes that are averaged. At least 2, since one probe has no standard error.
    pub probes: u64,
    /// The most nodes that a probe keeps at each level; at least 1.
    pub width: usize,
    /// The seed of the random draws.
    pub seed: u64,
}

impl Default for Probing {
    /// Takes a few seconds for a program of some hundred steps, where states are restored.
    fn default() -> Self {
        Probing { probes: 8, width: 32, seed: 1 }
    }
}

/// An estimate, from random probes, of the number of executions without a cache: see
/// [`Estimate`](crate::search::Estimate).
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Estimated {
    /// The number of probes.
    pub probes: u64,
    /// The seed of the random draws.
    pub seed: u64,
    /// The mean of the probes, which is an unbiased estimate of the number of executions.
    pub executions: f64,
    /// The standard error of the mean, itself an estimate. If it is a large part of the mean, both are more
    /// likely too small than too large.
    pub error: f64,
    /// The executions that run to an end of the program. With sleep sets alone, each of them is a different
    /// trace.
    pub complete: f64,
    /// The standard error of `complete`.
    pub complete_error: f64,
}

impl std::fmt::Display for Estimated {
    /// Prints the numbers, and the number of probes behind them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Estimated { probes, seed, executions, error, complete, complete_error } = *self;
        let of = |number: f64, error: f64| match number {
            _ if error > 1e-9 * number => format!("{number:.2e} (± {error:.1e})"),
            0.0..1e6 => format!("{number:.0}"),
            _ => format!("{number:.2e}"),
        };
        let (all, complete) = (of(executions, error), of(complete, complete_error));
        write!(
            f,
            "{all} executions, {complete} of them complete: the mean of {probes} unbiased probes "
        )?;
        write!(f, "of seed {seed}")?;
        if error <= 1e-9 * executions {
            return write!(f, ", which all agree");
        }
        write!(f, ", and its standard error")?;
        // Then most executions lie in a few parts of the tree, which most probes miss.
        f.write_str(if error > executions / 4.0 {
            "; more likely too low than too high"
        } else {
            ""
        })
    }
}

impl Statistics {
    /// Adds the statistics of another worker, or of the same worker since its last report.
    pub(crate) fn add(&mut self, other: &Statistics) {
        self.executions += other.executions;
        self.complete += other.complete;
        self.failed += other.failed;
        self.cut_by_cache += other.cut_by_cache;
        self.cut_by_sleep += other.cut_by_sleep;
        self.transitions += other.transitions;
        self.probes += other.probes;
        self.depth = self.depth.max(other.depth);
        self.share += other.share;
        self.open += other.open;
    }
}

/// Why a search ended before it had explored everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Incomplete {
    /// [`Options::max_states`].
    States,
    /// [`Options::max_executions`].
    Executions,
    /// [`Options::max_memory`].
    Memory,
    /// [`Options::max_depth`].
    Depth,
    /// [`Options::deadline`].
    Time,
    /// [`Options::stop`].
    Stopped,
    /// The program has more threads than sleep sets have room for.
    Threads,
    /// An execution failed, which ends the search.
    Failed,
    /// Two executions with the same state continue differently: see the header of `paranoid`.
    Unsound,
}

impl std::fmt::Display for Incomplete {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Incomplete::States => "the limit of states",
            Incomplete::Executions => "the limit of executions",
            Incomplete::Memory => "the limit of memory",
            Incomplete::Depth => "the limit of depth",
            Incomplete::Time => "the limit of time",
            Incomplete::Stopped => "an interrupt",
            Incomplete::Threads => "more threads than sleep sets have room for (64)",
            Incomplete::Failed => "a failure",
            Incomplete::Unsound => "an unsound checkpoint",
        })
    }
}
