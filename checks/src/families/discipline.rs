//! Verify what no state shows: who held which lock when a word was written, a lock taken, or a thread woken.

use sync::driver::{broken_rule, Rule};

use harness::check::Check;

pub(crate) const CHECKS: &[Check] = &[
    Check {
        name: "what a lock guards is written under it",
        invariant: "INV-LOCKED",
        holds: |_| holds(Rule::GuardedWrites),
    },
    Check {
        name: "locks are taken in their order",
        invariant: "INV-LOCKORD",
        holds: |_| holds(Rule::LockOrder),
    },
    Check {
        name: "a timer's function runs without the lock of its heap",
        invariant: "INV-TRUN",
        holds: |_| holds(Rule::Released),
    },
];

/// The model says at each word and lock what its rules are: `Sched::new`, `P::new`.
fn holds(rule: Rule) -> Result<(), String> {
    broken_rule(rule).map_or(Ok(()), Err)
}
