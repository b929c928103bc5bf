//! Data races: which plain accesses race, and what orders them.

use sync::driver::litmus::failure;
use sync::driver::{run_all, Cause, End, Failure, Options, Plan, Sampler};
use sync::{spawn, Arc, Atomic, Mutex, Note, Plain};

/// Two plain fields, and what may order the accesses of two threads.
struct Shared {
    field: Plain<u32>,
    flag: Atomic<u32>,
    other: Atomic<u32>,
    lock: Mutex<()>,
    note: Note,
}

/// What a thread does.
type Body = fn(&Shared);

fn plan(search: Options) -> Plan {
    Plan { sampler: Sampler::Exhaustive, races: true, search, ..Plan::default() }
}

fn run(ours: Body, theirs: Body) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shared = Arc::new(Shared {
            field: Plain::new("field", 0),
            flag: Atomic::new("flag", 0),
            other: Atomic::new("other", 0),
            lock: Mutex::new("lock", ()),
            note: Note::new("note"),
        });
        let other = shared.clone();
        spawn(move || theirs(&other));
        ours(&shared);
    }
}

/// The race that each way to search finds between the two threads. All ways must agree on whether there is
/// one.
fn race(ours: Body, theirs: Body) -> Option<Failure> {
    let options = Options::default;
    let ways = [
        options(),
        Options { cache: false, ..options() },
        Options { sleep: false, ..options() },
        Options { cache: false, sleep: false, ..options() },
        Options { jobs: 2, ..options() },
    ];
    let found = ways.map(|search| failure(&plan(search), run(ours, theirs)));
    for one in &found {
        assert_eq!(one.as_ref().map(kind), found[0].as_ref().map(kind), "{one:?}");
    }
    let [first, ..] = found;
    first
}

fn kind(failure: &Failure) -> Cause {
    failure.cause.clone()
}

fn is_race(ours: Body, theirs: Body) {
    let failure = race(ours, theirs).expect("a race");
    assert_eq!(failure.cause, Cause::Race, "{failure}");
    assert!(failure.message.starts_with("data race on field, by thread "), "{failure}");
}

fn is_none(ours: Body, theirs: Body) {
    assert_eq!(race(ours, theirs), None);
}

const WRITE: Body = |shared| shared.field.set(1);
const WRITES_AT: u32 = line!() - 1;
const READ: Body = |shared| assert!(shared.field.get() <= 2);
const READS_AT: u32 = line!() - 1;

/// Both use the flag, but the field is written after it.
const WRITE_LATE: Body = |shared| {
    shared.flag.store(1);
    shared.field.set(1);
    shared.other.load();
};
const READ_IF_FLAG: Body = |shared| {
    if shared.flag.load() == 1 {
        shared.field.get();
    }
};

#[sync::test(searching)]
fn two_writes_race() {
    is_race(WRITE, WRITE);
}

#[sync::test(searching)]
fn a_write_and_a_read_race() {
    is_race(WRITE, READ);
    is_race(READ, WRITE);
    is_race(READ, |shared| {
        shared.field.with_mut(|value| *value += 1);
    });
}

#[sync::test(searching)]
fn two_reads_do_not() {
    is_none(READ, READ);
}

#[sync::test(searching)]
fn a_lock_orders() {
    let locked: Body = |shared| {
        let _guard = shared.lock.lock();
        shared.field.set(1);
    };
    is_none(locked, locked);
    is_race(locked, WRITE);
    is_race(locked, |shared| {
        drop(shared.lock.lock());
        shared.field.get();
    });
}

#[sync::test(searching)]
fn a_note_orders_what_is_written_before_the_wakeup() {
    let sleeper: Body = |shared| {
        shared.note.sleep();
        shared.field.get();
    };
    is_none(sleeper, |shared| {
        shared.field.set(1);
        shared.note.wakeup();
    });
    is_race(sleeper, |shared| {
        shared.note.wakeup();
        shared.field.set(1);
    });
}

#[sync::test(searching)]
fn a_flag_orders_what_is_written_before_it() {
    let reader: Body = |shared| {
        if shared.flag.load_acq() == 1 {
            shared.field.get();
        }
    };
    is_none(reader, |shared| {
        shared.field.set(1);
        shared.flag.store_rel(1);
    });
    is_race(reader, |shared| {
        shared.flag.store_rel(1);
        shared.field.set(1);
    });
    is_race(READ_IF_FLAG, WRITE_LATE);
}

/// The reverse also holds: the thread that takes the flag may write.
#[sync::test(searching)]
fn an_exchange_hands_over() {
    let taker: Body = |shared| {
        if shared.flag.cas(0, 1) {
            shared.field.set(1);
        }
    };
    is_none(taker, taker);
    is_race(taker, |shared| {
        if shared.flag.cas(0, 0) {
            shared.field.set(1);
        }
    });
}

/// As for a ring's tail: thieves load it, and another owner's store races.
#[sync::test(searching)]
fn an_owners_plain_read_races_with_a_store() {
    let owner: Body = |shared| {
        shared.flag.owner_load();
    };
    is_none(owner, |shared| {
        shared.flag.load_acq();
    });
    let failure = race(owner, |shared| shared.flag.store_rel(1)).expect("a race");
    assert!(failure.message.starts_with("data race on flag, by thread "), "{failure}");
}

/// Both threads, both accesses, and where they are.
#[sync::test(searching)]
fn a_race_says_who_and_where() {
    let failure = race(WRITE, READ).expect("a race");
    let here = |line| format!("sync/tests/races.rs:{line}:");
    let (write, read) = (here(WRITES_AT), here(READS_AT));
    for part in ["thread 0 (plain write at ", "thread 1 (plain read at ", &write, &read] {
        assert!(failure.message.contains(part), "{part} is not in {failure}");
    }
    assert!(failure.location.is_some_and(|at| at.starts_with(&write) || at.starts_with(&read)));
}

/// Without a preemption, one thread is done before the other begins; the search says that it was bounded.
#[sync::test(searching)]
fn a_bound_that_hides_a_race_is_said() {
    let bounded = |bound| Plan { bound: Some(bound), ..plan(Options::default()) };
    let none = run_all(&bounded(0), run(WRITE, READ)).expect("a plan");
    assert_eq!(none.end, End::Complete);
    assert_eq!(none.searched.expect("searched").bound, Some(0));
    let failure = failure(&bounded(1), run(WRITE, READ)).expect("a race");
    assert_eq!(failure.cause, Cause::Race);
}

/// A plan that does not look for races finds none: accesses are parts of steps.
#[sync::test(searching)]
fn elsewhere_a_plain_access_is_no_step() {
    let silent = Plan { races: false, ..plan(Options::default()) };
    let explored = run_all(&silent, run(WRITE, READ)).expect("a plan");
    assert_eq!(explored.end, End::Complete);
    let states = explored.searched.expect("searched").statistics.states;
    let without = run_all(&silent, run(|_| {}, |_| {})).expect("a plan");
    assert_eq!(without.searched.expect("searched").statistics.states, states);
}

/// loom's first fence precedes its switch, so it tries no order in which the reader comes between the store
/// of the flag and the write; with the mark it does.
#[cfg(feature = "loom")]
#[test]
fn loom_tries_the_orders_around_a_plain_access_only_if_that_is_an_operation() {
    let plan = |races| Plan { races, ..Plan::default() };
    let found = failure(&plan(true), run(READ_IF_FLAG, WRITE_LATE)).expect("a race");
    assert_eq!(found.cause, Cause::Race, "{found}");
    let hidden = failure(&plan(false), run(READ_IF_FLAG, WRITE_LATE));
    assert_eq!(hidden, None, "loom finds it without the mark now: is the mark still needed?");
}

/// On an engine without a search, a plan that asks for races is refused.
#[cfg(not(any(feature = "loom", feature = "explore")))]
#[test]
fn races_are_refused_where_nothing_is_searched() {
    let plan = Plan { races: true, ..Plan::default() };
    assert_eq!(
        run_all(&plan, || {}),
        Err(sync::driver::PlanError::Races),
        "{}",
        sync::driver::ENGINE
    );
}
