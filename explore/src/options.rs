//! What is searched, and what a search has come to.

use std::sync::atomic::AtomicBool;
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::state::Fault;

/// What is searched, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// A state is explored once.
    pub cache: bool,
    /// Of steps that commute, one order is explored. Only without a bound.
    pub sleep: bool,
    /// Checkpoints, and calls that are summarized, make a thread forget. Without, there are more states.
    pub checkpoints: bool,
    /// States that differ by who is who of interchangeable threads are one: see [`crate::renaming`].
    pub symmetry: bool,
    /// All of them are explored all the same, and counted as one: what symmetry must not change. Without a bound,
    /// and not with `paranoid`.
    pub classes: bool,
    /// So many of the threads that have names are interchangeable, the first ones; at most three.
    pub interchangeable: u32,
    /// Where the cache cuts an execution off, it is followed to its end once, to see that it does nothing
    /// new: see [`crate::paranoid`].
    pub paranoid: bool,
    /// Distinct traces are counted: see [`crate::traces`].
    pub traces: bool,
    /// Distinct pairs of shared memory and pending operations are counted: what checkpoints must not change.
    pub pairs: bool,
    /// The preemptions that an execution may have.
    pub bound: Option<u32>,
    /// Whether the search goes on after a failure.
    pub keep_going: bool,
    /// With `keep_going`: only failures in fewer steps than these are looked for, and then in fewer than the last
    /// one took, until there are none. Longer executions are cut off.
    pub shorter_than: Option<usize>,
    /// OS threads that search.
    pub jobs: usize,
    /// More states than these make it incomplete.
    pub max_states: Option<usize>,
    /// More executions than these make it incomplete.
    pub max_executions: Option<u64>,
    /// If the process has more memory than these bytes, the search is incomplete.
    pub max_memory: Option<usize>,
    /// A longer execution makes it incomplete.
    pub max_depth: usize,
    /// Later than this, it is incomplete.
    pub deadline: Option<Instant>,
    /// Set by somebody, it makes the search incomplete.
    pub stop: Option<Arc<AtomicBool>>,
    /// What the executions were estimated at beforehand: told with the statistics.
    pub estimated: Option<Estimated>,
    #[doc(hidden)]
    pub fault: Option<Fault>,
}

impl Default for Options {
    /// Exhaustive, on one OS thread, with everything on that makes it faster.
    fn default() -> Self {
        Options {
            cache: true,
            sleep: true,
            checkpoints: true,
            symmetry: true,
            classes: false,
            interchangeable: 0,
            paranoid: false,
            traces: false,
            pairs: false,
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
            fault: None,
        }
    }
}

/// What a search has come to.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Statistics {
    /// Executions: of them..
    pub executions: u64,
    /// ..that came to an end of the program,
    pub complete: u64,
    /// ..that failed,
    pub failed: u64,
    /// ..that came to a state from which nothing was left to do,
    pub cut_by_cache: u64,
    /// ..that came to a state in which all who could move slept.
    pub cut_by_sleep: u64,
    /// Distinct states.
    pub states: u64,
    /// Of their fingerprints, `XOR`ed and folded, once the search is over: two searches with the same states have
    /// the same.
    #[serde(default)]
    pub digest: u64,
    /// Steps taken for the first time: replayed ones do not count.
    pub transitions: u64,
    /// The steps of the longest execution.
    pub depth: u64,
    /// Executions that were followed beyond a known state, with [`Options::paranoid`].
    pub probes: u64,
    /// Distinct traces of complete executions, with [`Options::traces`].
    pub traces: u64,
    /// Distinct pairs, with [`Options::pairs`].
    pub pairs: u64,
    /// The share of the tree of executions that is done, from 0 to 1: a guess, by Knuth's weights. The
    /// first step of a node counts as much of the tree as the second.
    pub share: f64,
    /// Steps that were to be tried when the search ended, on the way to where it was.
    pub open: u64,
    /// How many executions there are, if that was estimated: [`Options::estimated`].
    pub estimated: Option<Estimated>,
}

/// How the executions of a search without a cache are estimated: see
/// [`Estimate`](crate::search::Estimate).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Probing {
    /// Random probes, of which the mean is taken. One alone has no spread.
    pub probes: u64,
    /// The nodes of a level that a probe has room for; at least 1.
    pub width: usize,
    /// Of what is drawn.
    pub seed: u64,
}

impl Default for Probing {
    /// A few seconds for a program of some hundred steps, where states are restored.
    fn default() -> Self {
        Probing { probes: 8, width: 32, seed: 1 }
    }
}

/// How many executions there are without a cache, as random probes tell: see
/// [`Estimate`](crate::search::Estimate).
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Estimated {
    /// The probes.
    pub probes: u64,
    /// Of what they drew.
    pub seed: u64,
    /// Their mean, which is unbiased.
    pub executions: f64,
    /// The standard error of the mean, itself an estimate. Where it is a good part of the mean, both are
    /// rather too small than too large.
    pub error: f64,
    /// Those of the executions that come to an end of the program. With sleep sets alone, each of them is a
    /// trace of its own.
    pub complete: f64,
    /// The standard error of that.
    pub complete_error: f64,
}

impl std::fmt::Display for Estimated {
    /// The numbers, and what they rest on.
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
            return write!(f, ", which all say so");
        }
        write!(f, ", and its standard error")?;
        // Most executions lie in few parts of the tree then, which most probes miss.
        f.write_str(if error > executions / 4.0 { "; rather too few than too many" } else { "" })
    }
}

impl Statistics {
    /// Adds what another worker has come to, or the same one since.
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

/// Why a search ended before everything had been explored.
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
    /// More threads than sleep sets have room for.
    Threads,
    /// An execution failed, which ends the search.
    Failed,
    /// Two executions have the same state and go on differently: see [`crate::paranoid`].
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
            Incomplete::Stopped => "being told to stop",
            Incomplete::Threads => "more threads than sleep sets have room for (64)",
            Incomplete::Failed => "a failure",
            Incomplete::Unsound => "an unsound checkpoint",
        })
    }
}
