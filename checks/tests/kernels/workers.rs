//! The kernels of mark workers: with a broken count, and with an M that forgets the worker of its P.

use checks::kernels::workers;
use runtime_model::gc::IdleMarkWorkers;
use runtime_model::steps::GO_1_19_FIXED;
use runtime_model::Sched;

use super::fails_with;

/// The number is stored, whatever it is by now.
fn add_without_compare(sched: &Sched) -> bool {
    let IdleMarkWorkers { n, max } = sched.gc.idle_mark_workers.load();
    if n < max {
        sched.gc.idle_mark_workers.store(IdleMarkWorkers { n: n + 1, max });
    }
    n < max
}

#[sync::test(exploring)]
fn two_ms_that_add_a_worker_and_do_not_compare_count_one() {
    // By 0 or by 2, as the engine has it.
    fails_with("of 2 are counted, and 1 run", 2, || {
        let remove = Sched::remove_idle_mark_worker;
        workers::idle_workers(GO_1_19_FIXED, 2, add_without_compare, remove);
    });
}

/// It counts, and does not ask how many may run.
#[sync::test(exploring)]
fn an_m_that_counts_beyond_the_limit_runs_one_too_many() {
    fails_with("idle-workers: 2 have run, of at most 1", 2, || {
        let add = |sched: &Sched| loop {
            let old = sched.gc.idle_mark_workers.load();
            if sched.gc.idle_mark_workers.cas(old, IdleMarkWorkers { n: old.n + 1, ..old }) {
                return true;
            }
        };
        workers::idle_workers(GO_1_19_FIXED, 1, add, Sched::remove_idle_mark_worker);
    });
}

/// The number has changed in the meantime, and it does not look again.
#[sync::test(exploring)]
fn an_m_that_gives_up_runs_no_worker_that_may_run() {
    fails_with("idle-workers: one of 2 may not run", 2, || {
        let add = |sched: &Sched| {
            let old = sched.gc.idle_mark_workers.load();
            let new = IdleMarkWorkers { n: old.n + 1, ..old };
            old.n < old.max && sched.gc.idle_mark_workers.cas(old, new)
        };
        workers::idle_workers(GO_1_19_FIXED, 2, add, Sched::remove_idle_mark_worker);
    });
}

/// The same of one that stops.
#[sync::test(exploring)]
fn an_m_that_gives_up_leaves_a_worker_counted() {
    // Or, where the engine comes to that first, a worker may not run for it.
    fails_with("idle-workers: ", 2, || {
        let remove = |sched: &Sched| {
            let old = sched.gc.idle_mark_workers.load();
            sched.gc.idle_mark_workers.cas(old, IdleMarkWorkers { n: old.n - 1, ..old });
        };
        workers::idle_workers(GO_1_19_FIXED, 2, Sched::add_idle_mark_worker, remove);
    });
}

/// No P has the worker, and it is not in the pool.
#[sync::test(exploring)]
fn an_m_that_forgets_the_worker_of_its_p() {
    fails_with("worker-goes-back: [] is in the pool, 0 are needed", 2, || {
        workers::worker_goes_back(GO_1_19_FIXED, |sched, m| {
            sched.p(m.p()).next_gc_mark_worker.set(None);
            sched.drop_p(m)
        });
    });
}

/// It is free again, and no other takes its place.
#[sync::test(exploring)]
fn an_m_that_does_not_count_the_worker_of_its_p() {
    fails_with("worker-goes-back: [G1] is in the pool, 0 are needed", 2, || {
        workers::worker_goes_back(GO_1_19_FIXED, |sched, m| {
            let found = sched.drop_p(m);
            sched.gc.dedicated_needed.add(-1);
            found
        });
    });
}
