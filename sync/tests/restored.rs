//! States are restored as they were: audits find no difference, and detect planted faults.
#![cfg(feature = "explore")]

use std::panic::{catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use explore::fault::{planting, Fault};
use explore::search::Options;
use soundness::found::{plan, search_with};
use soundness::program::Program;
use sync::driver::{run_all, End, Explored, Outside, Plan, PlanError};
use sync::{spawn, Arc, Atomic, Mutex};

fn audited() -> Plan {
    Plan { threads: 3, audit: 1, ..Plan::default() }
}

fn error(explored: Result<Explored, PlanError>) -> String {
    explored.expect_err("an error").to_string()
}

/// Two threads, each with data on its stack and on the heap that changes while the other waits.
fn changes() {
    let word = Arc::new(Atomic::new("word", 0u32));
    let theirs = word.clone();
    let count = move |word: &Atomic<u32>| {
        let mut seen = Vec::new();
        let mut sum = 0;
        for step in 0..3 {
            word.add(1);
            sum += word.load() << step;
            seen.push(sum);
        }
        (seen, sum)
    };
    spawn(move || drop(count(&theirs)));
    let (seen, sum) = count(&word);
    assert_eq!(seen.last(), Some(&sum));
}

#[test]
fn audits_of_all_restored_states_find_nothing() {
    let mut programs = 0;
    for seed in 1..400 {
        let program = match seed % 2 {
            0 => Program::generate(seed),
            _ => Program::generate_with_loops(seed),
        };
        let options = Options { max_executions: Some(2_000), ..Options::default() };
        let audited = Plan { audit: 1, ..plan(options.clone(), None, 3) };
        let Some(with) = search_with(&program, audited).expect("searched") else { continue };
        let without = search_with(&program, plan(options, None, 3)).expect("searched");
        assert_eq!(Some(with), without, "an audit changes nothing");
        programs += 1;
    }
    assert!(programs > 300, "{programs}");
}

#[test]
fn what_is_not_restored_is_detected() {
    assert_eq!(run_all(&audited(), changes).expect("fine").end, End::Complete);
    for fault in [
        Fault::StackNotRestored(0),
        Fault::StackNotRestored(1),
        Fault::RunNotRecorded(0),
        Fault::RunNotRecorded(1),
        Fault::HeapNotRestored,
        Fault::PlacesNotRestored,
        Fault::ObjectTableNotRestored,
    ] {
        let message = error(planting(Some(fault), || run_all(&audited(), changes)));
        assert!(
            message.contains("audit: a restored state differs from a run from scratch"),
            "{fault:?}: {message}"
        );
        assert_eq!(message.matches("`explore 1:").count(), 2, "{message}");
    }
}

/// A thread with many pages of memory, one of which it writes long after the others, and only for some
/// choices: not in the first 4,096 of its executions, then in one, then in no more.
fn writes_late() {
    const LATE: usize = 4 * 4096;
    let mut memory = vec![1u8; 8 * 4096];
    let many = || (0..11).fold(0, |sum, _| 2 * sum + sync::choose(2));
    memory[0] = match (sync::choose(2), sync::choose(2)) {
        (0, _) => many() as u8,
        (_, 0) => {
            memory[LATE] = 7;
            2
        }
        _ => many() as u8,
    };
    Atomic::new("word", u32::from(memory[0])).store(memory[LATE].into());
}

/// Pages are frozen in the first executions, and one of them thaws.
#[test]
fn pages_that_are_not_written_are_restored() {
    let search = |fault, audit| {
        let plan = Plan { audit, ..plan(Options::default(), None, 1) };
        let explored = planting(fault, || run_all(&plan, writes_late));
        explored.map(|explored| explored.searched.map(|searched| searched.statistics))
    };
    // Audits write all pages, so there are few audits: between the second and the third, pages are frozen,
    // and one thaws.
    let (audited, plain) = (search(None, 1_499).expect("fine"), search(None, 0).expect("fine"));
    assert_eq!(audited, plain);
    for fault in [Fault::ThawNotRecorded, Fault::PageNotRestored] {
        let message = search(Some(fault), 1_499).expect_err(&format!("{fault:?}")).to_string();
        assert!(
            message.contains("audit: a restored state differs from a run from scratch"),
            "{fault:?}: {message}"
        );
    }
}

#[test]
fn what_is_left_outside_grows_and_stays() {
    let lengths = Outside::new(Vec::new());
    let inside = lengths.clone();
    let explored = run_all(&audited(), move || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let (theirs, log) = (word.clone(), inside.clone());
        spawn(move || theirs.store(1));
        let seen = format!("saw {}", word.load());
        log.with_mut(|log| log.extend(std::iter::repeat_n(seen.clone(), 100)));
        word.load();
    });
    assert_eq!(explored.expect("fine").end, End::Complete);
    let lengths = lengths.get();
    assert!(lengths.len() > 200, "{}", lengths.len());
    for seen in ["saw 0", "saw 1"] {
        assert!(lengths.iter().any(|line| line == seen), "{seen}");
    }
}

/// Code outside may do something else each time; its leftovers on the stack have no value.
#[test]
fn what_is_done_outside_is_no_difference() {
    #[inline(never)]
    fn leaves(what: u64) {
        std::hint::black_box([what; 400]);
    }
    #[inline(never)]
    fn waits(word: &Atomic<u32>, nothing: Option<[u64; 300]>) {
        let nothing = std::hint::black_box(nothing);
        word.load();
        assert!(std::hint::black_box(nothing).is_none(), "outside: something");
    }
    let seen = Outside::new(false);
    let explored = run_all(&audited(), move || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let (theirs, seen) = (word.clone(), seen.clone());
        seen.with_mut(|seen| leaves(if std::mem::replace(seen, true) { 2 } else { 1 }));
        spawn(move || theirs.store(1));
        waits(&word, None);
        word.load();
    });
    assert_eq!(explored.expect("no alarm").end, End::Complete);
}

/// `std` checks whether its own thread panics only while some thread does, which takes another path through
/// each lock.
#[test]
fn a_panic_elsewhere_is_no_difference() {
    struct Slow;
    impl Drop for Slow {
        fn drop(&mut self) {
            std::thread::sleep(Duration::from_micros(300));
        }
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let _ = catch_unwind(|| {
                    let _slow = Slow;
                    resume_unwind(Box::new(()))
                });
                std::thread::sleep(Duration::from_micros(300));
            }
        });
        let searched: Vec<_> = (0..20).map(|_| run_all(&audited(), changes)).collect();
        over.store(true, Ordering::Relaxed);
        for explored in searched {
            assert_eq!(explored.expect("no alarm").end, End::Complete);
        }
    });
}

#[test]
fn memory_that_grows_is_restored() {
    let explored = run_all(&audited(), || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let theirs = word.clone();
        let grow = |word: &Atomic<u32>| {
            let mut all = Vec::new();
            for step in 0..4 {
                all.extend(std::iter::repeat_n(word.add(1), 10 << (3 * step)));
            }
            assert!(all.windows(2).all(|pair| pair[0] <= pair[1]), "grow: it is as it was");
            all.len()
        };
        spawn(move || assert_eq!(grow(&theirs), 10 + 80 + 640 + 5120));
        grow(&word);
    });
    assert_eq!(explored.expect("fine").end, End::Complete);
}

/// A panic unwinds to the thread's base, and releases what the thread holds; and the search continues.
#[test]
fn panics_are_found_with_guards_held_and_without() {
    let plan = Plan { audit: 1, ..plan(Options::default(), None, 3) };
    let explored = run_all(&plan, || {
        let lock = Arc::new(Mutex::new("lock", 0u32));
        let theirs = lock.clone();
        spawn(move || {
            let mut guard = theirs.lock();
            *guard += 1;
            assert!(*guard == 1, "second: {}", *guard);
        });
        let mut guard = lock.lock();
        *guard += 1;
        assert!(*guard == 1, "first: {}", *guard);
        drop(guard);
        drop(lock.lock());
    });
    let searched = explored.expect("fine").searched.expect("searched");
    let expected = ["first: 2", "second: 2"].map(str::to_owned);
    assert!(searched.failures.keys().eq(&expected), "{:?}", searched.failures);
}

/// The execution ends without a failure, while a thread sleeps and holds a lock; then code at the end
/// checks the result.
#[test]
fn code_at_the_end_sees_what_threads_leave_and_may_fail() {
    struct Over;
    impl sync::driver::Observer for Over {
        fn quiescent(&self) -> sync::driver::Quiescent {
            sync::driver::Quiescent::Over(Ok(()))
        }
    }
    let program = |expected: u32| {
        let lock = Arc::new(Mutex::new("lock", 0u32));
        let (theirs, look) = (lock.clone(), lock.clone());
        sync::driver::observe(Arc::new(Over));
        sync::driver::at_end(move || {
            let left = *look.peek().expect("released while unwinding");
            assert!(left == expected, "look: {left}");
        });
        spawn(move || {
            let mut guard = theirs.lock();
            *guard += 1;
            sync::Note::new("park").sleep();
        });
    };
    assert_eq!(run_all(&audited(), move || program(1)).expect("fine").end, End::Complete);
    let End::Failed { failure, schedule } =
        run_all(&audited(), move || program(2)).expect("fine").end
    else {
        panic!("the code at the end fails")
    };
    assert_eq!(failure.message, "look: 1");
    let again = sync::driver::record(&audited(), &schedule, move || program(2)).expect("fine");
    assert_eq!(again.failure.expect("again").message, "look: 1");
}
