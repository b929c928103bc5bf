//! All outcomes of a race, for tests.

use std::collections::BTreeSet;

use crate::driver::{at_end, run_all, End, Failure, Outside, Plan};

/// Collects the outcomes of a program's executions.
pub struct Sink<T>(Outside<BTreeSet<T>>);

impl<T: Clone + Ord + Send + 'static> Sink<T> {
    /// Calls `look` when the execution has ended without a failure (see [`at_end`]), and adds its result to
    /// the outcomes.
    pub fn outcome(&self, look: impl FnOnce() -> T + Send + 'static) {
        let outcomes = self.0.clone();
        at_end(move || {
            let outcome = look();
            outcomes.with_mut(|outcomes| outcomes.insert(outcome.clone()));
        });
    }
}

/// Runs a program that does not fail, and returns all its outcomes.
///
/// # Panics
///
/// If the plan is invalid, or an execution fails.
#[track_caller]
pub fn outcomes<T: Clone + Ord + Send + 'static>(
    plan: &Plan,
    program: impl Fn(&Sink<T>) + Send + Sync + 'static,
) -> BTreeSet<T> {
    let outcomes = Outside::new(BTreeSet::new());
    let sink = Sink(outcomes.clone());
    let explored =
        run_all(plan, move || program(&sink)).unwrap_or_else(|error| panic!("outcomes: {error}"));
    if let End::Failed { failure, .. } = explored.end {
        panic!("outcomes: {failure}");
    }
    outcomes.with_mut(std::mem::take)
}

/// Explores a program, and returns the failure that it finds, if any.
///
/// # Panics
///
/// If the plan is invalid.
#[track_caller]
pub fn failure(plan: &Plan, program: impl Fn() + Send + Sync + 'static) -> Option<Failure> {
    match run_all(plan, program).unwrap_or_else(|error| panic!("failure: {error}")).end {
        End::Failed { failure, .. } => Some(failure),
        End::Complete | End::Stopped => None,
    }
}
