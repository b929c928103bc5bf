//! The traps of loom that this crate is built around, each beside what it does instead. Where an upgrade
//! of loom changes a trap, its test here fails, and the way around it can be thought over.
#![cfg(feature = "loom")]

use std::collections::BTreeSet;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64 as Counter, Ordering::Relaxed};
use std::sync::{Arc, Mutex as StdMutex};

use loom::model::Builder;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::sync::{Condvar, Mutex};
use loom::thread;
use sync::litmus::{failure, outcomes};
use sync::{Atomic, Cause, Note, Plan};

/// How often loom runs `program`, and all that it returns; or the text of the panic.
///
/// On an OS thread of its own, since loom leaves things behind when it fails.
fn raw<T: Ord + Send + 'static>(
    program: impl Fn() -> T + Send + Sync + 'static,
) -> Result<(u64, BTreeSet<T>), String> {
    let executions = Arc::new(Counter::new(0));
    let outcomes = Arc::new(StdMutex::new(BTreeSet::new()));
    let (count, sink) = (executions.clone(), outcomes.clone());
    let check = move || {
        Builder::new().check(move || {
            count.fetch_add(1, Relaxed);
            let outcome = program();
            sink.lock().expect("no panic while it is held").insert(outcome);
        });
    };
    match std::thread::spawn(check).join() {
        Ok(()) => {
            let outcomes =
                std::mem::take(&mut *outcomes.lock().expect("no panic while it is held"));
            Ok((executions.load(Relaxed), outcomes))
        }
        Err(payload) => Err(payload.downcast_ref::<String>().cloned().unwrap_or_default()),
    }
}

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

/// L1 (loom#180). In a total order, one of the two is first and the other sees it: a waker that sets a
/// flag and looks for sleepers, and a sleeper that says so and looks at the flag, cannot miss each other.
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
/// comes later, and true is what is left. With a plain store beside it, loom loses that order.
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
                they_got.with_mut(|got| *got += 1);
                theirs.store(false);
            }
        });
        if lock.cas(false, true) {
            got.with_mut(|got| *got += 1);
            lock.store(false);
        }
        sink.outcome(move || got.get());
    });
    assert_eq!(found, BTreeSet::from([1, 2]));
}

/// Runs one of the tests below, which are part of another, in a process of its own.
fn in_a_process(name: &str) -> Output {
    let this = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(this);
    command.args(["--ignored", "--exact", name]);
    command.output().expect("a test can be run")
}

fn deadlock_with<T: Clone + Send + 'static>(shared: fn() -> T) {
    let _ = raw(move || {
        let locks = Arc::new((Mutex::new(()), Mutex::new(())));
        let (theirs, held) = (locks.clone(), shared());
        let held_too = held.clone();
        thread::spawn(move || {
            let _held = held_too;
            let _b = theirs.1.lock();
            let _a = theirs.0.lock();
        });
        let _held = held;
        let _a = locks.0.lock();
        let _b = locks.1.lock();
    });
}

#[test]
#[ignore = "aborts; run by a_deadlock_aborts_the_process_if_an_arc_of_looms_is_dropped"]
fn part_deadlock_with_an_arc_of_looms() {
    deadlock_with(|| loom::sync::Arc::new(()));
}

#[test]
#[ignore = "run by a_deadlock_aborts_the_process_if_an_arc_of_looms_is_dropped"]
fn part_deadlock_with_an_arc_of_std() {
    deadlock_with(|| Arc::new(()));
}

#[test]
#[ignore = "run by a_deadlock_aborts_the_process_if_an_arc_of_looms_is_dropped"]
fn part_deadlock_of_ours() {
    let failure = failure(&Plan::default(), || {
        let locks = Arc::new((sync::Mutex::new("a", ()), sync::Mutex::new("b", ())));
        let theirs = locks.clone();
        sync::spawn(move || {
            let _b = theirs.1.lock();
            let _a = theirs.0.lock();
        });
        let _a = locks.0.lock();
        let _b = locks.1.lock();
    });
    assert_eq!(failure.expect("a deadlock").cause, Cause::Deadlock);
}

/// L6. loom reports a deadlock by a panic, and its `Arc` cannot be dropped while that unwinds.
#[test]
fn a_deadlock_aborts_the_process_if_an_arc_of_looms_is_dropped() {
    use std::os::unix::process::ExitStatusExt;
    const SIGABRT: i32 = 6;
    let aborted = in_a_process("part_deadlock_with_an_arc_of_looms");
    assert_eq!(aborted.status.signal(), Some(SIGABRT), "it survives now: {aborted:?}");
    for survives in ["part_deadlock_with_an_arc_of_std", "part_deadlock_of_ours"] {
        let survived = in_a_process(survives);
        assert!(survived.status.success(), "{survives}: {survived:?}");
    }
}

/// L7. The limit on executions is looked at every 20,000 executions, and then it is as if all had been
/// run.
#[test]
fn a_limit_on_executions_is_hardly_looked_at() {
    let executions = Arc::new(Counter::new(0));
    let count = executions.clone();
    let check = move || {
        let mut builder = Builder::new();
        builder.max_permutations = Some(2);
        builder.check(move || {
            count.fetch_add(1, Relaxed);
            let word = Arc::new(AtomicU32::new(0));
            let theirs = word.clone();
            thread::spawn(move || theirs.fetch_add(1, Ordering::SeqCst));
            word.fetch_add(1, Ordering::SeqCst);
            word.load(Ordering::SeqCst);
        });
    };
    std::thread::spawn(check).join().expect("no panic");
    assert!(executions.load(Relaxed) > 2, "loom stops in time now");
}

/// L7: we stop after the execution at whose end we are told to, and say that this is not the end.
#[test]
fn an_exploration_that_is_stopped_says_so() {
    let stop_at_2 = |n| if n == 2 { sync::Control::Stop } else { sync::Control::Go };
    let plan = Plan { progress: Some(Arc::new(stop_at_2)), ..Plan::default() };
    let program = || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let theirs = word.clone();
        sync::spawn(move || {
            theirs.add(1);
        });
        word.add(1);
        word.load();
    };
    let explored = sync::explore(&plan, program).expect("the plan is fine");
    assert_eq!((explored.executions, explored.end), (2, sync::End::Stopped));
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

/// L15: neither in the total order nor beside it is anything hidden from us. (differential.rs has more.)
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
