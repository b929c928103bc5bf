//! The suites: the model as it should be, on programs that use each part of it.

use sync::Engine;

use crate::kernels::{self, Kernel};
use crate::report::{Expect, Job, Limits, Mode};

/// The name of the row that has to hold everything.
pub const FIXED: &str = "GO_FIXED";

/// What the name of a kernel begins with, where a scenario's could stand.
pub const KERNEL: &str = "kernel/";

/// What stands for the row of a kernel that runs as it should be.
pub const NO_ROW: &str = "-";

/// A suite: scenarios that are run the same way, and what they must show.
pub struct Suite {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// The scenarios, each with what some execution of it must show on every engine.
    pub scenarios: &'static [(&'static str, &'static [&'static str])],
    /// The engines that run it in the gate.
    pub engines: &'static [Engine],
    /// loom's bound on preemptions; none for no bound.
    pub bound: Option<usize>,
    /// explore's bounds, where a search without one does not end in the gate's time.
    pub within: &'static [(&'static str, usize)],
}

/// Every state of it is searched; loom adds weak memory.
const SEARCHED: &[Engine] = &[Engine::Explore, Engine::Loom];

/// Every state of it is searched.
const SEARCHED_ONLY: &[Engine] = &[Engine::Explore];

/// Where a search does not end, a sample adds other parts.
const SAMPLED_TOO: &[Engine] = &[Engine::Explore, Engine::Shuttle];

/// On all engines.
const EVERYWHERE: &[Engine] = &[Engine::Explore, Engine::Loom, Engine::Shuttle];

/// All suites.
pub const ALL: &[Suite] = &[
    Suite {
        name: "single",
        about: "one M: exactly one execution, on every engine",
        scenarios: &[
            ("sleep-twice", &["the clock jumps", "a timer is run by its owner"]),
            ("assist", &["the clock jumps"]),
        ],
        engines: EVERYWHERE,
        bound: None,
        within: &[],
    },
    Suite {
        name: "core",
        about: "sleeping, readying, starting and waiting, at 2 Ps and 2 Ms",
        scenarios: &[
            (
                "S1",
                &[
                    "the clock jumps",
                    "an M is started",
                    "wakep leaves it to a spinner",
                    "an M parks",
                ],
            ),
            ("S2", &["runnext is stolen", "an M is started"]),
            ("S3", &["the clock jumps", "runnext is stolen"]),
            ("S4", &["the clock jumps", "a timer is stolen", "a G is stolen from a ring"]),
            ("two-jumps", &["the clock jumps twice", "a P that owns no timer gets the jump"]),
            ("sleepers", &["the clock jumps", "a timer is run by its owner"]),
            ("stealrunq", &["runnext is stolen"]),
            ("stealtimer", &["a G is stolen from a ring"]),
            ("overflow", &["the ring overflows"]),
        ],
        engines: SEARCHED,
        bound: Some(2),
        within: &[],
    },
    Suite {
        name: "mixed",
        about: "Gs that wait for each other in all the ways there are, on 2 Ps",
        scenarios: &[
            ("rendezvous", &["an M is started", "wakep leaves it to a spinner"]),
            ("ping-pong", &["runnext is stolen"]),
            ("yielders", &["an M is started"]),
            ("timer-beside-busy", &["the clock jumps", "a timer is stolen"]),
        ],
        engines: SEARCHED_ONLY,
        bound: Some(2),
        within: &[],
    },
    Suite {
        name: "mixed-wide",
        about: "the same on three Ps, or with choices",
        scenarios: &[
            ("fork-join", &["an M is started"]),
            ("fair-yielders", &["an M is started"]),
        ],
        engines: SEARCHED_ONLY,
        bound: Some(0),
        within: &[],
    },
    Suite {
        name: "known",
        about: "the smallest programs that show a documented bug, which the model as it should be has not",
        scenarios: &[
            (
                "three-newprocs",
                &[
                    "runnext is stolen",
                    "the last look finds work",
                    "wakep finds no idle P",
                    "an increment is undone for want of a P",
                    "an M keeps its P for a waker",
                ],
            ),
            ("gosched-beside-newproc", &["wakep leaves it to a spinner"]),
            ("goyield-beside-newproc", &["the last look finds work"]),
            ("two-newprocs", &["the last look finds work"]),
            ("due-timer", &["a timer is stolen", "the last look finds a timer"]),
            ("pollers-window", &["an M polls", "a break is sent to an M that polls"]),
            ("pollers-window-early", &["an M polls", "a break is sent to an M that polls"]),
        ],
        engines: SEARCHED_ONLY,
        bound: Some(3),
        within: &[],
    },
    Suite {
        name: "known-wide",
        about: "the same, for programs of three Ps or with choices",
        scenarios: &[
            ("two-at-once", &["an M is started"]),
            ("fairness", &["an M is started"]),
        ],
        engines: SEARCHED_ONLY,
        bound: Some(1),
        within: &[],
    },
    Suite {
        name: "weak-memory",
        about: "what shows a missing barrier, where barriers matter",
        scenarios: &[("two-newprocs", &["the last look finds work"])],
        engines: &[Engine::Loom],
        bound: Some(2),
        within: &[],
    },
    Suite {
        name: "more-ms",
        about: "the core with a third and a fourth M, and three Ps",
        scenarios: &[
            ("S1-3m", &["an M is started"]),
            ("S2-3m", &["runnext is stolen"]),
            ("S3-3m", &["the clock jumps"]),
            ("S4-3m", &["the clock jumps"]),
            ("S1-4m", &["an M is started"]),
            ("S2-4m", &["runnext is stolen"]),
            ("S3-4m", &["the clock jumps"]),
            ("S4-4m", &["the clock jumps"]),
            ("three-ps", &["runnext is stolen"]),
        ],
        engines: SAMPLED_TOO,
        bound: Some(1),
        within: &[("S4-4m", 4)],
    },
];

/// The names of the suites whose programs were written to use the scheduler, and not to show a bug.
pub const GENERAL: &[&str] = &["single", "core", "mixed", "mixed-wide"];

/// What is used where nothing else is said.
pub fn limits(engine: Engine) -> Limits {
    Limits {
        // Where nothing is left out but what shows nothing new, none is needed.
        bound: (engine != Engine::Explore).then_some(2),
        executions: match engine {
            Engine::Shuttle => 1_000,
            _ => 200,
        },
        seeds: vec![1, 2, 3],
        search: None,
        max_seconds: None,
        // One state in so many that are gone back to is compared with the same steps from scratch.
        audit: if engine == Engine::Explore { 5_000 } else { 0 },
        ask_always: false,
    }
}

/// The runs on that engine: the kernels, without a bound, and the suites.
pub fn jobs(engine: Engine) -> Vec<Job> {
    let kernels = kernels::ALL.iter().map(|kernel| kernel_job(kernel, engine));
    let suites = ALL.iter().filter(|suite| suite.engines.contains(&engine));
    kernels.chain(suites.flat_map(|suite| suite.jobs(engine))).collect()
}

fn kernel_job(kernel: &Kernel, engine: Engine) -> Job {
    Job {
        suite: "kernels".into(),
        scenario: format!("{KERNEL}{}", kernel.name),
        program: None,
        row: NO_ROW.into(),
        mode: Mode::Symptoms,
        only: None,
        limits: Limits { bound: None, ..limits(engine) },
        sometimes: Vec::new(),
        expect: Expect::Holds,
    }
}

impl Suite {
    fn bound_on(&self, engine: Engine, scenario: &str) -> Option<usize> {
        match engine {
            Engine::Explore => self.within.iter().find(|(name, _)| *name == scenario).map(|w| w.1),
            _ => self.bound,
        }
    }

    /// The suite's runs on that engine.
    pub fn jobs(&self, engine: Engine) -> impl Iterator<Item = Job> + '_ {
        self.scenarios.iter().map(move |(scenario, sometimes)| Job {
            suite: self.name.into(),
            scenario: (*scenario).into(),
            program: None,
            row: FIXED.into(),
            mode: Mode::Invariants,
            only: None,
            limits: Limits { bound: self.bound_on(engine, scenario), ..limits(engine) },
            sometimes: sometimes.iter().map(|&name| name.into()).collect(),
            expect: Expect::Holds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{scenarios, sometimes};

    #[test]
    fn each_suite_names_scenarios_and_happenings_that_exist() {
        for (scenario, names) in ALL.iter().flat_map(|suite| suite.scenarios) {
            assert!(scenarios::find(scenario).is_some(), "{scenario}");
            for name in *names {
                assert!(sometimes::find(name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn each_happening_is_asked_for_by_some_suite() {
        let asked = |name| {
            let mut scenarios = ALL.iter().flat_map(|suite| suite.scenarios);
            scenarios.any(|(_, names)| names.contains(&name))
        };
        for happening in sometimes::ALL {
            assert!(asked(happening.name), "{}", happening.name);
        }
    }
}
