//! Parking, condition variables and locks that are tried.

use std::collections::BTreeSet;
use std::sync::Arc;

use loom::sync::{Condvar, Mutex};
use loom::thread;
use sync::driver::litmus::{failure, outcomes};
use sync::driver::Plan;
use sync::{Atomic, Note};

use super::raw;

/// Two threads wake the first, which sleeps twice; what wakes it is remembered, but not counted. If both
/// come before it sleeps, it sleeps for ever the second time.
fn two_wakeups_of_a_flag() -> Result<(u64, BTreeSet<()>), String> {
    raw(|| {
        let pair = Arc::new((Mutex::new(false), Condvar::new()));
        for _ in 0..2 {
            let theirs = pair.clone();
            thread::spawn(move || {
                *theirs.0.lock().expect("no panic") = true;
                theirs.1.notify_one();
            });
        }
        for _ in 0..2 {
            let mut woken = pair.0.lock().expect("no panic");
            while !*woken {
                woken = pair.1.wait(woken).expect("no panic");
            }
            *woken = false;
        }
    })
}

/// L3. `park` and `unpark` are no operations to loom's partial-order reduction: the deadlock is there,
/// and it does not look where it is.
#[test]
fn unpark_is_not_explored() {
    let parked = raw(|| {
        let sleeper = thread::current();
        for _ in 0..2 {
            let theirs = sleeper.clone();
            thread::spawn(move || theirs.unpark());
        }
        thread::park();
        thread::park();
    });
    assert!(parked.is_ok(), "loom explores unpark now: {parked:?}");
    let error = two_wakeups_of_a_flag().expect_err("a deadlock");
    assert!(error.starts_with("deadlock"), "{error}");
}

/// L3: our note is a flag under a lock, so both orders are seen.
#[test]
fn two_wakeups_of_a_note_are_seen_to_meet() {
    let failure = failure(&Plan { threads: 3, ..Plan::default() }, || {
        let note = Arc::new(Note::new("note"));
        for _ in 0..2 {
            let theirs = note.clone();
            sync::spawn(move || theirs.wakeup());
        }
        note.sleep();
        note.clear();
        note.sleep();
    });
    let failure = failure.expect("the wakeups meet");
    assert_eq!(failure.message, "notewakeup - double wakeup");
}

/// L4 (loom#422). A condition variable uses up the token that `unpark` leaves: this program cannot
/// deadlock, and loom says that it does.
#[test]
fn a_condition_variable_takes_the_token_of_unpark() {
    let program = |unparked: bool| {
        raw(move || {
            let pair = Arc::new((Mutex::new(false), Condvar::new()));
            let (theirs, sleeper) = (pair.clone(), thread::current());
            thread::spawn(move || {
                if unparked {
                    sleeper.unpark();
                }
                *theirs.0.lock().expect("no panic") = true;
                theirs.1.notify_one();
            });
            let mut woken = pair.0.lock().expect("no panic");
            while !*woken {
                woken = pair.1.wait(woken).expect("no panic");
            }
            drop(woken);
            if unparked {
                thread::park();
            }
        })
    };
    let error = program(true).expect_err("a false deadlock");
    assert!(error.starts_with("deadlock"), "{error}");
    assert!(program(false).is_ok(), "either alone is fine");
}

/// L5 (loom#376). A thread that tries a lock, and finds it taken, is blocked instead.
#[test]
fn try_lock_blocks() {
    let tried = raw(|| {
        let lock = Arc::new(Mutex::new(()));
        let theirs = lock.clone();
        let they = thread::spawn(move || drop(theirs.try_lock()));
        let guard = lock.try_lock();
        they.join().expect("no panic");
        drop(guard);
    });
    let error = tried.expect_err("a false deadlock");
    assert!(error.starts_with("deadlock"), "{error}");
}

/// L5: a compare-and-swap fails where it should.
#[test]
fn a_compare_and_swap_does_not_block() {
    let found = outcomes(&Plan::default(), |sink| {
        let lock = Arc::new(Atomic::new("lock", false));
        let got = Arc::new(sync::Ghost::new(0));
        let (theirs, they_got) = (lock.clone(), got.clone());
        sync::spawn(move || {
            if theirs.cas(false, true) {
                they_got.change(|got| *got += 1);
                theirs.store(false);
            }
        });
        if lock.cas(false, true) {
            got.change(|got| *got += 1);
            lock.store(false);
        }
        sink.outcome(move || got.get());
    });
    assert_eq!(found, BTreeSet::from([1, 2]));
}
