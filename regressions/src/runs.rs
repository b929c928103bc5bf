//! All runs of the gate.

use checks::suite;
use harness::report::Job;
use sync::driver::Engine;

use crate::bug::Shows;
use crate::{release, truth, BUGS};

/// The gate's runs on that engine: the suites, what is known of the release, what the real runtime does, and
/// each bug's rows.
pub fn gate(engine: Engine) -> Vec<Job> {
    let mut jobs = suite::jobs(engine);
    jobs.extend(release::jobs(engine));
    jobs.extend(truth::jobs(engine));
    for bug in BUGS {
        for (n, mutant) in bug.mutants.iter().enumerate() {
            let shows = mutant.shows.iter().filter(|shows| shows.concerns(engine));
            // Every row is searched. What the others add is what they alone can show; and the first row of
            // all, so that the engines are seen to agree.
            let searched = engine == Engine::Explore;
            let first = n == 0 && bug.number == BUGS[0].number;
            let wanted = |shows: &&Shows| searched || first || shows.needs(engine);
            jobs.extend(shows.filter(wanted).map(|shows| shows.job(bug, mutant, engine)));
        }
    }
    jobs
}
