//! How one execution of an exploration can be run again.

use ::explore::schedule;
use serde::{Deserialize, Serialize};

use crate::driver::Engine;

/// One execution of an exploration, so that it can be run again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Schedule {
    /// loom runs the same executions in the same order: this one, counted from 1.
    Loom {
        /// The preemption bound, on which the order depends.
        bound: Option<usize>,
        /// Its number.
        execution: u64,
    },
    /// Which task goes on at each step, and what is chosen.
    Shuttle {
        /// The sampler that found it.
        sampler: String,
        /// The seed of the sample.
        seed: u64,
        /// Its number in that sample, from 1.
        execution: u64,
        /// The task that goes on at each scheduling point.
        steps: Vec<u32>,
        /// The random numbers behind the choices.
        choices: Vec<u64>,
    },
    /// The execution that a search found.
    Search {
        /// Who goes on at each step, as text.
        picks: String,
        /// How many of the steps are switches away from a thread that could go on, if that is known.
        preemptions: Option<u32>,
    },
    /// Real threads cannot be told what to do.
    Std,
}

impl Schedule {
    /// How many of its steps are switches away from a thread that could go on, if that is known.
    pub fn preemptions(&self) -> Option<u32> {
        match self {
            Schedule::Search { preemptions, .. } => *preemptions,
            _ => None,
        }
    }

    /// How many steps it has, if it is a search's.
    pub fn steps(&self) -> Option<u32> {
        let Schedule::Search { picks, .. } = self else { return None };
        schedule::read(picks).ok().map(|picks| picks.len() as u32)
    }

    /// Whose schedule it is.
    pub fn engine(&self) -> Engine {
        match self {
            Schedule::Loom { .. } => Engine::Loom,
            Schedule::Shuttle { .. } => Engine::Shuttle,
            Schedule::Search { .. } => Engine::Explore,
            Schedule::Std => Engine::Std,
        }
    }

    /// Whether that engine can run it. What one search has found, the other can.
    pub fn runs_on(&self, engine: Engine) -> bool {
        let searched = matches!(self, Schedule::Search { .. });
        self.engine() == engine || (searched && engine == Engine::Shuttle)
    }
}
