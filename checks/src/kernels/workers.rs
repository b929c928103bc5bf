//! Kernels of the number of idle mark workers: two Ms count at once.

use runtime_model::event::NoWitness;
use runtime_model::gc::IdleMarkWorkers;
use runtime_model::steps::Steps;
use runtime_model::Sched;
use sync::{Arc, Ghost};

use super::contract::world_with;

/// How an M counts one more idle worker. Returns whether it may run.
pub type AddWorker = fn(&Sched) -> bool;

/// How an M counts one idle worker less.
pub type RemoveWorker = fn(&Sched);

/// How many workers run for certain: each is counted, and not about to be. And the most that ever have.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Run {
    now: i32,
    most: i32,
}

/// Of at most `max` idle workers one runs. It stops, and its M runs another; meanwhile a second M runs one, which stops. A
/// worker that may not run is one that would be too many, and in the end those are counted that run.
pub fn idle_workers(steps: Steps, max: i32, add: AddWorker, remove: RemoveWorker) {
    let (sched, _m, _others) = world_with(steps, 2, Arc::new(NoWitness));
    sched.gc.idle_mark_workers.store(IdleMarkWorkers { n: 1, max });
    let run = Arc::new(Ghost::new(Run { now: 1, most: 1 }));
    let (other, others_run) = (sched.clone(), run.clone());
    sync::spawn(move || {
        if begins(&other, &others_run, max, add) {
            stops(&other, &others_run, remove);
        }
    });
    let (this, in_the_end) = (sched.clone(), run.clone());
    sync::driver::at_end(move || {
        let Run { now: n, most } = in_the_end.get();
        assert!(most <= max, "idle-workers: {most} have run, of at most {max}");
        let counted = this.gc.idle_mark_workers.peek();
        let right = counted == IdleMarkWorkers { n, max };
        assert!(right, "idle-workers: {counted:?} are counted, and {n} run");
    });
    stops(&sched, &run, remove);
    begins(&sched, &run, max, add);
}

/// One more runs, if it may. Returns whether it does.
fn begins(sched: &Sched, run: &Ghost<Run>, max: i32, add: AddWorker) -> bool {
    let may = add(sched);
    // Each of the two Ms runs one, so if two may run, none is ever too many.
    assert!(may || max < 2, "idle-workers: one of {max} may not run");
    if may {
        run.change(|run| {
            run.now += 1;
            run.most = run.most.max(run.now);
        });
    }
    may
}

fn stops(sched: &Sched, run: &Ghost<Run>, remove: RemoveWorker) {
    run.change(|run| run.now -= 1);
    remove(sched);
}
