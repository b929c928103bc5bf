//! Schedules: how to run one execution of an exploration again.

use ::explore::schedule;
use serde::{Deserialize, Serialize};

use crate::driver::Engine;

/// The schedule of one execution.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Schedule {
    /// The number of an execution: loom runs the same executions in the same order.
    Loom {
        /// The preemption bound, on which the order depends.
        bound: Option<usize>,
        /// Its number, from 1.
        execution: u64,
    },
    /// The task that runs at each step, and the random choices.
    Shuttle {
        /// The sampler that found it.
        sampler: String,
        /// The seed of the sample.
        seed: u64,
        /// Its number in that sample, from 1.
        execution: u64,
        /// The task that runs at each scheduling point.
        steps: Vec<u32>,
        /// The random numbers behind the choices.
        choices: Vec<u64>,
    },
    /// The steps of an execution that a search found.
    Search {
        /// The thread that runs at each step, as text.
        picks: String,
        /// The number of preemptions (switches away from a thread that could continue), if it is known.
        preemptions: Option<u32>,
    },
    /// None: real threads cannot be controlled.
    Std,
}

impl Schedule {
    /// The number of preemptions (switches away from a thread that could continue), if it is known.
    pub fn preemptions(&self) -> Option<u32> {
        match self {
            Schedule::Search { preemptions, .. } => *preemptions,
            _ => None,
        }
    }

    /// The number of steps, if a search found it; of a livelock, with one round.
    pub fn steps(&self) -> Option<u32> {
        let Schedule::Search { picks, .. } = self else { return None };
        schedule::read_cycle(picks).ok().map(|(stem, cycle)| (stem.len() + cycle.len()) as u32)
    }

    /// The steps that lead to a cycle, as a schedule of its own; `None` if it has no cycle.
    pub fn stem(&self) -> Option<Schedule> {
        let Schedule::Search { picks, .. } = self else { return None };
        let (stem, cycle) = schedule::read_cycle(picks).ok()?;
        let stem = Schedule::Search { picks: schedule::write(&stem), preemptions: None };
        (!cycle.is_empty()).then_some(stem)
    }

    /// The schedule with one round of its cycle, after which it ends; the same if it has no cycle.
    #[must_use]
    pub fn first_round(self) -> Schedule {
        match self {
            Schedule::Search { picks, preemptions } => {
                let once = schedule::read_cycle(&picks)
                    .map(|(stem, cycle)| schedule::write(&[stem, cycle].concat()));
                Schedule::Search { picks: once.unwrap_or(picks), preemptions }
            }
            other => other,
        }
    }

    /// The engine to which it belongs.
    pub fn engine(&self) -> Engine {
        match self {
            Schedule::Loom { .. } => Engine::Loom,
            Schedule::Shuttle { .. } => Engine::Shuttle,
            Schedule::Search { .. } => Engine::Explore,
            Schedule::Std => Engine::Std,
        }
    }

    /// Whether that engine can run it. Both searches can run each other's schedules.
    pub fn runs_on(&self, engine: Engine) -> bool {
        let searched = matches!(self, Schedule::Search { .. });
        self.engine() == engine || (searched && engine == Engine::Shuttle)
    }
}
