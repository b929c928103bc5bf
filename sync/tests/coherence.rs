//! A thread never reads a value of a word that is older than what it wrote itself.
//!
//! On loom a load of the total order is a read-modify-write, and a plain store that races one breaks its
//! modification order (loom#254, loom#424): a load next to it once hid the weak store here.

use sync::driver::litmus::outcomes;
use sync::driver::Plan;
use sync::{spawn, Arc, Atomic, Ghost};

#[sync::test(exploring)]
fn a_weak_store_is_not_lost_to_a_load_beside_it() {
    let plan = Plan { executions: 2_000, ..Plan::default() };
    let seen = outcomes(&plan, |sink| {
        let x = Arc::new(Atomic::new("x", 0u32));
        let read = Arc::new(Ghost::new(0));
        let (other, log) = (x.clone(), read.clone());
        sink.outcome(move || log.get());
        spawn(move || {
            other.load();
        });
        x.store_rel(1);
        read.set(x.load());
    });
    assert_eq!(seen, [1].into());
}
