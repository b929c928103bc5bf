//! What is searched, and what a search has come to.

use std::sync::atomic::AtomicBool;
use std::sync::Arc;
use std::time::Instant;

use crate::state::Fault;

/// What is searched, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// A state is explored once.
    pub cache: bool,
    /// Of steps that commute, one order is explored. Only without a bound.
    pub sleep: bool,
    /// The preemptions that an execution may have.
    pub bound: Option<u32>,
    /// Whether the search goes on after a failure.
    pub keep_going: bool,
    /// More states than these make it incomplete.
    pub max_states: Option<usize>,
    /// More executions than these make it incomplete.
    pub max_executions: Option<u64>,
    /// A longer execution makes it incomplete.
    pub max_depth: usize,
    /// Later than this, it is incomplete.
    pub deadline: Option<Instant>,
    /// Set by somebody, it makes the search incomplete.
    pub stop: Option<Arc<AtomicBool>>,
    #[doc(hidden)]
    pub fault: Option<Fault>,
}

impl Default for Options {
    /// Exhaustive, with everything on.
    fn default() -> Self {
        Options {
            cache: true,
            sleep: true,
            bound: None,
            keep_going: false,
            max_states: None,
            max_executions: None,
            max_depth: 1_000_000,
            deadline: None,
            stop: None,
            fault: None,
        }
    }
}

/// What a search has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
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
    /// Steps taken for the first time: replayed ones do not count.
    pub transitions: u64,
    /// The steps of the longest execution.
    pub depth: u64,
}

/// Why a search ended before everything had been explored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Incomplete {
    /// [`Options::max_states`].
    States,
    /// [`Options::max_executions`].
    Executions,
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
}
