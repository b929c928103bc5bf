//! Of states that differ only in a renaming of interchangeable threads, one is explored. `soundness.rs`
//! compares that with plain search on generated programs.
#![cfg(searching)]

use explore::options::Options;
use soundness::found::{search_of, Found};
use sync::{Arc, Atomic, Ghost, Plain, ThreadName};

/// Searches a program of this many named threads and the first thread, with and without symmetry.
fn both(twins: u32, program: impl Fn() + Send + Sync + Clone + 'static) -> [Found; 2] {
    [true, false].map(|symmetry| {
        let options = Options { symmetry, interchangeable: twins, ..Options::default() };
        let found = search_of(options, None, twins as usize + 1, program.clone());
        found.expect("a search").expect("no limit").0
    })
}

/// Threads that each set a bit of one word several times, and observe nothing.
fn twins(count: u32, times: u32) -> impl Fn() + Send + Sync + Clone + 'static {
    move || {
        let word = Arc::new(Atomic::new("word", 0u32));
        for n in 1..=count {
            let word = word.clone();
            sync::spawn_named(n, (), move || (0..times).for_each(|_| word.or(1)));
        }
    }
}

/// With t twins that have p places each (before the start, before each step, after the last): while k of
/// them exist, there are p^k states, or the multisets of k places. The first thread stops after each
/// `spawn`, and at last it is done: k is 1 to t, and t once more; and there is the first state.
#[test]
fn states_are_multisets_of_places() {
    let [with, without] = both(2, twins(2, 2));
    assert_eq!(without.states.len(), 1 + 4 + 4 * 4 + 4 * 4);
    assert_eq!(with.states.len(), 1 + 4 + 10 + 10);
    let [with, without] = both(3, twins(3, 1));
    assert_eq!(without.states.len(), 1 + 3 + 9 + 27 + 27);
    assert_eq!(with.states.len(), 1 + 3 + 6 + 10 + 10);
}

/// The states of a named thread are the same whichever thread starts it.
#[test]
fn states_do_not_depend_on_which_thread_started_a_named_one() {
    let search = |named: bool| {
        let program = move || {
            let turn = Arc::new(Atomic::new("turn", false));
            let start = move |turn: &Atomic<bool>| match turn.cas(false, true) {
                true if named => sync::spawn_named(9, (), || {}),
                true => sync::spawn(|| {}),
                false => {}
            };
            let other = turn.clone();
            sync::spawn(move || start(&other));
            start(&turn);
            sync::checkpoint(());
        };
        let found = search_of(Options::default(), None, 3, program).expect("a search");
        found.expect("no limit").0.states.len()
    };
    assert!(search(true) < search(false));
}

/// A thread refers to another by its name: then both change places together.
#[test]
fn a_named_thread_changes_places_with_what_is_made_for_it() {
    let program = |owner: fn(u32) -> Option<ThreadName>| {
        move || {
            let last = Arc::new(Atomic::new("last", 0u32));
            let seen: Arc<Vec<_>> =
                Arc::new((1..=2).map(|n| sync::make_for(n, || Ghost::new(owner(0)))).collect());
            for n in 1..=2u32 {
                let (last, seen) = (last.clone(), seen.clone());
                sync::spawn_named(n, (), move || {
                    last.or(1);
                    seen[n as usize - 1].set(owner(n));
                });
            }
        }
    };
    // A name inside the twins' objects adds no states.
    let [with, without] = both(2, program(|n| Some(ThreadName(n))));
    let [plain, _] = both(2, program(|_| None));
    assert_eq!(with.states.len(), plain.states.len());
    assert!(with.states.len() < without.states.len());
}

/// If threads are declared interchangeable and are not, a failure is lost. Here the first thread
/// distinguishes them, in a step that names neither.
#[test]
fn threads_that_are_distinguished_are_not_interchangeable() {
    let [with, without] = both(2, || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let done: Arc<Vec<_>> =
            Arc::new((1..=2).map(|n| sync::make_for(n, || Plain::new("done", false))).collect());
        for n in 1..=2 {
            let (word, done) = (word.clone(), done.clone());
            sync::spawn_named(n, (), move || {
                word.or(1);
                done[n as usize - 1].set(true);
            });
        }
        word.or(2);
        let [first, second] = [done[0].get(), done[1].get()];
        assert!(second || !first, "the first alone is done");
        assert!(first || !second, "the second alone is done");
    });
    assert_eq!(without.failures.len(), 2, "{:?}", without.failures);
    assert_eq!(with.failures.len(), 1, "{:?}", with.failures);
}

#[test]
fn a_name_is_given_once() {
    let error_of = |names: [u32; 2]| {
        let searched = search_of(Options::default(), None, 3, move || {
            names.into_iter().for_each(|name| sync::spawn_named(name, (), || {}));
        });
        searched.expect_err("no search").to_string()
    };
    assert!(error_of([3, 3]).contains("search: another thread already has the name #3"));
    assert!(error_of([3, 31]).contains("search: thread name 31 is out of range (1–30)"));
}
