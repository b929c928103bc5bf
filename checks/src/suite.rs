//! The suites: the model as it should be, on programs that use each part of it.

pub mod further;
mod races;

use sync::driver::Engine;

use crate::kernels;
use harness::kernel::{Kernel, KERNEL, NO_VARIANT};
use harness::report::{Expect, Job, Limits, Mode};

/// The name of the row that has to hold everything.
pub const FIXED: &str = "GO_FIXED";

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
            ("eight-timers", &["the clock jumps twice", "a timer is run by its owner"]),
            ("ticks-on-time", &["the clock jumps twice", "a periodic timer stays on its heap"]),
            ("timers-at-once", &["the clock jumps", "a timer is run by its owner"]),
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
            (
                "sleepers",
                &[
                    "the clock jumps twice",
                    "a timer is run by its owner",
                    "a periodic timer stays on its heap",
                    "a tick is dropped",
                ],
            ),
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
            ("ticker-beside-busy", &["a timer is stolen", "a periodic timer stays on its heap"]),
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
            ("kicked-newproc", &["the last look finds work", "runnext is stolen"]),
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
            ("two-at-once-later", &["the last look finds work"]),
            ("two-stolen", &["the last look finds work"]),
            ("overflow-beside-busy", &["the last look finds work", "the ring overflows"]),
            ("fairness", &["an M is started"]),
        ],
        engines: SEARCHED_ONLY,
        bound: Some(1),
        within: &[("two-at-once-later", 1), ("overflow-beside-busy", 1), ("two-stolen", 2)],
    },
    Suite {
        name: "reach",
        about: "what is seldom reached: several Gs at once, timers that a thief runs, times that are not 0",
        scenarios: &[
            ("steal-several", &["several Gs are stolen at once"]),
            ("steal-timer-first", &["a thief finds a G that a timer started"]),
            ("global-several", &["several Gs are taken from the global queue at once"]),
            ("three-timers", &["three timers are due at once"]),
            ("goyield-in-turn", &[]),
            ("gosched-in-turn", &[]),
            ("one-permit", &["a permit is taken"]),
        ],
        engines: SEARCHED_ONLY,
        bound: Some(2),
        within: &[],
    },
    Suite {
        name: "reach-wide",
        about: "the same on three Ps",
        scenarios: &[
            ("gosched-beside-two", &["the last look finds a G on the global queue"]),
            ("goyield-beside-two", &["a G is stolen from a ring"]),
            ("assist-beside-idle", &["the time of an idle P is consumed"]),
        ],
        engines: SEARCHED_ONLY,
        bound: Some(1),
        within: &[("gosched-beside-two", 2), ("goyield-beside-two", 2), ("assist-beside-idle", 2)],
    },
    Suite {
        name: "known-more-ms",
        about: "the programs of `known` with one M more than they have Ps",
        scenarios: &[
            ("three-newprocs-3m", &["runnext is stolen"]),
            ("gosched-beside-newproc-3m", &["wakep leaves it to a spinner"]),
            ("goyield-beside-newproc-3m", &["the last look finds work"]),
            ("two-newprocs-3m", &["the last look finds work"]),
            ("due-timer-3m", &["a timer is stolen"]),
        ],
        engines: SEARCHED_ONLY,
        bound: Some(1),
        within: &[],
    },
    Suite {
        name: "yields",
        about: "Gs that give up their P, and a permit, where barriers matter",
        scenarios: &[
            ("gosched-in-turn", &[]),
            ("goyield-in-turn", &[]),
            ("one-permit", &["a permit is taken"]),
            ("gosched-beside-newproc", &["wakep leaves it to a spinner"]),
            ("goyield-beside-newproc", &["an M is started"]),
        ],
        engines: &[Engine::Loom],
        bound: Some(1),
        within: &[],
    },
    Suite {
        name: "yields-wide",
        about: "the same on three Ps, where one preemption takes loom minutes",
        scenarios: &[
            ("gosched-beside-two", &["an M is started"]),
            ("goyield-beside-two", &["an M is started"]),
        ],
        engines: &[Engine::Loom],
        bound: Some(0),
        within: &[],
    },
    Suite {
        name: "weak-memory",
        about: "what shows a missing barrier, where barriers matter",
        scenarios: &[
            ("two-newprocs", &["the last look finds work"]),
            ("kicked-newproc", &["the last look finds work"]),
        ],
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
        within: &[("S1-4m", 4), ("S4-4m", 4)],
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

/// explore's bound on that scenario, if a search without one does not end in the gate's time.
pub fn within(scenario: &str) -> Option<usize> {
    let mut bounds = ALL.iter().flat_map(|suite| suite.within);
    bounds.find(|(name, _)| *name == scenario).map(|&(_, bound)| bound)
}

/// The runs on that engine: the kernels, without a bound, the suites, and those that look for data races.
pub fn jobs(engine: Engine) -> Vec<Job> {
    let kernels = kernels::ALL.iter().map(|kernel| kernel_job(kernel, engine));
    let suites = ALL.iter().filter(|suite| suite.engines.contains(&engine));
    let suites = suites.flat_map(|suite| suite.jobs(engine));
    kernels.chain(suites).chain(races::jobs(engine)).collect()
}

fn kernel_job(kernel: &Kernel, engine: Engine) -> Job {
    Job {
        suite: "kernels".into(),
        scenario: format!("{KERNEL}{}", kernel.name),
        program: None,
        row: NO_VARIANT.into(),
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

    /// The suite's runs on that engine. On loom twice: with invariants; and in symptom mode, in which more orders are
    /// tried around plain accesses ([`sync::driver::Plan::races`]).
    pub fn jobs(&self, engine: Engine) -> impl Iterator<Item = Job> + '_ {
        let modes: &[Mode] = match engine {
            Engine::Loom => &[Mode::Invariants, Mode::Symptoms],
            _ => &[Mode::Invariants],
        };
        modes.iter().flat_map(move |&mode| self.jobs_in(mode, engine))
    }

    fn jobs_in(&self, mode: Mode, engine: Engine) -> impl Iterator<Item = Job> + '_ {
        self.scenarios.iter().map(move |(scenario, sometimes)| Job {
            suite: self.name.into(),
            scenario: (*scenario).into(),
            program: None,
            row: FIXED.into(),
            mode,
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
    use crate::{happenings, scenarios};

    #[test]
    fn each_suite_names_scenarios_and_happenings_that_exist() {
        for (scenario, names) in ALL.iter().flat_map(|suite| suite.scenarios) {
            assert!(scenarios::find(scenario).is_some(), "{scenario}");
            for name in *names {
                assert!(happenings::ALL.iter().any(|happening| happening.name == *name), "{name}");
            }
        }
    }

    #[test]
    fn each_happening_is_asked_for_by_some_suite() {
        let asked = |name| {
            let mut scenarios = ALL.iter().flat_map(|suite| suite.scenarios);
            scenarios.any(|(_, names)| names.contains(&name))
        };
        for happening in happenings::ALL {
            assert!(asked(happening.name), "{}", happening.name);
        }
    }
}
