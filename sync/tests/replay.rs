//! A schedule that a search finds can be run again, and one that does not fit reports where.
#![cfg(searching)]

use std::sync::atomic::{AtomicU64, Ordering};
#[cfg(not(feature = "explore"))]
use std::{collections::HashMap, sync::Mutex, time::Instant};

use sync::driver::{record, run_all, End, Plan, Sampler, Schedule};
use sync::{spawn, Arc, Atomic};

fn plan() -> Plan {
    Plan { sampler: Sampler::Exhaustive, audit: 1, ..Plan::default() }
}

fn lost_update() {
    let n = Arc::new(Atomic::new("n", 0u32));
    let (theirs, look) = (n.clone(), n.clone());
    sync::driver::at_end(move || assert!(look.peek() == 2, "update: lost"));
    spawn(move || theirs.store(theirs.load() + 1));
    n.store(n.load() + 1);
}

#[test]
fn a_failure_that_was_found_is_replayed() {
    let End::Failed { failure, schedule } = run_all(&plan(), lost_update).expect("fine").end else {
        panic!("no update is lost")
    };
    let recorded = record(&plan(), &schedule, lost_update).expect("fine");
    assert_eq!(recorded.diverged, None);
    assert_eq!(recorded.failure.expect("it fails").message, failure.message);
}

/// Found by one substrate, it replays on the other: both find this one, and it is all that they replay from.
#[test]
fn both_substrates_find_the_same_schedule() {
    let End::Failed { schedule, .. } = run_all(&plan(), lost_update).expect("fine").end else {
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
    assert!(diverged.expected.contains("thread 0.2 runs"), "{}", diverged.expected);
}

/// The error of a search of a program that stores unreported data.
fn stores(from_outside: impl Fn() -> u64 + Send + Sync + 'static) -> String {
    let error = run_all(&plan(), move || {
        let n = Arc::new(Atomic::new("n", from_outside()));
        let theirs = n.clone();
        spawn(move || theirs.store(1));
        n.load();
    });
    error.expect_err("it differs").to_string()
}

/// Input from outside the program cannot be searched.
#[test]
fn a_program_that_is_not_deterministic_is_told_so() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let error = stores(|| RUNS.fetch_add(1, Ordering::Relaxed));
    assert!(error.contains("not deterministic"), "{error}");
}

/// Where executions are replayed. Where they are restored, audits detect it: see `restored.rs`.
#[cfg(not(feature = "explore"))]
mod again {
    use super::*;

    #[test]
    fn both_operations_are_told_where_they_differ() {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        let error = run_all(&plan(), || {
            let run = RUNS.fetch_add(1, Ordering::Relaxed);
            let words = Arc::new([Atomic::new("x", 0u32), Atomic::new("y", 0u32)]);
            let theirs = words.clone();
            spawn(move || theirs[0].store(1));
            match run % 2 {
                0 => drop(words[0].load()),
                _ => words[1].store(1),
            }
        });
        let error = error.expect_err("it differs").to_string();
        let (before, now) = error.split_once(" before, ").expect("both");
        assert!(before.ends_with("0: read object 0#0"), "{error}");
        assert!(now.contains("0: write object 0#1"), "{error}");
    }

    #[test]
    fn the_clock_the_order_of_a_table_and_addresses_are_detected() {
        let start = Instant::now();
        let clock = stores(move || start.elapsed().as_nanos() as u64);
        let order = stores(|| {
            let all: HashMap<u64, ()> = (0..64).map(|n| (n, ())).collect();
            all.into_keys().fold(0, |sum, key| sum.wrapping_mul(31).wrapping_add(key))
        });
        // Reused memory may have the same address by chance, so none is freed.
        let kept = Mutex::new(Vec::new());
        let address = stores(move || {
            let new = Box::new(0u8);
            let address = &raw const *new as u64;
            kept.lock().expect("not poisoned").push(new);
            address
        });
        for error in [clock, order, address] {
            assert!(error.contains("not deterministic"), "{error}");
        }
    }
}
