//! A short way into a fair component, and a short fair cycle there.

use std::collections::{HashMap, VecDeque};

use crate::cache::Threads;

use super::components::Fair;
use super::steps::{Sorted, Step};

/// A way to a state, and from there back to it.
pub(super) struct Lasso {
    pub(super) stem: Vec<Step>,
    pub(super) cycle: Vec<Step>,
}

/// From at most so many states a shorter cycle is looked for: those that are nearest to the beginning.
const STARTS: usize = 1_000;

/// The search for a shorter cycle is given up after so many steps.
const PATIENCE: usize = 2_000_000;

/// A fair cycle without progress, if there is one: the shortest of those that begin in the fair states nearest to the
/// beginning, with a shortest way there.
pub(super) fn shortest(steps: &Sorted, enabled: &[Threads], fair: &Fair) -> Option<Lasso> {
    let tree = Tree::new(steps, enabled.len());
    let starts = tree.order.iter().filter(|&&state| fair.has(state)).take(STARTS);
    let mut best: Option<(u32, Vec<Step>)> = None;
    let mut left = usize::MAX;
    for &start in starts {
        let most = best.as_ref().map_or(usize::MAX, |(_, cycle)| cycle.len() - 1);
        if let Some(cycle) = round(steps, enabled, fair, start, most, &mut left) {
            best = Some((start, cycle));
            left = left.min(PATIENCE);
        }
    }
    best.map(|(start, cycle)| Lasso { stem: tree.way_to(start), cycle })
}

/// The shortest ways from the first state.
struct Tree {
    /// The states in the order of their distance.
    order: Vec<u32>,
    /// The last step of a shortest way to each state.
    last: Vec<Option<Step>>,
}

impl Tree {
    fn new(steps: &Sorted, states: usize) -> Self {
        let mut last = vec![None; states];
        let mut order = Vec::with_capacity(states);
        order.extend((states > 0).then_some(0));
        let mut next = 0;
        while let Some(&state) = order.get(next) {
            next += 1;
            for step in steps.from(state) {
                if step.to != 0 && last[step.to as usize].is_none() {
                    last[step.to as usize] = Some(*step);
                    order.push(step.to);
                }
            }
        }
        Tree { order, last }
    }

    fn way_to(&self, state: u32) -> Vec<Step> {
        let mut way = Vec::new();
        let mut state = state;
        while let Some(step) = self.last[state as usize] {
            way.push(step);
            state = step.from;
        }
        way.reverse();
        way
    }
}

/// A place on a round: the state, and the threads that have moved, or were disabled, since the start.
type Place = (u32, Threads);

/// A shortest fair round from the state back to it, in no more than `most` steps. `left` is the number of steps that may
/// still be looked at.
fn round(
    steps: &Sorted,
    enabled: &[Threads],
    fair: &Fair,
    start: u32,
    most: usize,
    left: &mut usize,
) -> Option<Vec<Step>> {
    let disabled = |state: u32| !enabled[state as usize];
    let begin = (start, disabled(start));
    let mut came: HashMap<Place, (Place, Step)> = HashMap::new();
    let mut queue = VecDeque::from([(begin, 0)]);
    while let Some((place, length)) = queue.pop_front() {
        if length == most {
            return None;
        }
        for step in steps.from(place.0).iter().filter(|step| fair.contains(step)) {
            *left = left.checked_sub(1)?;
            let next = (step.to, place.1 | 1 << step.thread | disabled(step.to));
            if next == (start, Threads::MAX) {
                return Some(trace(&came, begin, place, *step));
            }
            if next != begin && !came.contains_key(&next) {
                came.insert(next, (place, *step));
                queue.push_back((next, length + 1));
            }
        }
    }
    None
}

/// The steps from `begin` to `place`, and the last one.
fn trace(
    came: &HashMap<Place, (Place, Step)>,
    begin: Place,
    place: Place,
    last: Step,
) -> Vec<Step> {
    let mut round = vec![last];
    let mut place = place;
    while place != begin {
        let (before, step) = came[&place];
        round.push(step);
        place = before;
    }
    round.reverse();
    round
}
