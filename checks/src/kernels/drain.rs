//! Kernels in which the owner of a P drains its run queue beside a thief.

use runtime_model::g::GId;
use runtime_model::m::{MId, M};
use runtime_model::p::PId;
use runtime_model::runq::GQueue;
use runtime_model::steps::Steps;
use sync::{Arc, Ghost};

use super::world;

/// Three Gs are drained, one of them in `runnext`.
pub fn runqdrain(steps: Steps) {
    beside_a_thief(steps, &[(GId(0), false), (GId(1), false), (GId(2), true)]);
}

/// The owner of P0 drains it of `gs`, each put in `runnext` or not, the links in its hands; a thief on P1
/// steals once, and links what it came by. In the end each G is in the queue of the thread that took it, once.
pub(super) fn beside_a_thief(steps: Steps, gs: &[(GId, bool)]) {
    let (sched, m, mut others) = world(steps);
    let got = Arc::new(Ghost::new([GQueue::default(); 2]));
    gs.iter().for_each(|&(g, next)| sched.runqput(&m, m.p(), g, next));
    let published: Vec<GId> = gs.iter().map(|(g, _)| *g).collect();
    let (other, log) = (sched.clone(), got.clone());
    let p1 = others.pop();
    sync::spawn(move || {
        let mut thief = M::of_kernel(MId(1));
        p1.into_iter().for_each(|p| other.acquirep(&mut thief, p));
        if let Some(g) = other.runqsteal(&thief, PId(0), true) {
            let mut stolen = GQueue::default();
            stolen.push_back(&other.allg, g);
            log.change(|log| log[1] = stolen);
        }
    });
    let (this, log) = (sched.clone(), got.clone());
    sync::driver::at_end(move || {
        let [drained, stolen] = log.get().map(|queue| queue.peek(&this.allg));
        let mut all = [&drained[..], &stolen].concat();
        all.sort();
        assert!(all == published, "runqdrain: a G is in two queues, or in none");
    });
    let drained = sched.runqdrain(m.p());
    got.change(|got| got[0] = drained);
}
