//! All that one search says of a program.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use explore::options::{Options, Statistics};
use sync::{Arc, Plan, PlanError, Sampler};

use crate::execution::Shared;
use crate::program::Program;

/// All that a search says of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// What there is at the end of an execution that does not fail.
    pub outcomes: BTreeSet<String>,
    /// The messages of those that do: deadlocks, races, a note that is woken twice.
    pub failures: BTreeSet<String>,
    /// The fingerprints of all states.
    pub states: BTreeSet<u128>,
}

impl Found {
    /// What the other has not, or has more; `None` if it is the same.
    pub fn differs(&self, other: &Found) -> Option<String> {
        if self.outcomes != other.outcomes {
            return Some(sets("outcomes", &self.outcomes, &other.outcomes));
        }
        if self.failures != other.failures {
            return Some(sets("failures", &self.failures, &other.failures));
        }
        let states = (self.states.len(), other.states.len());
        (self.states != other.states).then(|| format!("states: {} and {}", states.0, states.1))
    }
}

fn sets(what: &str, here: &BTreeSet<String>, there: &BTreeSet<String>) -> String {
    format!("{what}: {here:?} and {there:?}")
}

/// Searches the program; `None` if a limit of the options was met.
///
/// # Errors
/// If the engine does not search, or the search finds fault with itself or with the program.
pub fn search(
    program: &Program,
    options: Options,
    bound: Option<usize>,
) -> Result<Option<(Found, Statistics)>, PlanError> {
    let outcomes = Arc::new(Mutex::new(BTreeSet::new()));
    let (program, sink) = (program.clone(), outcomes.clone());
    let found = search_of(options, bound, 3, move || {
        let shared = Arc::new(Shared::new(program.clone()));
        let (looked_at, sink) = (shared.clone(), sink.clone());
        sync::at_end(move || {
            sink.lock().unwrap_or_else(PoisonError::into_inner).insert(looked_at.outcome());
        });
        shared.run(0);
    })?;
    Ok(found.map(|(mut found, statistics)| {
        found.outcomes =
            std::mem::take(&mut outcomes.lock().unwrap_or_else(PoisonError::into_inner));
        (found, statistics)
    }))
}

/// Searches any program, for its failures and states; `None` if a limit of the options was met.
///
/// # Errors
/// As [`search`].
pub fn search_of(
    options: Options,
    bound: Option<usize>,
    threads: usize,
    program: impl Fn() + Send + Sync + 'static,
) -> Result<Option<(Found, Statistics)>, PlanError> {
    let plan = Plan {
        sampler: Sampler::Exhaustive,
        bound,
        threads,
        choices: true,
        search: Options { keep_going: true, ..options },
        list_states: true,
        ..Plan::default()
    };
    let explored = sync::explore(&plan, program)?;
    let Some(searched) = explored.searched else {
        return Err(PlanError::Engine("it does not search".into()));
    };
    if searched.incomplete.is_some() {
        return Ok(None);
    }
    let outcomes = BTreeSet::new();
    let found = Found { outcomes, failures: searched.failures, states: searched.states };
    Ok(Some((found, searched.statistics)))
}
