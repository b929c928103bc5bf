//! All the outcomes of a race, for tests.

use std::collections::BTreeSet;

use crate::driver::{at_end, run_all, End, Failure, Outside, Plan};

/// Where a program puts what its threads have seen.
pub struct Sink<T>(Outside<BTreeSet<T>>);

impl<T: Clone + Ord + Send + 'static> Sink<T> {
    /// What `look` sees is an outcome, once the execution has ended as [`at_end`] says.
    pub fn outcome(&self, look: impl FnOnce() -> T + Send + 'static) {
        let outcomes = self.0.clone();
        at_end(move || {
            let outcome = look();
            outcomes.with_mut(|outcomes| outcomes.insert(outcome.clone()));
        });
    }
}

/// All the outcomes of a program that does not fail.
///
/// # Panics
///
/// If the plan cannot be carried out, or an execution fails.
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

/// The failure that exploring a program comes upon, if it does.
///
/// # Panics
///
/// If the plan cannot be carried out.
#[track_caller]
pub fn failure(plan: &Plan, program: impl Fn() + Send + Sync + 'static) -> Option<Failure> {
    match run_all(plan, program).unwrap_or_else(|error| panic!("failure: {error}")).end {
        End::Failed { failure, .. } => Some(failure),
        End::Complete | End::Stopped => None,
    }
}
