//! A word that threads wait for.

use std::collections::BTreeSet;

use sync::driver::litmus::{failure as failure_of, outcomes};
use sync::driver::{Cause, Plan, ENGINE};
use sync::{spawn, Arc, Atomic, Awaited, Mutex};

fn plan(threads: usize) -> Plan {
    Plan { threads, executions: if ENGINE.explores() { 1000 } else { 50 }, ..Plan::default() }
}

const FREE: u32 = 0;
const BUSY: u32 = 1;
const DONE: u32 = 2;

fn word() -> Arc<Awaited<u32>> {
    Arc::new(Awaited::new("word", FREE, |value| value != BUSY))
}

/// A thread that waits under a lock gets the value that the other sets without that lock, and never the one between.
#[test]
fn a_thread_that_waits_sees_no_value_that_has_not_settled() {
    let found = outcomes(&plan(2), |sink| {
        let (word, lock) = (word(), Arc::new(Mutex::new("lock", 0)));
        let theirs = word.clone();
        spawn(move || {
            assert!(theirs.cas(FREE, BUSY));
            assert!(theirs.cas(BUSY, DONE));
        });
        let _held = lock.lock();
        let value = word.load_when(|value| value != BUSY);
        sink.outcome(move || value);
    });
    if ENGINE.explores() {
        assert_eq!(found, BTreeSet::from([FREE, DONE]))
    } else {
        assert!(!found.contains(&BUSY))
    }
}

/// Two threads that both want it: each gets it once the other has let go, and one load sees it in between.
#[test]
fn a_claim_is_one_threads_alone() {
    let found = outcomes(&plan(3), |sink| {
        let (word, inside) = (word(), Arc::new(Atomic::new("inside", 0)));
        for _ in 0..2 {
            let (word, inside) = (word.clone(), inside.clone());
            spawn(move || {
                while !word.cas(word.load_when(|value| value != BUSY), BUSY) {}
                assert!(inside.add(1) == 1, "both are inside");
                inside.add(-1);
                assert!(word.cas(BUSY, DONE), "another has changed it");
            });
        }
        let seen = word.load();
        sink.outcome(move || seen);
    });
    if ENGINE.explores() {
        assert_eq!(found, BTreeSet::from([FREE, BUSY, DONE]))
    } else {
        assert!(!found.is_empty())
    }
}

/// The thread that has claimed it waits for itself: no thread moves.
#[sync::test(exploring)]
fn a_thread_that_waits_for_itself_is_a_deadlock() {
    let failure = failure_of(&plan(1), || {
        let word = word();
        word.cas(FREE, BUSY);
        word.load_when(|value| value != BUSY);
    });
    let failure = failure.expect("a failure");
    assert_eq!(failure.cause, Cause::Deadlock);
    assert!(failure.message.contains("sleeps on word"), "{}", failure.message);
}

/// A comparison that fails changes nothing and wakes no thread.
#[sync::test(exploring)]
fn a_comparison_that_fails_wakes_no_thread() {
    let failure = failure_of(&plan(2), || {
        let word = word();
        word.store(BUSY);
        let theirs = word.clone();
        spawn(move || assert!(!theirs.cas(FREE, DONE)));
        word.load_when(|value| value != BUSY);
    });
    let failure = failure.expect("a failure");
    assert_eq!(failure.cause, Cause::Deadlock);
}
