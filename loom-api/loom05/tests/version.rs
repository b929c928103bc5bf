//! The crate for loom 0.5 runs models, macros included.

use loom::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use loom::sync::Arc;

loom::thread_local! {
    static LOCAL: std::cell::Cell<u32> = std::cell::Cell::new(1);
}

#[test]
fn a_model_runs() {
    loom::model(|| {
        let word = Arc::new(AtomicUsize::new(0));
        let theirs = word.clone();
        let other = loom::thread::spawn(move || theirs.fetch_add(1, SeqCst));
        LOCAL.with(|local| assert_eq!(local.get(), 1));
        other.join().unwrap();
        assert_eq!(word.load(SeqCst), 1);
    });
}

#[test]
#[should_panic(expected = "deadlock: no thread can proceed")]
fn a_model_fails() {
    loom::model(loom::thread::park);
}
