//! Programs whose numbers of states can be derived by hand.
//!
//! The places of a thread are counted: about to start (or, for the first thread, about to continue after it
//! has started the other), about to perform each operation, finished. The very first state, in which the
//! first thread has not begun, is added.
#![cfg(searching)]

use std::collections::BTreeSet;

use explore::options::{Options, Statistics};
use soundness::found::{search_of, Found};
use sync::driver::litmus::outcomes;
use sync::driver::{Plan, Sampler};
use sync::{Arc, Atomic, Ghost, Mutex, Note};

/// All ways to search visit the same states.
fn searched(program: impl Fn() + Send + Sync + Clone + 'static) -> (Found, Statistics) {
    let search = |cache, sleep| {
        let options = Options { cache, sleep, ..Options::default() };
        search_of(options, None, 2, program.clone()).expect("searched").expect("it ends")
    };
    let plain = search(false, false);
    for (cache, sleep) in [(true, false), (false, true), (true, true)] {
        assert_eq!(search(cache, sleep).0, plain.0, "cache: {cache}, sleep sets: {sleep}");
    }
    plain
}

/// Each thread has k + 2 places; in 2 of them it has not written, in k it has. The word has its first
/// value if neither has, and if both have, either's: 2·2 + 2·(2·k) + 2·k·k, and the first state.
///
/// Plain search runs each interleaving of k + 1 steps with k + 1 steps: (2k + 2) choose (k + 1).
#[test]
fn two_threads_write_one_word() {
    for (k, interleavings) in [(1, 6), (2, 20), (3, 70), (4, 252)] {
        let (found, statistics) = searched(move || {
            let word = Arc::new(Atomic::new("word", 0u32));
            let theirs = word.clone();
            sync::spawn(move || (0..k).for_each(|_| theirs.store(2)));
            (0..k).for_each(|_| word.store(1));
        });
        let k = k as usize;
        assert_eq!(found.states.len(), 1 + 4 + 4 * k + 2 * k * k, "k = {k}");
        assert_eq!(statistics.executions, interleavings, "k = {k}");
        assert!(found.failures.is_empty());
    }
}

fn store_buffering(sink: &sync::driver::litmus::Sink<(u32, u32)>) {
    let words = Arc::new([Atomic::new("x", 0u32), Atomic::new("y", 0u32)]);
    let seen = Arc::new([Ghost::new(9), Ghost::new(9)]);
    let (theirs, note) = (words.clone(), seen.clone());
    let look = seen.clone();
    sink.outcome(move || (look[0].get(), look[1].get()));
    sync::spawn(move || {
        theirs[1].store(1);
        note[1].set(theirs[0].load());
    });
    words[0].store(1);
    seen[0].set(words[1].load());
}

/// Each thread is before its store (2 places), before its load, or has seen 0 or 1. Both before the end:
/// 3·3. One at its end: 0 if the other has not stored (2), else either (2). Both: all but 0 and 0.
/// 9 + 4 + 4 + 3, and the first.
#[test]
fn store_buffering_is_not_seen() {
    let plan = Plan { sampler: Sampler::Exhaustive, ..Plan::default() };
    let found = outcomes(&plan, store_buffering);
    assert_eq!(found, BTreeSet::from([(0, 1), (1, 0), (1, 1)]));
    let plan = Plan { list_states: true, ..plan };
    let explored = sync::driver::run_all(&plan, || {
        let words = Arc::new([Atomic::new("x", 0u32), Atomic::new("y", 0u32)]);
        let seen = Arc::new([Ghost::new(9), Ghost::new(9)]);
        let (theirs, note) = (words.clone(), seen.clone());
        sync::spawn(move || {
            theirs[1].store(1);
            note[1].set(theirs[0].load());
        });
        words[0].store(1);
        seen[0].set(words[1].load());
    });
    let searched = explored.expect("fine").searched.expect("searched");
    assert_eq!(searched.statistics.states, 21);
}

/// Each has 4 places: before, before its first fork, before its second, finished. All 16 pairs but that
/// in which both have one fork, which is the deadlock; and the first.
#[test]
fn two_philosophers_starve() {
    let (found, _) = searched(|| {
        let forks = Arc::new([Mutex::new("left", ()), Mutex::new("right", ())]);
        let theirs = forks.clone();
        sync::spawn(move || {
            let _right = theirs[1].lock();
            let _left = theirs[0].lock();
        });
        let _left = forks[0].lock();
        let _right = forks[1].lock();
    });
    assert_eq!(found.states.len(), 16);
    let starved =
        "thread 0 waits for right, held by thread 1; thread 1 waits for left, held by thread 0";
    assert_eq!(found.failures, BTreeSet::from([starved.to_owned()]));
}

/// The consumer looks, sleeps until it is woken if there is nothing, and looks again; the producer puts
/// something there and wakes it. Before the first look, the producer is at any of its 4 places: 2·4. A
/// consumer that found nothing sleeps while the producer is at any of the 4. Woken, it looks again: 1.
/// Finished: the producer is before its wakeup, or has finished as well: 2. And the first.
#[test]
fn a_queue_hands_over() {
    let (found, _) = searched(|| {
        let shared = Arc::new((Mutex::new("queue", 0u32), Note::new("note")));
        let theirs = shared.clone();
        sync::spawn(move || {
            *theirs.0.lock() += 1;
            theirs.1.wakeup();
        });
        let take = || {
            let mut queue = shared.0.lock();
            let full = *queue > 0;
            *queue = 0;
            full
        };
        if !take() {
            shared.1.sleep();
            assert!(take(), "woken for nothing");
        }
    });
    assert_eq!(found.failures, BTreeSet::new());
    assert_eq!(found.states.len(), 8 + 4 + 1 + 2 + 1);
}
