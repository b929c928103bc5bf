//! What an exploration finds, and that it works again after a failure.

use std::collections::BTreeSet;

use sync::driver::litmus::{failure, outcomes};
use sync::driver::{run_all, Cause, End, Plan, ENGINE};
use sync::{spawn, Arc, Atomic, Mutex, Note, Plain};

fn plan() -> Plan {
    Plan { executions: if ENGINE.explores() { 2000 } else { 50 }, ..Plan::default() }
}

/// Two threads that each load and store: one increment is lost.
fn racing_increments() -> BTreeSet<u32> {
    outcomes(&plan(), |sink| {
        let n = Arc::new(Atomic::new("n", 0u32));
        let theirs = n.clone();
        spawn(move || theirs.store(theirs.load() + 1));
        n.store(n.load() + 1);
        sink.outcome(move || n.peek());
    })
}

/// The canary: an engine that explores finds it, and one that does not must not claim to explore.
#[test]
fn a_racing_increment_is_found_by_engines_that_explore() {
    let found = racing_increments();
    if ENGINE.explores() {
        assert_eq!(found, BTreeSet::from([1, 2]));
    } else {
        assert!(!ENGINE.explores());
        assert!(found.is_subset(&BTreeSet::from([1, 2])));
    }
}

#[test]
fn a_lock_excludes() {
    let found = outcomes(&plan(), |sink| {
        let n = Arc::new(Mutex::new("n", 0u32));
        let theirs = n.clone();
        spawn(move || *theirs.lock() += 1);
        *n.lock() += 1;
        sink.outcome(move || *n.peek().expect("free"));
    });
    assert_eq!(found, BTreeSet::from([2]));
}

#[test]
fn a_panic_is_told_and_the_next_exploration_works() {
    let failure = failure(&plan(), || {
        let lock = Arc::new(Mutex::new("lock", ()));
        let theirs = lock.clone();
        spawn(move || drop(theirs.lock()));
        let _guard = lock.lock();
        panic!("schedule: holding locks");
    });
    let failure = failure.expect("it panics");
    assert_eq!(failure.cause, Cause::Panic);
    assert_eq!(failure.message, "schedule: holding locks");
    assert_eq!(failure.thread, Some(0));
    assert!(failure.location.is_some_and(|location| location.contains("exploration.rs")));
    a_lock_excludes();
}

#[test]
fn locks_taken_in_a_circle_are_a_deadlock() {
    let failure = failure(&plan(), || {
        let a = Arc::new(Mutex::new("a", ()));
        let b = Arc::new(Mutex::new("b", ()));
        let (their_a, their_b) = (a.clone(), b.clone());
        spawn(move || {
            let _b = their_b.lock();
            let _a = their_a.lock();
        });
        let _a = a.lock();
        let _b = b.lock();
    });
    if ENGINE.explores() {
        let failure = failure.expect("it deadlocks");
        assert_eq!(failure.cause, Cause::Deadlock, "{failure}");
        assert_eq!(
            failure.message,
            "thread 0 waits for b, held by thread 1; thread 1 waits for a, held by thread 0"
        );
    }
    a_lock_excludes();
}

#[test]
fn a_note_wakes_its_sleeper() {
    let explored = run_all(&plan(), || {
        let note = Arc::new(Note::new("note"));
        let done = Arc::new(Plain::new("done", false));
        let (theirs, done2) = (note.clone(), done.clone());
        spawn(move || {
            done2.set(true);
            theirs.wakeup();
        });
        note.sleep();
        assert!(done.get());
    });
    let explored = explored.expect("the plan is fine");
    assert_eq!(explored.end, End::Complete);
    assert!(explored.concurrent);
}

#[test]
fn nobody_to_wake_a_sleeper_is_a_deadlock() {
    let failure = failure(&plan(), || {
        let note = Arc::new(Note::new("note"));
        let other = Note::new(("M", 1, "park"));
        spawn(move || other.sleep());
        note.sleep();
    });
    let failure = failure.expect("it hangs");
    assert_eq!(failure.cause, Cause::Deadlock);
    assert_eq!(failure.message, "thread 0 sleeps on note; thread 1 sleeps on M1.park");
    a_lock_excludes();
}
