//! Searches: all the executions of a program that show something new, and one of them again.

use ::explore::schedule::{self, Follow};
use ::explore::search::{Dfs, Incomplete, Options};
use ::explore::Outer;

use super::chosen::drive;
use crate::explore::{Diverged, Exploration, Schedule, Searched};
use crate::Plan;

/// Searches with each bound up to the plan's, or without one. How to run the execution that failed again.
pub(super) fn search(plan: &Plan, exploration: &Outer<Exploration>) -> Schedule {
    let bounds: Vec<Option<u32>> = match plan.bound {
        None => vec![None],
        Some(most) => (0..=most as u32).map(Some).collect(),
    };
    let mut picks = Vec::new();
    let mut sum = Searched::default();
    for bound in bounds {
        let options = Options { bound, ..plan.search.clone() };
        let search = drive(plan, exploration, Dfs::new(options));
        let statistics = search.statistics();
        picks = search.failure().map(<[_]>::to_vec).unwrap_or_default();
        let executions = sum.statistics.executions + statistics.executions;
        sum.statistics = statistics;
        sum.statistics.executions = executions;
        sum.bound = bound.filter(|_| search.is_bounded());
        sum.incomplete = search.incomplete().filter(|&why| why != Incomplete::Failed);
        if plan.list_states {
            sum.states = search.states().collect();
        }
        if search.incomplete().is_some() || !search.is_bounded() || exploration.is_over() {
            break;
        }
    }
    exploration.searched(sum);
    Schedule::Search { picks: schedule::write(&picks) }
}

/// Runs the one execution that the schedule describes.
pub(super) fn follow(
    plan: &Plan,
    picks: &str,
    exploration: &Outer<Exploration>,
) -> Option<Diverged> {
    let picks = match schedule::read(picks) {
        Ok(picks) => picks,
        Err(expected) => return Some(Diverged { step: 0, expected }),
    };
    let diverged = drive(plan, exploration, Follow::new(picks)).diverged()?;
    let expected = format!("{}, but {}", diverged.expected, diverged.got);
    Some(Diverged { step: diverged.step, expected })
}
