//! The steps of the graph, and those from each state.

/// A step between two states.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) outcome: u32,
    pub(super) thread: u8,
    pub(super) progress: bool,
}

/// All steps, those from one state next to each other.
pub(super) struct Sorted<'g> {
    pub(super) steps: &'g [Step],
    /// Where the steps from each state begin; and their number at the end.
    first: Vec<usize>,
}

impl<'g> Sorted<'g> {
    /// The steps must be sorted by the states from which they come.
    pub(super) fn new(steps: &'g [Step], states: usize) -> Self {
        let mut first = vec![0; states + 1];
        steps.iter().for_each(|step| first[step.from as usize + 1] += 1);
        for state in 0..states {
            first[state + 1] += first[state];
        }
        Sorted { steps, first }
    }

    /// The steps from this state.
    pub(super) fn from(&self, state: u32) -> &'g [Step] {
        &self.steps[self.first[state as usize]..self.first[state as usize + 1]]
    }
}
