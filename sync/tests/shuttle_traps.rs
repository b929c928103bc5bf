//! The traps of shuttle around which this crate is built, each with the crate's own behaviour. If an
//! upgrade of shuttle changes a trap, its test here fails, and the workaround can be reconsidered.
#![cfg(feature = "shuttle")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool as Plain, Ordering::Relaxed};
use std::sync::{Arc, Mutex as StdMutex};

use shuttle::scheduler::{DfsScheduler, PctScheduler, Scheduler};
use shuttle::{thread, Config, FailurePersistence, MaxSteps, Runner};
use sync::driver::litmus::outcomes;
use sync::driver::{Plan, PlanError, Sampler};
use sync::{Atomic, Ghost, Note};

/// The number of times shuttle runs `program`, and all outcomes; or the text of the panic.
fn raw<T: Ord + Send + 'static>(
    scheduler: impl Scheduler + Send + 'static,
    program: impl Fn(&StdMutex<BTreeSet<T>>) + Send + Sync + 'static,
) -> Result<(usize, BTreeSet<T>), String> {
    let outcomes = Arc::new(StdMutex::new(BTreeSet::new()));
    let sink = outcomes.clone();
    let check = move || {
        let mut config = Config::new();
        config.failure_persistence = FailurePersistence::None;
        config.max_steps = MaxSteps::FailAfter(1000);
        Runner::new(scheduler, config).run(move || program(&sink))
    };
    match std::thread::spawn(check).join() {
        Ok(executions) => {
            let outcomes =
                std::mem::take(&mut *outcomes.lock().expect("no panic while it is held"));
            Ok((executions, outcomes))
        }
        Err(payload) => Err(payload.downcast_ref::<String>().cloned().unwrap_or_default()),
    }
}

/// S2. There is no switch after `spawn`: up to its next operation, the spawning thread always comes
/// first, even where all schedules are run.
#[test]
fn spawn_lets_nobody_go_first() {
    let program = |switch: bool| {
        move |outcomes: &StdMutex<BTreeSet<bool>>| {
            let flag = Arc::new(Plain::new(false));
            let theirs = flag.clone();
            let they = thread::spawn(move || theirs.load(Relaxed));
            if switch {
                thread::sleep(std::time::Duration::ZERO);
            }
            flag.store(true, Relaxed);
            let seen = they.join().expect("no panic");
            outcomes.lock().expect("no panic while it is held").insert(seen);
        }
    };
    let (_, found) = raw(DfsScheduler::new(None, false), program(false)).expect("no panic");
    assert_eq!(found, BTreeSet::from([true]), "shuttle switches after spawn now");
    let (_, found) = raw(DfsScheduler::new(None, false), program(true)).expect("no panic");
    assert_eq!(found, BTreeSet::from([false, true]));
}

/// S2: ours does.
#[test]
fn a_spawned_thread_may_go_first() {
    let dfs = Plan { sampler: Sampler::Dfs, ..Plan::default() };
    let found = outcomes(&dfs, |sink| {
        let flag = Arc::new(sync::Plain::new("flag", false));
        let seen = Arc::new(Ghost::new(false));
        let (theirs, they_saw) = (flag.clone(), seen.clone());
        sync::spawn(move || they_saw.set(theirs.get()));
        flag.set(true);
        sink.outcome(move || seen.get());
    });
    assert_eq!(found, BTreeSet::from([false, true]));
}

/// S3. A thread that spins is given every step there is, while the one it waits for gets none.
#[test]
fn dfs_and_pct_starve_whom_a_loop_waits_for() {
    use shuttle::sync::atomic::{AtomicBool, Ordering};
    let program = |_: &StdMutex<BTreeSet<()>>| {
        let flag = Arc::new(AtomicBool::new(false));
        let theirs = flag.clone();
        thread::spawn(move || theirs.store(true, Ordering::SeqCst));
        while !flag.load(Ordering::SeqCst) {}
    };
    let dfs = raw(DfsScheduler::new(None, false), program).expect_err("dfs starves it");
    assert!(dfs.starts_with("exceeded max_steps"), "{dfs}");
    let pct = raw(PctScheduler::new_from_seed(1, 3, 100), program).expect_err("pct starves it");
    assert!(pct.starts_with("exceeded max_steps"), "{pct}");
}

/// S3: a thread that waits on a note gets no step before it is woken; and a loop gives no verdict.
#[test]
fn a_note_is_waited_for_without_spinning() {
    for sampler in [Sampler::Dfs, Sampler::Pct(3)] {
        let plan = Plan { sampler, executions: 100, ..Plan::default() };
        let found = outcomes(&plan, |sink| {
            let note = Arc::new(Note::new("note"));
            let theirs = note.clone();
            sync::spawn(move || theirs.wakeup());
            note.sleep();
            sink.outcome(|| true);
        });
        assert_eq!(found, BTreeSet::from([true]));
        let spins = sync::driver::run_all(&plan, || {
            let flag = Arc::new(Atomic::new("flag", false));
            let theirs = flag.clone();
            sync::spawn(move || theirs.store(true));
            while !flag.load() {}
        });
        assert_eq!(spins, Err(PlanError::TooLong(plan.max_steps)));
    }
}
