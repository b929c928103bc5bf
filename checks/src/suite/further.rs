//! What the gate has no time for: the programs that it searches within a bound, with more preemptions, and then without a
//! bound.

use sync::driver::Engine;

use super::{files, limits, ALL, FIXED};
use harness::report::{Job, Limits, Mode};

/// What its runs have for a suite.
pub const NAME: &str = "further";

/// How many bounds are tried above the first, before the search without one.
const MORE: usize = 3;

/// The searches of a program, each of which visits all that the one before it visits, and more.
pub struct Ladder {
    /// The first search.
    pub job: Job,
    /// Its bound on preemptions and those of the other searches; none means no bound.
    pub bounds: Vec<Option<usize>>,
}

/// All ladders, for engine explore. The first bound is the gate's.
pub fn ladders() -> Vec<Ladder> {
    let files = files();
    let runs = ALL.iter().flat_map(|suite| suite.runs(&files));
    runs.filter_map(|(name, run)| Some(ladder(&name, run.bound?))).collect()
}

fn ladder(scenario: &str, first: usize) -> Ladder {
    let bounds = (first..=first + MORE).map(Some).chain([None]).collect();
    let limits = Limits { bound: Some(first), ..limits(Engine::Explore) };
    let job = Job::new(NAME, scenario, FIXED, Mode::Invariants, limits);
    Ladder { job, bounds }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios;

    #[test]
    fn each_ladder_climbs_from_a_program_that_exists_to_no_bound() {
        let ladders = ladders();
        assert!(ladders.iter().any(|ladder| ladder.job.scenario == "two-timers-relay-4m"));
        for Ladder { job, bounds } in ladders {
            assert!(scenarios::find(&job.scenario).is_some(), "{}", job.scenario);
            assert_eq!((bounds.first(), bounds.last()), (Some(&job.limits.bound), Some(&None)));
        }
    }
}
