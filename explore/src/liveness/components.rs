//! The strongly connected components of the states under steps without progress, and which of them are fair.
//!
//! (R. Tarjan, *Depth-First Search and Linear Graph Algorithms*, 1972; with a stack of its own, since paths are long.)

use std::collections::HashMap;

use crate::cache::Threads;

use super::steps::{Sorted, Step};

/// The component of each state, by number.
pub(super) struct Components(Vec<u32>);

/// The states of fair components.
pub(super) struct Fair {
    components: Components,
    /// Sorted.
    fair: Vec<u32>,
}

/// A state that was not reached yet, or whose component is not known yet.
const NONE: u32 = u32::MAX;

/// Tarjan's algorithm under way.
struct Walk {
    /// When each state was reached.
    reached: Vec<u32>,
    /// The earliest state on the stack to which a state is known to lead, by when that was reached.
    low: Vec<u32>,
    component: Vec<u32>,
    /// The states that were reached and have no component yet.
    stack: Vec<u32>,
    next: u32,
    components: u32,
}

impl Components {
    /// The components of so many states under the steps that make no progress.
    pub(super) fn new(steps: &Sorted, states: usize) -> Self {
        let mut walk = Walk {
            reached: vec![NONE; states],
            low: vec![NONE; states],
            component: vec![NONE; states],
            stack: Vec::new(),
            next: 0,
            components: 0,
        };
        for root in 0..states as u32 {
            if walk.reached[root as usize] == NONE {
                walk.from(root, steps);
            }
        }
        Components(walk.component)
    }

    /// The components that can be walked for ever, and fairly: see the header of `liveness`.
    pub(super) fn fair(self, steps: &Sorted, enabled: &[Threads]) -> Fair {
        // For each component with a step inside it: the threads that are enabled in all of its states, and those that move.
        let mut cycles: HashMap<u32, (Threads, Threads)> = HashMap::new();
        for step in steps.steps.iter().filter(|step| self.contains(step)) {
            let (_, moves) = cycles.entry(self.of(step.from)).or_insert((Threads::MAX, 0));
            *moves |= 1 << step.thread;
        }
        for (state, can) in (0..).zip(enabled) {
            if let Some((always, _)) = cycles.get_mut(&self.of(state)) {
                *always &= can;
            }
        }
        let is_fair = |(_, (always, moves)): &(u32, (Threads, Threads))| always & !moves == 0;
        let mut fair: Vec<u32> =
            cycles.into_iter().filter(is_fair).map(|(component, _)| component).collect();
        fair.sort_unstable();
        Fair { components: self, fair }
    }

    fn of(&self, state: u32) -> u32 {
        self.0[state as usize]
    }

    /// Whether the step makes no progress, and stays in its component.
    fn contains(&self, step: &Step) -> bool {
        !step.progress && self.of(step.from) == self.of(step.to)
    }
}

impl Fair {
    /// Whether the state lies in a fair component.
    pub(super) fn has(&self, state: u32) -> bool {
        self.fair.binary_search(&self.components.of(state)).is_ok()
    }

    /// Whether the step makes no progress, and stays in its component.
    pub(super) fn contains(&self, step: &Step) -> bool {
        self.components.contains(step)
    }
}

impl Walk {
    fn reach(&mut self, state: u32) {
        self.reached[state as usize] = self.next;
        self.low[state as usize] = self.next;
        self.next += 1;
        self.stack.push(state);
    }

    /// Finds the components of all states to which this one leads.
    fn from(&mut self, root: u32, steps: &Sorted) {
        self.reach(root);
        // The states on the path, each with the number of its steps that were followed.
        let mut path = vec![(root, 0)];
        while let Some((state, followed)) = path.last_mut() {
            let (state, step) = (*state, steps.from(*state).get(*followed));
            *followed += 1;
            match step {
                Some(step) if step.progress => {}
                Some(step) if self.reached[step.to as usize] == NONE => {
                    self.reach(step.to);
                    path.push((step.to, 0));
                }
                Some(step) if self.component[step.to as usize] == NONE => {
                    self.leads(state, self.reached[step.to as usize]);
                }
                Some(_) => {}
                None => {
                    path.pop();
                    if let Some(&(before, _)) = path.last() {
                        self.leads(before, self.low[state as usize]);
                    }
                    if self.low[state as usize] == self.reached[state as usize] {
                        self.close(state);
                    }
                }
            }
        }
    }

    /// The state leads to the one that was reached then.
    fn leads(&mut self, state: u32, to: u32) {
        let low = &mut self.low[state as usize];
        *low = to.min(*low);
    }

    /// All states from this one on up the stack are a component.
    fn close(&mut self, first: u32) {
        while let Some(state) = self.stack.pop() {
            self.component[state as usize] = self.components;
            if state == first {
                break;
            }
        }
        self.components += 1;
    }
}
