//! What the orders of the atomics allow and forbid: the litmus tests of weak memory.

use std::collections::BTreeSet;

use sync::driver::litmus::{failure, outcomes};
use sync::driver::{Cause, Engine, Plan, ENGINE};
use sync::{fence, Arc, Atomic, Ghost, Plain};

fn plan(threads: usize) -> Plan {
    Plan { threads, executions: if ENGINE.explores() { 3000 } else { 50 }, ..Plan::default() }
}

/// Where weak behaviour can be seen at all.
const WEAK: bool = matches!(ENGINE, Engine::Loom);

type Write = fn(&Atomic<u32>);
type Read = fn(&Atomic<u32>) -> u32;

const STORE: Write = |word| word.store(1);
const STORE_REL: Write = |word| word.store_rel(1);
const STORE_RELAXED: Write = |word| word.store_relaxed(1);
const LOAD: Read = |word| word.load();
const LOAD_ACQ: Read = |word| word.load_acq();
const LOAD_RELAXED: Read = |word| word.load_relaxed();

/// Each of two threads writes its word and reads the other's. In a total order, one of them sees the
/// other.
fn store_buffering(write: Write, read: Read) -> BTreeSet<(u32, u32)> {
    outcomes(&plan(2), move |sink| {
        let words = Arc::new((Atomic::new("x", 0), Atomic::new("y", 0)));
        let seen = Arc::new((Ghost::new(9), Ghost::new(9)));
        let (theirs, they_saw) = (words.clone(), seen.clone());
        sync::spawn(move || {
            write(&theirs.1);
            they_saw.1.set(read(&theirs.0));
        });
        write(&words.0);
        seen.0.set(read(&words.1));
        sink.outcome(move || (seen.0.get(), seen.1.get()))
    })
}

fn all_of<T: Ord + Clone>(found: &BTreeSet<T>, allowed: &[T]) {
    let allowed: BTreeSet<T> = allowed.iter().cloned().collect();
    assert!(found.is_subset(&allowed), "an outcome too many");
    assert!(!ENGINE.explores() || *found == allowed, "an outcome too few");
}

const ONE_SEES_THE_OTHER: [(u32, u32); 3] = [(0, 1), (1, 0), (1, 1)];

#[test]
fn a_store_and_a_load_are_not_reordered() {
    all_of(&store_buffering(STORE, LOAD), &ONE_SEES_THE_OTHER);
}

// Not on std, where a weak operation is what the machine makes of it.
#[sync::test(exploring)]
fn a_read_modify_write_is_a_full_barrier() {
    let updates: [Write; 4] = [
        |word| assert!(word.swap(1) == 0),
        |word| assert!(word.cas(0, 1)),
        |word| assert!(word.add(1) == 1),
        |word| word.or(1),
    ];
    for update in updates {
        all_of(&store_buffering(update, LOAD_ACQ), &ONE_SEES_THE_OTHER);
        all_of(&store_buffering(update, LOAD_RELAXED), &ONE_SEES_THE_OTHER);
    }
}

#[sync::test(exploring)]
fn a_fence_between_weak_operations_is_a_full_barrier() {
    let fenced: Write = |word| {
        word.store_rel(1);
        fence();
    };
    all_of(&store_buffering(fenced, LOAD_ACQ), &ONE_SEES_THE_OTHER);
    all_of(&store_buffering(fenced, LOAD_RELAXED), &ONE_SEES_THE_OTHER);
}

#[sync::test(exploring)]
fn one_full_end_is_enough() {
    all_of(&store_buffering(STORE_REL, LOAD), &ONE_SEES_THE_OTHER);
    all_of(&store_buffering(STORE, LOAD_ACQ), &ONE_SEES_THE_OTHER);
}

/// A check of the tests above: with both ends weakened the outcome exists, and loom finds it.
#[sync::test(exploring)]
fn two_weak_ends_miss_each_other() {
    for (write, read) in [(STORE_REL, LOAD_ACQ), (STORE_RELAXED, LOAD_RELAXED)] {
        let found = store_buffering(write, read);
        assert_eq!(found.contains(&(0, 0)), WEAK, "{found:?}");
    }
}

/// One thread writes a message and then a flag; the other reads the flag and then the message.
fn message_passing(write: Write, read: Read) -> BTreeSet<(u32, u32)> {
    outcomes(&plan(2), move |sink| {
        let words = Arc::new((Atomic::new("message", 0), Atomic::new("flag", 0)));
        let seen = Arc::new(Ghost::new((9, 9)));
        let theirs = words.clone();
        sync::spawn(move || {
            theirs.0.store_relaxed(1);
            write(&theirs.1);
        });
        let flag = read(&words.1);
        seen.set((flag, words.0.load_relaxed()));
        sink.outcome(move || seen.get())
    })
}

#[test]
fn who_sees_the_flag_sees_the_message() {
    let allowed = [(0, 0), (0, 1), (1, 1)];
    for (write, read) in [(STORE, LOAD), (STORE_REL, LOAD_ACQ), (STORE_REL, LOAD)] {
        all_of(&message_passing(write, read), &allowed);
    }
    let update: Write = |word| assert!(word.cas_rel(0, 1));
    all_of(&message_passing(update, LOAD_ACQ), &allowed);
}

/// A check of the test above.
#[sync::test(exploring)]
fn a_relaxed_flag_carries_no_message() {
    let found = message_passing(STORE_RELAXED, LOAD_RELAXED);
    assert_eq!(found.contains(&(1, 0)), WEAK, "{found:?}");
}

#[test]
fn two_readers_agree_on_the_order_of_two_writers() {
    let plan = Plan { bound: Some(2), ..plan(4) };
    let found = outcomes(&plan, |sink| {
        let words = Arc::new([Atomic::new("x", 0u32), Atomic::new("y", 0u32)]);
        let seen = Arc::new([Ghost::new((9, 9)), Ghost::new((9, 9))]);
        let x = words.clone();
        sync::spawn(move || x[0].store(1));
        let y = words.clone();
        sync::spawn(move || y[1].store(1));
        let (theirs, they_saw) = (words.clone(), seen.clone());
        sync::spawn(move || they_saw[1].set((theirs[1].load(), theirs[0].load())));
        seen[0].set((words[0].load(), words[1].load()));
        sink.outcome(move || (seen[0].get(), seen[1].get()))
    });
    assert!(!found.contains(&((1, 0), (1, 0))), "{found:?}");
    assert!(!ENGINE.explores() || found.contains(&((1, 0), (0, 1))), "{found:?}");
}

/// The owner of a word reads what it wrote last, whichever other threads read it.
#[test]
fn an_owner_needs_no_operation_to_read_its_word() {
    let found = outcomes(&plan(2), |sink| {
        let tail = Arc::new(Atomic::new("tail", 0u32));
        let theirs = tail.clone();
        sync::spawn(move || assert!(theirs.load_acq() <= 2));
        tail.store_rel(1);
        let one = tail.owner_load();
        tail.store_rel(2);
        let seen = (one, tail.owner_load());
        sink.outcome(move || seen)
    });
    assert_eq!(found, BTreeSet::from([(1, 2)]));
}

fn plain_after(write: Write, read: Read) -> Option<sync::driver::Failure> {
    failure(&plan(2), move || {
        let shared = Arc::new((Plain::new(("P", 0, "runnext"), 0), Atomic::new("flag", 0)));
        let theirs = shared.clone();
        sync::spawn(move || {
            theirs.0.set(1);
            write(&theirs.1);
        });
        if read(&shared.1) == 1 {
            assert_eq!(shared.0.get(), 1);
        }
    })
}

#[test]
fn a_published_field_may_be_read() {
    assert_eq!(plain_after(STORE_REL, LOAD_ACQ), None);
    assert_eq!(plain_after(STORE, LOAD), None);
}

/// What loom adds to shuttle: it detects that nothing orders the read after the write.
#[sync::test(exploring)]
fn a_field_that_is_not_published_is_a_race() {
    match plain_after(STORE_RELAXED, LOAD_RELAXED) {
        Some(failure) => {
            assert!(WEAK && failure.cause == Cause::Race, "{failure}");
            assert!(failure.message.starts_with("P0.runnext: Causality violation"), "{failure}");
            assert!(failure.location.is_some_and(|at| at.contains("orders.rs")));
        }
        None => assert_ne!(ENGINE, Engine::Loom),
    }
}

#[test]
fn words_wrap_as_gos_do() {
    let found = outcomes(&plan(1), |sink| {
        let n = Atomic::new("nmspinning", 0u32);
        let down = n.add(u32::MAX);
        let up = n.add(1);
        let i = Atomic::new("i", -1i32);
        let seen = (down, up, n.cas(0, 5), n.swap(6), n.load(), i.add(1), i.cas(0, -7), i.peek());
        sink.outcome(move || seen)
    });
    assert_eq!(found, BTreeSet::from([(u32::MAX, 0, true, 5, 6, 0, true, -7)]));
    let found = outcomes(&plan(1), |sink| {
        let mask = Atomic::new("idlep_mask", 0b0101u32);
        mask.or(0b0010);
        mask.and(!0b0001);
        let seen = mask.load();
        sink.outcome(move || seen)
    });
    assert_eq!(found, BTreeSet::from([0b0110]));
}
