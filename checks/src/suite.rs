//! The suites: the model as it should be, on programs that use each part of it.

pub mod further;
mod kind;
mod livelocks;
mod races;

use sync::driver::Engine;

use harness::included::{self, Included};
use harness::report::Job;
use harness::scenario_file::{GateRun, Written};

use crate::{kernels, scenarios};
use kind::{kernel_job, NEWEST_FIXED, SEARCHED_ONLY};
use livelocks::LIVELOCKS;
use races::RACES;

pub use kind::{limits, Suite, FIXED};

/// Every state of it is searched; loom adds weak memory.
const SEARCHED: &[Engine] = &[Engine::Explore, Engine::Loom];

/// Where a search does not end, a sample adds other parts.
const SAMPLED_TOO: &[Engine] = &[Engine::Explore, Engine::Shuttle];

/// On all engines.
const EVERYWHERE: &[Engine] = &[Engine::Explore, Engine::Loom, Engine::Shuttle];

/// All suites.
pub const ALL: &[Suite] = &[
    Suite {
        name: "single",
        about: "one M: exactly one execution, on every engine",
        engines: EVERYWHERE,
        bound: None,
        variant: FIXED,
    },
    Suite {
        name: "core",
        about: "sleeping, readying, starting and waiting, at 2 Ps and 2 Ms",
        engines: SEARCHED,
        bound: Some(2),
        variant: FIXED,
    },
    Suite {
        name: "mixed",
        about: "Gs that wait for each other in all the ways there are, on 2 Ps",
        engines: SEARCHED_ONLY,
        bound: Some(2),
        variant: FIXED,
    },
    Suite {
        name: "mixed-wide",
        about: "the same on three Ps, or with choices",
        engines: SEARCHED_ONLY,
        bound: Some(0),
        variant: FIXED,
    },
    Suite {
        name: "known",
        about: "the smallest programs that show a documented bug, which the model as it should be has not",
        engines: SEARCHED_ONLY,
        bound: Some(3),
        variant: FIXED,
    },
    Suite {
        name: "known-wide",
        about: "the same, for programs of three Ps or with choices",
        engines: SEARCHED_ONLY,
        bound: Some(1),
        variant: FIXED,
    },
    Suite {
        name: "reach",
        about: "what is seldom reached: several Gs at once, timers that a thief runs, times that are not 0",
        engines: SEARCHED_ONLY,
        bound: Some(2),
        variant: FIXED,
    },
    Suite {
        name: "reach-wide",
        about: "the same on three Ps",
        engines: SEARCHED_ONLY,
        bound: Some(1),
        variant: FIXED,
    },
    Suite {
        name: "timers",
        about: "timers that are stopped and changed",
        engines: SEARCHED_ONLY,
        bound: None,
        variant: FIXED,
    },
    Suite {
        name: "channels",
        about: "timers with channels, as since Go 1.23: Gs that receive, beside others that stop and set them",
        engines: SEARCHED_ONLY,
        bound: None,
        variant: NEWEST_FIXED,
    },
    Suite {
        name: "system-calls",
        about: "system calls: Gs that enter and leave them, and what becomes of their Ps",
        engines: SEARCHED_ONLY,
        bound: Some(2),
        variant: FIXED,
    },
    Suite {
        name: "stops",
        about: "the world is stopped, or a function is run on each P, beside all that Ms do",
        engines: SEARCHED_ONLY,
        bound: Some(2),
        variant: FIXED,
    },
    Suite {
        name: "gc",
        about: "garbage collections: which Ms run mark workers, and what wakes them",
        engines: SEARCHED_ONLY,
        bound: Some(2),
        variant: FIXED,
    },
    Suite {
        name: "sysmon",
        about: "sysmon takes Ps out of system calls, has busy Gs preempted, and polls",
        engines: SEARCHED_ONLY,
        bound: Some(2),
        variant: FIXED,
    },
    Suite {
        name: "suspends",
        about: "a G is suspended and resumed, as for the scan of its stack, beside all that Ms do with it",
        engines: SEARCHED_ONLY,
        bound: None,
        variant: FIXED,
    },
    Suite {
        name: "automatic",
        about: "GOMAXPROCS follows the number of CPUs, as since Go 1.25",
        engines: SEARCHED_ONLY,
        bound: None,
        variant: NEWEST_FIXED,
    },
    Suite {
        name: "locked",
        about: "Gs that are locked to their thread, and threads that end with theirs",
        engines: SEARCHED_ONLY,
        bound: Some(2),
        variant: FIXED,
    },
    Suite {
        name: "known-more-ms",
        about: "the programs of `known` with one M more than they have Ps",
        engines: SEARCHED_ONLY,
        bound: Some(1),
        variant: FIXED,
    },
    Suite {
        name: "real",
        about: "real time: an M waits for timers and descriptors, and the world moves",
        engines: SEARCHED_ONLY,
        bound: Some(2),
        variant: FIXED,
    },
    Suite {
        name: "real-wide",
        about: "the same, for programs with more states",
        engines: SEARCHED_ONLY,
        bound: Some(2),
        variant: FIXED,
    },
    Suite {
        name: "yields",
        about: "Gs that give up their P, and a permit, where barriers matter",
        engines: &[Engine::Loom],
        bound: Some(1),
        variant: FIXED,
    },
    Suite {
        name: "yields-wide",
        about: "the same on three Ps, where one preemption takes loom minutes",
        engines: &[Engine::Loom],
        bound: Some(0),
        variant: FIXED,
    },
    Suite {
        name: "weak-memory",
        about: "what shows a missing barrier, where barriers matter",
        engines: &[Engine::Loom],
        bound: Some(2),
        variant: FIXED,
    },
    Suite {
        name: "more-ms",
        about: "the core with a third and a fourth M, and three Ps",
        engines: SAMPLED_TOO,
        bound: Some(1),
        variant: FIXED,
    },
];

/// All suites that a scenario file can name: those of the gate, and those that look for data races and for livelocks.
pub fn all() -> impl Iterator<Item = &'static Suite> {
    ALL.iter().chain([&RACES, &LIVELOCKS])
}

/// The variant on which the scenario must hold in the gate.
pub fn variant_of(scenario: &str) -> &'static str {
    let files = files();
    let runs_it = |suite: &&Suite| suite.runs(&files).iter().any(|(name, _)| name == scenario);
    ALL.iter().find(runs_it).map_or(FIXED, |suite| suite.variant)
}

/// The names of the suites whose programs were written to use the scheduler, and not to show a bug.
pub const GENERAL: &[&str] = &["single", "core", "mixed", "mixed-wide"];

/// explore's bound on that scenario, if a search without one does not finish in the gate's time.
pub fn within(scenario: &str) -> Option<usize> {
    let (file, _) = included::with_file(scenarios::FILES, scenario)?;
    let written = file.written();
    let others = [RACES.name, LIVELOCKS.name];
    let is_its = |run: &GateRun| !others.contains(&&*run.suite);
    let mut runs = written.runs().filter(|(name, run)| name == scenario && is_its(run));
    runs.find_map(|(_, run)| run.bound)
}

/// The runs on that engine: the kernels, without a bound, the suites, and those that look for data races and for livelocks.
pub fn jobs(engine: Engine) -> Vec<Job> {
    let kernels = kernels::ALL.iter().map(|kernel| kernel_job(kernel, engine));
    let files = files();
    let suites = ALL.iter().flat_map(|suite| suite.jobs(engine, &files));
    let races = races::jobs(engine, &files);
    kernels.chain(suites).chain(races).chain(livelocks::jobs(engine, &files)).collect()
}

/// The gate's runs of a file on that engine, data races and livelocks included.
pub fn jobs_of(file: &Written, engine: Engine) -> Vec<Job> {
    let files = std::slice::from_ref(file);
    let suites = ALL.iter().flat_map(|suite| suite.jobs(engine, files));
    let races = RACES.jobs(engine, files).into_iter().map(races::in_mode);
    suites.chain(races).chain(livelocks::jobs(engine, files)).collect()
}

/// What is in each scenario file. All of them are parsed here.
pub fn files() -> Vec<Written> {
    scenarios::FILES.iter().map(Included::written).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::happenings;

    #[test]
    fn each_file_names_suites_their_engines_and_happenings_that_exist() {
        for file in scenarios::FILES {
            let written = file.parse().unwrap_or_else(|error| panic!("{error}"));
            for (name, run) in written.runs() {
                let suite = all().find(|suite| suite.name == run.suite);
                let suite = suite.unwrap_or_else(|| panic!("{name}: no suite {}", run.suite));
                for engine in run.engines.iter().flatten() {
                    assert!(suite.engines.contains(engine), "{name}: {} on {engine}", suite.name);
                }
                for wanted in &run.sometimes {
                    let exists = happenings::ALL.iter().any(|h| h.name == wanted);
                    assert!(exists, "{name}: no happening {wanted}");
                }
            }
        }
    }

    #[test]
    fn no_older_name_is_another_scenarios() {
        let files = files();
        let names = files.iter().map(|file| &*file.scenario.name);
        let mut all: Vec<&str> = names.chain(files.iter().flat_map(Written::aliases)).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        let alias = scenarios::find("S1-3m").map(|scenario| scenario.name);
        assert_eq!(alias.as_deref(), Some("sleep-ready-park-3m"));
    }

    #[test]
    fn each_suite_has_runs_none_of_them_twice() {
        let files = files();
        for suite in all() {
            let mut names: Vec<String> =
                suite.runs(&files).into_iter().map(|(name, _)| name).collect();
            assert!(!names.is_empty(), "{}", suite.name);
            let count = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count, "{}", suite.name);
        }
    }

    #[test]
    fn each_happening_is_asked_for_by_some_suite() {
        let files = files();
        let runs = ALL.iter().flat_map(|suite| suite.runs(&files));
        let runs: Vec<GateRun> = runs.map(|(_, run)| run).collect();
        for happening in happenings::ALL {
            let asks = |run: &GateRun| run.sometimes.iter().any(|name| name == happening.name);
            assert!(runs.iter().any(asks), "{}", happening.name);
        }
    }
}
