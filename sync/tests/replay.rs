//! What a search finds can be run again, and a schedule that does not fit says where.
#![cfg(any(feature = "shuttle", feature = "explore"))]

use sync::{explore, record, spawn, Arc, Atomic, End, Plan, Sampler, Schedule};

fn plan() -> Plan {
    Plan { sampler: Sampler::Exhaustive, audit: 1, ..Plan::default() }
}

fn lost_update() {
    let n = Arc::new(Atomic::new("n", 0u32));
    let (theirs, look) = (n.clone(), n.clone());
    sync::at_end(move || assert!(look.peek() == 2, "update: lost"));
    spawn(move || theirs.store(theirs.load() + 1));
    n.store(n.load() + 1);
}

#[test]
fn a_failure_that_was_found_is_replayed() {
    let End::Failed { failure, schedule } = explore(&plan(), lost_update).expect("fine").end else {
        panic!("no update is lost")
    };
    let recorded = record(&plan(), &schedule, lost_update).expect("fine");
    assert_eq!(recorded.diverged, None);
    assert_eq!(recorded.failure.expect("it fails").message, failure.message);
}

/// Found by one substrate, it replays on the other: both find this one, and it is all that they replay from.
#[test]
fn both_substrates_find_the_same_schedule() {
    let End::Failed { schedule, .. } = explore(&plan(), lost_update).expect("fine").end else {
        panic!("no update is lost")
    };
    let picks = "explore 1: 0 0 0 0.1 0.1 0.1 0".into();
    assert_eq!(schedule, Schedule::Search { picks, preemptions: Some(1) });
}

#[test]
fn a_schedule_of_another_program_says_where_it_does_not_fit() {
    let schedule = Schedule::Search { picks: "explore 1: 0 0.2 0".into(), preemptions: None };
    let diverged = record(&plan(), &schedule, lost_update).expect("fine").diverged;
    let diverged = diverged.expect("it does not fit");
    assert_eq!(diverged.step, 1);
    assert!(diverged.expected.contains("thread 0.2 goes on"), "{}", diverged.expected);
}

/// What comes from outside of the program is not there to be searched.
#[test]
fn a_program_that_is_not_deterministic_is_told_so() {
    static RUNS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let error = explore(&plan(), || {
        let run = RUNS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let n = Arc::new(Atomic::new("n", run));
        let theirs = n.clone();
        spawn(move || theirs.store(1));
        n.load();
    });
    let error = error.expect_err("it differs").to_string();
    assert!(error.contains("not deterministic"), "{error}");
}
