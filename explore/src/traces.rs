//! Distinct traces: executions that differ in more than the order of steps that commute.
//!
//! A trace is what an execution's steps depend on: each step, with those before it that it depends on
//! (A. Mazurkiewicz). Its fingerprint is the sum of its steps' fingerprints, each of which contains those of
//! the steps that it comes after. Without a cache, executions over traces is how much too much is done.

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
    /// Of the step and of all that it comes after.
    fingerprint: u128,
}

impl Trace {
    /// The last step of `path` has been taken. The steps before it are known, except where the path has
    /// changed since.
    pub(crate) fn step(&mut self, path: &[Pick], did: &Footprint) {
        let Some((&pick, before)) = path.split_last() else { return };
        self.steps.truncate(before.len());
        let mut fingerprint = of((pick.thread, pick.outcome, "step"));
        for step in &self.steps {
            if step.pick.thread == pick.thread || step.did.depends_on(did) {
                // Not in the order of the execution, in which those that commute may be exchanged.
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

    /// Of these steps of two threads, each a write of one object.
    fn of_writes(steps: &[(u32, u32)]) -> u128 {
        let (mut trace, mut path) = (Trace::default(), Vec::new());
        for &(thread, n) in steps {
            let thread = ThreadId::MAIN.child(thread).expect("a name");
            path.push(Pick { thread, outcome: 0 });
            let object = ObjectId { thread: ThreadId::MAIN, n };
            let accesses = smallvec::smallvec![(object, Access::Write)];
            trace.step(&path, &Footprint { all: false, accesses });
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
