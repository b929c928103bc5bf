//! What lies outside the model, and is not restored: it works, or the error names it.

use std::collections::HashSet;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize as StdAtomicUsize, Ordering::Relaxed};
use std::sync::Arc as StdArc;
use std::sync::Mutex as StdMutex;

use loom::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use loom::sync::Arc;
use loom::thread;

/// Two threads, one of which reads what the other writes.
fn reads() -> usize {
    let word = Arc::new(AtomicUsize::new(0));
    let theirs = word.clone();
    let other = thread::spawn(move || theirs.store(1, SeqCst));
    let seen = word.load(SeqCst);
    other.join().unwrap();
    seen
}

/// As loom's own litmus tests do, and many others.
#[test]
fn a_set_that_grows_inside_is_an_error_that_says_what_to_do() {
    let seen = StdArc::new(StdMutex::new(HashSet::new()));
    let theirs = seen.clone();
    let model = move || {
        let value = reads();
        theirs.lock().unwrap().insert(value);
    };
    let failed = catch_unwind(AssertUnwindSafe(|| loom::model(model))).expect_err("an error");
    let text = failed.downcast::<String>().expect("a text");
    assert!(text.contains("grew inside") && text.contains("loom::outside"), "{text}");
}

#[test]
fn a_set_that_grows_outside_has_all_outcomes() {
    let seen = StdArc::new(StdMutex::new(HashSet::new()));
    let theirs = seen.clone();
    loom::model(move || {
        let value = reads();
        loom::outside(|| theirs.lock().unwrap().insert(value));
    });
    assert_eq!(*seen.lock().unwrap(), HashSet::from([0, 1]));
}

/// A number does not grow, so it counts all executions that get there.
#[test]
fn a_number_of_std_counts_over_all_executions() {
    let count = StdArc::new(StdAtomicUsize::new(0));
    let theirs = count.clone();
    loom::model(move || {
        reads();
        theirs.fetch_add(1, Relaxed);
    });
    assert!(count.load(Relaxed) >= 2);
}

/// Each of many continuations drops the clone that was made once before them.
#[test]
fn clones_of_an_owner_from_outside_are_counted_as_restored() {
    struct Dropped(StdArc<StdAtomicUsize>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }
    let drops = StdArc::new(StdAtomicUsize::new(0));
    let owner = StdArc::new(Dropped(drops.clone()));
    let theirs = owner.clone();
    loom::model(move || {
        let mine = theirs.clone();
        let word = Arc::new(AtomicUsize::new(0));
        let others = word.clone();
        let other = thread::spawn(move || {
            others.fetch_add(1, SeqCst);
            others.fetch_add(1, SeqCst);
            drop(mine);
        });
        word.fetch_add(1, SeqCst);
        word.fetch_add(1, SeqCst);
        other.join().unwrap();
    });
    assert_eq!((StdArc::strong_count(&owner), drops.load(Relaxed)), (1, 0));
}

/// libtest captures what is printed.
#[test]
fn a_model_may_print() {
    loom::model(|| {
        println!("seen: {}", reads());
    });
}

#[test]
fn a_file_is_an_error_that_names_the_call() {
    let model = || drop(std::fs::read("Cargo.toml").map(|bytes| bytes.len()));
    let failed = catch_unwind(AssertUnwindSafe(|| loom::model(model))).expect_err("an error");
    let text = failed.downcast::<String>().expect("a text");
    assert!(text.contains("open"), "{text}");
}
