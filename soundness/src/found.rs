//! What one search finds in a program.

use std::collections::BTreeSet;

use explore::options::{Options, Probing, Statistics};
use sync::driver::{Estimated, Explored, Outside, Plan, PlanError, Sampler};
use sync::Arc;

use crate::execution::Shared;
use crate::program::Program;

/// What a search finds in a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// The outcomes of executions that do not fail.
    pub outcomes: BTreeSet<String>,
    /// The messages of executions that fail: deadlocks, races, a note that is woken twice.
    pub failures: BTreeSet<String>,
    /// The fingerprints of all states.
    pub states: BTreeSet<u128>,
}

impl Found {
    /// Describes the difference between the two; `None` if there is none.
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
/// If the engine does not search, or the search reports an error of itself or of the program.
pub fn search(
    program: &Program,
    options: Options,
    bound: Option<usize>,
) -> Result<Option<(Found, Statistics)>, PlanError> {
    search_with(program, plan(options, bound, program.0.len()))
}

/// Searches the program with that plan.
///
/// # Errors
/// As for [`search`].
pub fn search_with(
    program: &Program,
    plan: Plan,
) -> Result<Option<(Found, Statistics)>, PlanError> {
    let twins = plan.search.interchangeable > 0;
    let outcomes = Outside::new(BTreeSet::new());
    let found = search_by(plan, execution(program, twins, &outcomes))?;
    Ok(found.map(|(mut found, statistics)| {
        found.outcomes = outcomes.with_mut(std::mem::take);
        if twins {
            found.failures =
                found.failures.iter().map(|text| without_thread_numbers(text)).collect();
        }
        (found, statistics)
    }))
}

/// Estimates how many executions the program has in a search by that plan, without a cache.
///
/// # Errors
/// As for [`search`], or if there is no estimate.
pub fn estimate(program: &Program, plan: &Plan, probing: Probing) -> Result<Estimated, PlanError> {
    let execution = execution(program, false, &Outside::new(BTreeSet::new()));
    let estimated = sync::driver::estimate(plan, probing, execution)?;
    estimated.ok_or_else(|| PlanError::Engine("this engine does not search".into()))
}

/// Runs one execution of the program, and collects its outcome.
fn execution(
    program: &Program,
    twins: bool,
    outcomes: &Outside<BTreeSet<String>>,
) -> impl Fn() + Send + Sync + 'static {
    let (program, sink) = (program.clone(), outcomes.clone());
    move || {
        let shared = Arc::new(Shared::new(program.clone(), twins));
        let (finished, sink) = (shared.clone(), sink.clone());
        sync::driver::at_end(move || {
            let outcome = finished.outcome();
            sink.with_mut(|outcomes| outcomes.insert(outcome.clone()));
        });
        shared.run(0);
    }
}

/// The text without thread numbers, with its parts sorted.
fn without_thread_numbers(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let mut parts: Vec<&str> = plain.split("; ").collect();
    parts.sort_unstable();
    parts.join("; ")
}

/// The number of steps of the shortest failure in fewer steps than the options say, if there is one; `None` if a limit
/// of the options was met.
///
/// # Errors
/// As for [`search`].
pub fn fewest_steps(
    program: &Program,
    options: Options,
    bound: Option<usize>,
) -> Result<Option<Option<u32>>, PlanError> {
    let twins = options.interchangeable > 0;
    let plan = plan(options, bound, program.0.len());
    let program = program.clone();
    let run = move || Arc::new(Shared::new(program.clone(), twins)).run(0);
    let explored = sync::driver::run_all(&plan, run)?;
    let searched = explored.searched.filter(|searched| searched.incomplete.is_none());
    Ok(searched.map(|searched| searched.shortest.and_then(|schedule| schedule.steps())))
}

/// Explores the program with that plan, which has no interchangeable threads.
///
/// # Errors
/// As for [`search`].
pub fn run_all(program: &Program, plan: &Plan) -> Result<Explored, PlanError> {
    let program = program.clone();
    sync::driver::run_all(plan, move || Arc::new(Shared::new(program.clone(), false)).run(0))
}

/// Searches any program for its failures and states; `None` if a limit of the options was met.
///
/// # Errors
/// As for [`search`].
pub fn search_of(
    options: Options,
    bound: Option<usize>,
    threads: usize,
    program: impl Fn() + Send + Sync + 'static,
) -> Result<Option<(Found, Statistics)>, PlanError> {
    search_by(plan(options, bound, threads), program)
}

/// A plan for a search that continues after failures and lists the states.
pub fn plan(options: Options, bound: Option<usize>, threads: usize) -> Plan {
    Plan {
        sampler: Sampler::Exhaustive,
        bound,
        threads,
        choices: true,
        search: Options { keep_going: true, ..options },
        list_states: true,
        ..Plan::default()
    }
}

fn search_by(
    plan: Plan,
    program: impl Fn() + Send + Sync + 'static,
) -> Result<Option<(Found, Statistics)>, PlanError> {
    let explored = sync::driver::run_all(&plan, program)?;
    let Some(searched) = explored.searched else {
        return Err(PlanError::Engine("this engine does not search".into()));
    };
    if searched.incomplete.is_some() {
        return Ok(None);
    }
    let failures = searched.failures.into_keys().collect();
    let found = Found { outcomes: BTreeSet::new(), failures, states: searched.states };
    Ok(Some((found, searched.statistics)))
}
