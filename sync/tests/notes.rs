//! Go's note.

use std::collections::BTreeSet;

use sync::driver::litmus::{failure, outcomes};
use sync::driver::{Plan, ENGINE};
use sync::{spawn, Arc, Atomic, Ghost, Note, Plain};

fn plan(threads: usize) -> Plan {
    Plan { threads, executions: if ENGINE.explores() { 1000 } else { 50 }, ..Plan::default() }
}

/// What is written before the wakeup is read after the sleep, as the P is that a waker leaves for an M.
#[test]
fn a_wakeup_carries_what_was_written_before_it() {
    let found = outcomes(&plan(2), |sink| {
        let shared = Arc::new((Plain::new("nextp", 0), Note::new("park")));
        let theirs = shared.clone();
        spawn(move || {
            theirs.0.set(1);
            theirs.1.wakeup();
        });
        shared.1.sleep();
        let nextp = shared.0.get();
        shared.1.clear();
        sink.outcome(move || nextp);
    });
    assert_eq!(found, BTreeSet::from([1]));
}

#[test]
fn a_sleeper_is_woken_once() {
    let found = outcomes(&plan(3), |sink| {
        let note = Arc::new(Note::new("note"));
        let once = Arc::new(Atomic::new("once", false));
        let rounds = Arc::new(Ghost::new(0));
        for _ in 0..2 {
            let (note, once) = (note.clone(), once.clone());
            spawn(move || {
                if once.cas(false, true) {
                    note.wakeup();
                }
            });
        }
        note.sleep();
        rounds.change(|n| *n += 1);
        sink.outcome(move || rounds.get());
    });
    assert_eq!(found, BTreeSet::from([1]));
}

/// The note behaves like Go's: a wakeup is remembered, and a second one before `clear` throws.
#[test]
fn a_second_wakeup_throws() {
    let failure = failure(&plan(1), || {
        let note = Note::new("note");
        note.wakeup();
        note.sleep();
        note.clear();
        note.wakeup();
        note.wakeup();
    });
    let failure = failure.expect("it throws");
    assert_eq!(failure.message, "notewakeup - double wakeup");
    assert!(failure.location.is_some_and(|at| at.contains("notes.rs")));
}

#[sync::test(exploring)]
fn a_second_sleeper_throws() {
    let failure = failure(&plan(2), || {
        let note = Arc::new(Note::new("note"));
        let theirs = note.clone();
        spawn(move || theirs.sleep());
        note.sleep();
    });
    assert_eq!(failure.expect("it throws").message, "notesleep - waitm out of sync");
}

/// The flag is read before the note is cleared: the wakeup in between is lost.
#[sync::test(exploring)]
fn a_wakeup_before_clear_is_lost() {
    let failure = failure(&plan(2), || {
        let note = Arc::new(Note::new("note"));
        let theirs = note.clone();
        spawn(move || theirs.wakeup());
        note.clear();
        note.sleep();
    });
    assert_eq!(failure.expect("it hangs").message, "thread 0 sleeps on note");
}

/// The protocol of which Go's `wakep` and the last look are instances: the waker publishes work and then
/// looks for sleepers; the sleeper announces its sleep and then looks for work.
#[test]
fn a_sleeper_that_looks_again_is_not_missed() {
    let found = outcomes(&plan(2), |sink| {
        let words = Arc::new((Atomic::new("work", false), Atomic::new("asleep", false)));
        let note = Arc::new(Note::new("note"));
        let (theirs, their_note) = (words.clone(), note.clone());
        spawn(move || {
            theirs.0.store(true);
            if theirs.1.cas(true, false) {
                their_note.wakeup();
            }
        });
        words.1.store(true);
        let saw = words.0.load();
        if !saw || !words.1.cas(true, false) {
            note.sleep();
        }
        sink.outcome(move || saw);
    });
    assert!(!ENGINE.explores() || found == BTreeSet::from([false, true]), "{found:?}");
}
