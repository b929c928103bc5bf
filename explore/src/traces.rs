//! Counts distinct traces. Two executions are one trace if they differ only in the order of steps that
//! commute.
//!
//! A trace (A. Mazurkiewicz) is the set of an execution's steps, each with the earlier steps that it
//! depends on. Its fingerprint is the sum of its steps' fingerprints, each of which includes those of the
//! steps that it depends on. Without a cache, executions divided by traces is the factor of repeated work.

use crate::fingerprint::{mix, of};
use crate::interface::Pick;
use crate::operation::Footprint;

/// The steps of the current execution.
#[derive(Default)]
pub(crate) struct Trace {
    steps: Vec<Step>,
}

struct Step {
    pick: Pick,
    did: Footprint,
    /// The fingerprint of the step and of all steps that it depends on.
    fingerprint: u128,
}

impl Trace {
    /// Adds the last step of `path`. The earlier steps are known up to where the path has changed.
    pub(crate) fn step(&mut self, path: &[Pick], did: &Footprint) {
        let Some((&pick, before)) = path.split_last() else { return };
        self.steps.truncate(before.len());
        let mut fingerprint = of((pick.thread, pick.outcome, "step"));
        for step in &self.steps {
            if step.pick.thread == pick.thread || step.did.depends_on(did) {
                // A sum, since the order of the execution differs where steps commute.
                fingerprint = fingerprint.wrapping_add(mix(step.fingerprint, 0));
            }
        }
        let fingerprint = mix(fingerprint, 1);
        self.steps.push(Step { pick, did: did.clone(), fingerprint });
    }

    /// The fingerprint of the trace.
    pub(crate) fn fingerprint(&self) -> u128 {
        self.steps.iter().fold(0, |sum, step| sum.wrapping_add(step.fingerprint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Access, ObjectId, ThreadId};

    /// The fingerprint of a trace of these steps, each a thread that writes an object.
    fn of_writes(steps: &[(u32, u32)]) -> u128 {
        let (mut trace, mut path) = (Trace::default(), Vec::new());
        for &(thread, n) in steps {
            let thread = ThreadId::MAIN.child(thread).expect("a name");
            path.push(Pick { thread, outcome: 0 });
            let object = ObjectId { thread: ThreadId::MAIN, n };
            let accesses = smallvec::smallvec![(object, Access::Write)];
            trace.step(&path, &Footprint { accesses, ..Footprint::default() });
        }
        trace.fingerprint()
    }

    #[test]
    fn steps_that_commute_are_one_trace_in_both_orders() {
        assert_eq!(of_writes(&[(0, 0), (1, 1)]), of_writes(&[(1, 1), (0, 0)]));
        let (a, b) = ([(0, 0), (0, 1), (1, 2), (1, 1)], [(1, 2), (0, 0), (0, 1), (1, 1)]);
        assert_eq!(of_writes(&a), of_writes(&b));
    }

    #[test]
    fn steps_that_do_not_commute_are_two() {
        assert_ne!(of_writes(&[(0, 0), (1, 0)]), of_writes(&[(1, 0), (0, 0)]));
        let (a, b) = ([(0, 0), (0, 1), (1, 2), (1, 1)], [(1, 2), (1, 1), (0, 0), (0, 1)]);
        assert_ne!(of_writes(&a), of_writes(&b));
    }
}
