//! What loom's atomics are not, and what its search leaves out.

use std::collections::BTreeSet;
use std::sync::Arc;

use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;
use sync::driver::litmus::outcomes;
use sync::driver::Plan;
use sync::Atomic;

use super::raw;

/// Store buffering, raw: one operation that writes and one that reads, on either side.
fn store_buffering(
    write: fn(&AtomicU32),
    read: fn(&AtomicU32) -> u32,
) -> (u64, BTreeSet<(u32, u32)>) {
    let race = move || {
        let (x, y) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let (their_x, their_y) = (x.clone(), y.clone());
        let they = thread::spawn(move || {
            write(&their_y);
            read(&their_x)
        });
        write(&x);
        let mine = read(&y);
        (mine, they.join().expect("no panic"))
    };
    raw(race).expect("no panic")
}

/// L1 (loom#180). In a total order, one of the two is first and the other sees it: a waker that sets a flag
/// and looks for sleepers, and a sleeper that announces itself and reads the flag, cannot miss each other.
/// loom's `SeqCst` lets them.
#[test]
fn seqcst_is_not_a_total_order() {
    let (_, found) =
        store_buffering(|word| word.store(1, Ordering::SeqCst), |word| word.load(Ordering::SeqCst));
    assert!(found.contains(&(0, 0)), "loom's SeqCst has become a total order: {found:?}");
}

/// L1: what makes a total order. With fences around them, loads may be mere loads; but see L15.
#[test]
fn fences_or_read_modify_writes_make_a_total_order() {
    use loom::sync::atomic::fence;
    let (_, fenced) = store_buffering(
        |word| {
            fence(Ordering::SeqCst);
            word.swap(1, Ordering::AcqRel);
            fence(Ordering::SeqCst);
        },
        |word| {
            fence(Ordering::SeqCst);
            let value = word.load(Ordering::Acquire);
            fence(Ordering::SeqCst);
            value
        },
    );
    let (_, updated) = store_buffering(
        |word| {
            word.swap(1, Ordering::AcqRel);
        },
        |word| word.fetch_add(0, Ordering::AcqRel),
    );
    for found in [fenced, updated] {
        assert_eq!(found, BTreeSet::from([(0, 1), (1, 0), (1, 1)]));
    }
}

/// L2 (loom#254, loom#424). An exchange reads the value before it: if it reads false, the store of true
/// comes later, and true is what is left. With a plain store, loom loses that order.
#[test]
fn a_plain_store_beside_an_exchange_loses_the_modification_order() {
    let race = |store: fn(&AtomicU32)| {
        move || {
            let flag = Arc::new(AtomicU32::new(0));
            let theirs = flag.clone();
            let they = thread::spawn(move || theirs.swap(0, Ordering::SeqCst));
            store(&flag);
            let exchanged = they.join().expect("no panic");
            (exchanged, flag.load(Ordering::SeqCst))
        }
    };
    let (_, plain) = raw(race(|flag| flag.store(1, Ordering::SeqCst))).expect("no panic");
    assert!(plain.contains(&(0, 0)), "loom keeps the order now: {plain:?}");

    let exchange = |flag: &AtomicU32| {
        flag.swap(1, Ordering::SeqCst);
    };
    let (_, exchanged) = raw(race(exchange)).expect("no panic");
    assert_eq!(exchanged, BTreeSet::from([(0, 1), (1, 0)]));
}

/// L2: our store is such an exchange.
#[test]
fn a_store_beside_an_exchange_keeps_the_modification_order() {
    let found = outcomes(&Plan::default(), |sink| {
        let flag = Arc::new(Atomic::new("flag", false));
        let exchanged = Arc::new(sync::Ghost::new(None));
        let (theirs, seen) = (flag.clone(), exchanged.clone());
        sync::spawn(move || seen.set(Some(theirs.swap(false))));
        flag.store(true);
        sink.outcome(move || (exchanged.get(), flag.peek()));
    });
    assert_eq!(found, BTreeSet::from([(Some(false), true), (Some(true), false)]));
}

/// One loads, the other perhaps loads and then writes: all that the one loads.
fn loads_beside(write: fn(&AtomicU32), load: fn(&AtomicU32)) -> BTreeSet<u32> {
    let race = move || {
        let word = Arc::new(AtomicU32::new(0));
        let theirs = word.clone();
        thread::spawn(move || {
            load(&theirs);
            write(&theirs);
        });
        word.load(Ordering::SeqCst)
    };
    raw(race).expect("no panic").1
}

/// L15 (loom#166, loom#392). A load hides the loads before it from the write after it: this program has
/// two outcomes, and loom runs it once.
#[test]
fn a_load_hides_the_loads_before_it() {
    let write = |word: &AtomicU32| word.store(1, Ordering::SeqCst);
    let hidden = loads_beside(write, |word| assert!(word.load(Ordering::SeqCst) == 0));
    assert_eq!(hidden, BTreeSet::from([0]), "loom sees both now");
    assert_eq!(loads_beside(write, |_| {}), BTreeSet::from([0, 1]));
}

/// L15: neither in the total order nor outside it does our word hide anything. (differential.rs has more.)
#[test]
fn no_load_hides_another() {
    type Access = fn(&Atomic<u32>);
    let accesses: [(Access, Access); 3] = [
        (|word| assert!(word.load() == 0), |word| word.store(1)),
        (|word| assert!(word.load_acq() == 0), |word| word.store_rel(1)),
        (|word| assert!(word.load_relaxed() == 0), |word| assert!(word.cas_rel(0, 1))),
    ];
    for (load, write) in accesses {
        for mine in [Atomic::load, Atomic::load_acq, Atomic::load_relaxed] {
            let found = outcomes(&Plan::default(), move |sink| {
                let word = Arc::new(Atomic::new("word", 0u32));
                let theirs = word.clone();
                sync::spawn(move || {
                    load(&theirs);
                    write(&theirs);
                });
                let seen = mine(&word);
                sink.outcome(move || seen);
            });
            assert_eq!(found, BTreeSet::from([0, 1]));
        }
    }
}
