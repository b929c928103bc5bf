//! Kernels of mark workers: two Ms count idle ones at once, and one gives up the P that has been assigned a dedicated one.

use runtime_model::event::NoWitness;
use runtime_model::find::Found;
use runtime_model::g::GId;
use runtime_model::gc::{IdleMarkWorkers, MarkUnit, MarkWork, WorkerMode};
use runtime_model::m::M;
use runtime_model::p::PId;
use runtime_model::program::{Action, FlagId, Program};
use runtime_model::steps::Steps;
use runtime_model::Sched;
use sync::{Arc, Ghost};

use super::contract::world_with;
use super::{program, start};

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

/// How an M gives up its P, having found nothing to do.
pub type DropP = fn(&Sched, &mut M) -> Found;

/// P0 is assigned a dedicated worker, as at the start of the world since Go 1.26, and its M gives it up before it runs that. The
/// worker goes back: it is in the pool, as many dedicated ones are needed as before, and P0 has none. Beside one that looks.
pub fn worker_goes_back(steps: Steps, drop_p: DropP) {
    let scripts = vec![vec![Action::GcStart(1)], vec![Action::MarkWorker]];
    let program = Program { scripts, flags: vec!["marked"], ..program(2, 2) };
    let (sched, mut m, _others) = start(program, steps, Arc::new(NoWitness));
    let other = sched.clone();
    sync::spawn(move || {
        other.gc.dedicated_needed.load();
        other.gc.pool.load();
    });
    sched.gc.blacken_enabled.store(true);
    sched.gc.work.store(MarkWork::default().push(MarkUnit::new(FlagId(0), false)));
    sched.gc.dedicated_needed.store(1);
    assert!(sched.assign_waiting_gc_worker(PId(0)), "worker-goes-back: P0 gets no worker");
    let taken = sched.gc.pool.load().workers().count();
    assert!(taken == 0, "worker-goes-back: the worker is in the pool and P0's");
    drop_p(&sched, &mut m);
    let pool: Vec<GId> = sched.gc.pool.load().workers().collect();
    let needed = sched.gc.dedicated_needed.load();
    let p = &sched.allp[0];
    let left = (p.next_gc_mark_worker.get(), p.gc_mark_worker_mode.get());
    assert!(
        pool == [GId(1)] && needed == 1 && left == (None, WorkerMode::NotWorker),
        "worker-goes-back: {pool:?} is in the pool, {needed} are needed, and P0 is left with {left:?}"
    );
}
