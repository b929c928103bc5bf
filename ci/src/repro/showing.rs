//! Which run shows a variant of a bug.

use harness::report::Job;
use regressions::bug::{Bug, Mutant, Shows, Symptom};
use sync::driver::Engine;

use crate::error::Error;

/// The run that shows the variant best: the first on this engine that fails or, for a masked variant, the first that
/// holds.
///
/// # Errors
/// If the variant is not run on this engine.
pub fn job(bug: &Bug, mutant: &Mutant, engine: Engine) -> Result<Job, Error> {
    let on_engine = || mutant.shows.iter().filter(|shows| shows.concerns(engine));
    let best = |shows: &&Shows| (shows.symptom == Symptom::Holds) == mutant.masked.is_some();
    let first = on_engine().find(best).or_else(|| on_engine().next());
    first.map(|shows| shows.job(bug, mutant, engine)).ok_or_else(|| {
        let mut engines: Vec<&str> =
            mutant.shows.iter().flat_map(|shows| shows.only_on).map(|on| on.name()).collect();
        engines.dedup();
        let engines = engines.join(" or ");
        Error::Usage(format!(
            "{} cannot be reproduced on {engine}; use --engine {engines}",
            mutant.name
        ))
    })
}

/// The engine on which the variant fails, if there is only one.
pub fn fails_on(mutant: &Mutant) -> Option<Engine> {
    let fails = mutant.shows.iter().find(|shows| shows.symptom != Symptom::Holds)?;
    match fails.only_on {
        [engine] => Some(*engine),
        _ => None,
    }
}
