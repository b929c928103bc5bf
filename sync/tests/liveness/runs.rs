//! How a search for livelocks is run: what it is refused with, how it ends, and how what it finds is run again.

use std::collections::BTreeSet;

use sync::driver::{
    record, run_all, Cause, End, Incomplete, Observer, Operation, Options, Outside, Plan,
    PlanError, Quiescent, Sampler, Schedule, ENGINE,
};
use sync::{checkpoint, Arc, Atomic};

use super::{explored, livelock, pass_a_flag, plan};

#[test]
fn what_cannot_be_combined_with_it_is_refused() {
    let refused = |change: fn(&mut Plan)| {
        let mut plan = plan(3);
        change(&mut plan);
        match run_all(&plan, || pass_a_flag(|| {})) {
            Err(error @ (PlanError::Liveness(_) | PlanError::NoGraph)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert!(refused(|plan| plan.bound = Some(2)).contains("a bound on preemptions is unfair"));
    assert!(refused(|plan| plan.search.cache = false).contains("without a cache"));
    assert!(refused(|plan| plan.search.classes = true).contains("no classes"));
    assert!(refused(|plan| plan.search.shorter_than = Some(9)).contains("leaves out steps"));
    if ENGINE.name() == "shuttle" {
        assert!(refused(|plan| plan.sampler = Sampler::Urw).contains("only a search of all states"));
    }
}

/// Sleep sets and symmetry are off, whatever the options say, and so are the others that change nothing.
#[test]
fn the_livelock_is_found_in_each_way_to_search() {
    let with = |change: fn(&mut Options)| {
        let mut plan = plan(3);
        change(&mut plan.search);
        match explored(&plan, || pass_a_flag(|| {})).end {
            End::Failed { failure, .. } => failure.message,
            other => panic!("{other:?}"),
        }
    };
    let found = BTreeSet::from([
        with(|_| {}),
        with(|search| search.sleep = false),
        with(|search| search.interchangeable = 2),
        with(|search| search.paranoid = true),
        with(|search| search.jobs = 2),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
}

/// Two twins look at a word, in two places in turn. With symmetry, the first looks once and then the second, which looks like
/// the state before with the twins in each other's places. But it is another state, and it is not the first twin's turn again.
#[test]
fn twins_are_told_apart() {
    let twins = || {
        let word = Arc::new(Atomic::new("word", 0u32));
        for twin in 1..=2 {
            let word = word.clone();
            sync::spawn_named(twin, (), move || loop {
                checkpoint(0);
                word.load();
                checkpoint(1);
                word.load();
            });
        }
    };
    let search = Options { liveness: true, interchangeable: 2, ..Options::default() };
    let explored = explored(&Plan { search, ..plan(3) }, twins);
    let End::Failed { failure, .. } = explored.end else { panic!("{:?}", explored.end) };
    assert!(failure.message.contains("4 steps lead back"), "{failure}");
}

#[test]
fn a_search_that_is_not_finished_has_no_verdict() {
    for change in [
        (|search| search.max_states = Some(10)) as fn(&mut Options),
        |search| search.max_memory = Some(1),
        |search| search.max_executions = Some(3),
        |search| search.max_depth = 4,
        |search| search.deadline = Some(std::time::Instant::now()),
    ] {
        let mut plan = plan(3);
        change(&mut plan.search);
        let explored = explored(&plan, || pass_a_flag(|| {}));
        assert_eq!(explored.end, End::Stopped);
        let why = explored.searched.expect("searched").incomplete;
        assert!(why.is_some_and(|why| why != Incomplete::Failed), "{why:?}");
    }
}

/// Another failure comes first.
#[test]
fn a_failure_ends_the_search() {
    let explored = explored(&plan(3), || {
        pass_a_flag(|| {});
        let wrong = Atomic::new("wrong", 0u32);
        assert!(wrong.load() == 1, "it fails");
    });
    let End::Failed { failure, .. } = explored.end else { panic!("{:?}", explored.end) };
    assert_eq!((failure.cause, &*failure.message), (Cause::Panic, "it fails"));
}

/// Writes down who did what.
struct Log(Outside<Vec<String>>);

impl Observer for Log {
    fn quiescent(&self) -> Quiescent {
        Quiescent::Over(Ok(()))
    }

    fn operation(&self, op: &Operation) {
        let (thread, kind) = (op.thread, op.kind.to_string());
        self.0.with_mut(|log| log.push(format!("{thread} {kind}")));
    }
}

/// The steps that lead to the cycle, and two rounds of it, at the end of which the livelock is reported.
#[test]
fn a_livelock_is_run_again() {
    let (found, schedule) = livelock(3, || pass_a_flag(|| {})).expect("a livelock");
    let again = |schedule: &Schedule| {
        let log = Outside::new(Vec::new());
        let writes = log.clone();
        let recorded = record(&plan(3), schedule, move || {
            sync::driver::observe(Arc::new(Log(writes.clone())));
            pass_a_flag(|| {});
        });
        (recorded.expect("a record"), log.get())
    };
    let stem = schedule.stem().expect("a stem");
    let (recorded, all) = again(&schedule);
    assert_eq!((recorded.failure, recorded.diverged), (Some(found), None));
    let (recorded, before) = again(&stem);
    assert_eq!(recorded.failure, None);
    let rounds = all.strip_prefix(&before[..]).expect("the same steps");
    let (first, second) = rounds.split_at(rounds.len() / 2);
    assert_eq!(first, second);
    let Schedule::Search { picks, .. } = &schedule else { panic!("no search") };
    let other = Schedule::Search { picks: format!("{picks} 0.1"), preemptions: None };
    let (recorded, _) = again(&other);
    let diverged = recorded.diverged.expect("no cycle");
    assert!(diverged.expected.contains("the state in which the cycle began"), "{diverged:?}");
    assert_eq!(recorded.failure, None);
}

/// The checkpoint leaves the count out. So the states look like a cycle, and are none.
#[test]
fn a_cycle_that_a_wrong_checkpoint_makes_is_an_error() {
    let counts = || {
        let word = Atomic::new("word", 0u32);
        for _ in 0..100 {
            checkpoint(());
            word.load();
        }
    };
    let error = run_all(&plan(1), counts).expect_err("an error").to_string();
    assert!(error.contains("a cycle of states is none when it is run"), "{error}");
}
