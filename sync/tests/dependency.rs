//! Which steps depend on each other: of two threads with one operation each, are both orders explored?
//!
//! Without a cache, sleep sets leave one execution of each class of executions that differ only in the
//! order of independent steps: one for each outcome of choices, and twice that if the two operations depend
//! on each other. So the number of complete executions shows whether they do.
#![cfg(searching)]

use explore::options::Options;
use soundness::found::search_of;
use sync::{Arc, Atomic, Mutex, Note};

/// An operation of each kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Load,
    /// A store of a value that the object does not have yet.
    Store,
    Add,
    /// A comparison that finds the value it expects.
    CasDone,
    CasFailed,
    Lock,
    /// A sleep on a note that has been woken before.
    Wait,
    /// A sleep on a note that has not been woken.
    Wake,
    Choose,
    Spawn,
}

use Kind::{Add, CasDone, CasFailed, Choose, Load, Lock, Spawn, Store, Wait, Wake};

const KINDS: [Kind; 10] = [Load, Store, Add, CasDone, CasFailed, Lock, Wait, Wake, Choose, Spawn];

/// One object of each kind.
struct Objects {
    word: Atomic<u32>,
    lock: Mutex<u32>,
    /// The note that has been woken, and the one that has not.
    woken: Note,
    clear: Note,
}

impl Objects {
    fn new(n: u32) -> Objects {
        Objects {
            word: Atomic::new(("word", n, "value"), 0),
            lock: Mutex::new(("lock", n, "data"), 0),
            woken: Note::new(("woken", n, "note")),
            clear: Note::new(("clear", n, "note")),
        }
    }

    /// Performs one operation of the kind; `n` differs between the threads.
    fn perform(&self, kind: Kind, n: u32) {
        match kind {
            Load => drop(self.word.load()),
            Store => self.word.store(10 + n),
            Add => drop(self.word.add(1 + n)),
            CasDone => drop(self.word.cas(0, 20 + n)),
            CasFailed => drop(self.word.cas(99, 30)),
            Lock => *self.lock.lock() += 1 + n,
            Wait => self.woken.sleep(),
            Wake => self.clear.wakeup(),
            Choose => drop(sync::choose(2)),
            Spawn => sync::spawn(|| ()),
        }
    }
}

/// The number of complete executions of the two operations, each on the objects with that number.
fn executions(ours: (Kind, usize), theirs: (Kind, usize)) -> u64 {
    let options = Options { cache: false, sleep: true, ..Options::default() };
    let found = search_of(options, None, 5, move || {
        let objects = Arc::new([Objects::new(0), Objects::new(1)]);
        objects.iter().for_each(|objects| objects.woken.wakeup());
        let shared = objects.clone();
        sync::spawn(move || shared[theirs.1].perform(theirs.0, 1));
        objects[ours.1].perform(ours.0, 0);
    });
    let (found, statistics) = found.expect("searched").expect("it ends");
    assert!(found.failures.is_empty() || (ours.0, theirs.0) == (Wake, Wake), "{found:?}");
    statistics.complete + statistics.failed
}

/// The outcomes of an operation alone.
fn outcomes(kind: Kind) -> u64 {
    if kind == Choose {
        2
    } else {
        1
    }
}

/// On one object: two operations depend on each other if one changes what the other reads.
fn depend(a: Kind, b: Kind) -> bool {
    let word = |kind| matches!(kind, Load | Store | Add | CasDone | CasFailed);
    let changes = |kind| matches!(kind, Store | Add | CasDone);
    match (a, b) {
        (Lock, Lock) => true,
        // Two wakeups: the second fails. Both orders are explored, since the threads differ.
        (Wake, Wake) => true,
        _ => word(a) && word(b) && (changes(a) || changes(b)),
    }
}

#[test]
fn on_one_object_both_orders_of_dependent_operations_are_explored_and_one_of_others() {
    for a in KINDS {
        for b in KINDS {
            if (a, b) == (Wait, Wait) {
                continue; // One note has one sleeper.
            }
            let orders = if depend(a, b) { 2 } else { 1 };
            let expected = orders * outcomes(a) * outcomes(b);
            assert_eq!(executions((a, 0), (b, 0)), expected, "{a:?} {b:?}");
        }
    }
}

#[test]
fn on_two_objects_all_operations_are_independent() {
    for a in KINDS {
        for b in KINDS {
            let expected = outcomes(a) * outcomes(b);
            assert_eq!(executions((a, 0), (b, 1)), expected, "{a:?} {b:?}");
        }
    }
}

/// The thread that sleeps first is woken, and the one that comes later continues at once: the two orders
/// differ, so both are explored.
#[test]
fn a_sleep_and_the_wakeup_it_waits_for_depend_on_each_other() {
    let options = Options { cache: false, sleep: true, ..Options::default() };
    let found = search_of(options, None, 2, || {
        let note = Arc::new(Note::new("note"));
        let theirs = note.clone();
        sync::spawn(move || theirs.wakeup());
        note.sleep();
    });
    let (found, statistics) = found.expect("searched").expect("it ends");
    assert_eq!((found.failures.len(), statistics.complete), (0, 2));
}
