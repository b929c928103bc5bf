//! States are restored as they were: audits find nothing, find what is planted, and hazards are told.
#![cfg(feature = "explore")]

use std::cell::Cell;
use std::collections::HashMap;
use std::process::Command;

use explore::search::Options;
use explore::state::Fault;
use soundness::found::{plan, search_with};
use soundness::program::Program;
use sync::{explore, spawn, Arc, Atomic, End, Explored, Ghost, Mutex, Outside, Plan, PlanError};

fn audited(fault: Option<Fault>) -> Plan {
    let search = Options { fault, ..Options::default() };
    Plan { threads: 3, audit: 1, search, ..Plan::default() }
}

fn error(explored: Result<Explored, PlanError>) -> String {
    explored.expect_err("it is told").to_string()
}

/// Two threads, each with something on its stack and on the heap that changes while the other waits.
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
fn what_is_not_restored_is_noticed() {
    assert_eq!(explore(&audited(None), changes).expect("fine").end, End::Complete);
    for fault in [
        Fault::StackNotRestored(0),
        Fault::StackNotRestored(1),
        Fault::HeapNotRestored,
        Fault::PlacesNotRestored,
    ] {
        let told = error(explore(&audited(Some(fault)), changes));
        assert!(told.contains("audit: a restored state is not what it was"), "{fault:?}: {told}");
        assert_eq!(told.matches("`explore 1:").count(), 2, "{told}");
    }
}

thread_local! {
    static RUNS: Cell<u32> = const { Cell::new(0) };
}

#[test]
fn a_thread_local_of_the_program_is_noticed() {
    let told = error(explore(&audited(None), || {
        let run = RUNS.replace(RUNS.get() + 1);
        let word = Arc::new(Atomic::new("word", run));
        let theirs = word.clone();
        spawn(move || theirs.store(7));
        word.load();
    }));
    assert!(told.contains("audit"), "{told}");
}

#[test]
fn a_hash_map_with_random_state_is_noticed() {
    let told = error(explore(&audited(None), || {
        let map =
            Ghost::new(HashMap::from([(1, 1), (2, 2), (3, 3)]).into_iter().collect::<Vec<_>>());
        let word = Arc::new(Atomic::new("word", 0u32));
        let theirs = word.clone();
        spawn(move || theirs.store(7));
        word.load();
        map.set(Vec::new());
    }));
    assert!(told.contains("audit"), "{told}");
}

#[test]
fn the_clock_is_noticed() {
    let told = error(explore(&audited(None), || {
        let began = Box::new(std::time::Instant::now());
        let word = Arc::new(Atomic::new("word", 0u32));
        let theirs = word.clone();
        spawn(move || theirs.store(7));
        word.load();
        assert!(began.elapsed().as_secs() < 1000);
    }));
    assert!(told.contains("audit"), "{told}");
}

#[test]
fn an_os_thread_that_the_program_starts_is_noticed() {
    let told = error(explore(&audited(None), || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let given = vec![1; 100];
        std::thread::spawn(move || drop(given)).join().expect("it ends");
        let theirs = word.clone();
        spawn(move || theirs.store(7));
        word.load();
    }));
    assert!(told.contains("another OS thread has used"), "{told}");
}

#[test]
fn an_arc_from_outside_that_is_given_back_is_noticed() {
    let outside = Arc::new(7);
    let told = error(explore(&Plan { audit: 0, ..audited(None) }, move || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let (theirs, owned) = (word.clone(), outside.clone());
        spawn(move || {
            theirs.store(1);
            theirs.store(2);
            drop(owned);
        });
        word.load();
        word.load();
    }));
    assert!(told.contains("hold that as an `Outside`"), "{told}");
}

/// Somebody else owns it as well, so nothing is ever freed inside.
#[test]
fn an_arc_from_outside_that_is_counted_too_few_times_is_noticed() {
    let outside = Arc::new(7);
    let ours = vec![outside.clone(); 100];
    let told = error(explore(&Plan { audit: 0, ..audited(None) }, move || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let (theirs, owned) = (word.clone(), outside.clone());
        spawn(move || {
            theirs.store(1);
            drop(owned);
        });
        word.load();
        word.load();
    }));
    assert!(told.contains("hold that as an `Outside`"), "{told}");
    // More owners than are counted: none of them may give it back.
    std::mem::forget(ours);
}

#[test]
fn what_is_left_outside_grows_and_stays() {
    let lengths = Outside::new(Vec::new());
    let inside = lengths.clone();
    let explored = explore(&audited(None), move || {
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

/// What is done outside may be another thing each time; what it leaves on the stack is nobody's value.
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
    let explored = explore(&audited(None), move || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let (theirs, seen) = (word.clone(), seen.clone());
        seen.with_mut(|seen| leaves(if std::mem::replace(seen, true) { 2 } else { 1 }));
        spawn(move || theirs.store(1));
        waits(&word, None);
        word.load();
    });
    assert_eq!(explored.expect("no alarm").end, End::Complete);
}

#[test]
fn memory_that_grows_is_restored() {
    let explored = explore(&audited(None), || {
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

/// A panic unwinds to the thread's base, and gives back what the thread holds; and the search goes on.
#[test]
fn panics_are_found_with_guards_held_and_without() {
    let plan = Plan { audit: 1, ..plan(Options::default(), None, 3) };
    let explored = explore(&plan, || {
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

/// The execution ends as it should, with a thread that sleeps and holds a lock; then somebody looks.
#[test]
fn a_look_at_the_end_finds_what_threads_leave_and_may_fail() {
    struct Over;
    impl sync::Observer for Over {
        fn quiescent(&self) -> sync::Quiescent {
            sync::Quiescent::Over(Ok(()))
        }
    }
    let program = |expected: u32| {
        let lock = Arc::new(Mutex::new("lock", 0u32));
        let (theirs, look) = (lock.clone(), lock.clone());
        sync::observe(Arc::new(Over));
        sync::at_end(move || {
            let left = *look.peek().expect("given back while unwinding");
            assert!(left == expected, "look: {left}");
        });
        spawn(move || {
            let mut guard = theirs.lock();
            *guard += 1;
            sync::Note::new("park").sleep();
        });
    };
    assert_eq!(explore(&audited(None), move || program(1)).expect("fine").end, End::Complete);
    let End::Failed { failure, schedule } =
        explore(&audited(None), move || program(2)).expect("fine").end
    else {
        panic!("the look fails")
    };
    assert_eq!(failure.message, "look: 1");
    let again = sync::record(&audited(None), &schedule, move || program(2)).expect("fine");
    assert_eq!(again.failure.expect("again").message, "look: 1");
}

#[test]
fn too_little_heap_is_told_with_the_setting() {
    let small = Plan { heap: 1 << 20, ..audited(None) };
    let told = error(explore(&small, || drop(std::hint::black_box(vec![1u8; 2 << 20]))));
    assert!(told.contains("Plan::heap"), "{told}");
}

#[test]
fn too_many_stacks_are_told_with_the_setting() {
    let large = Plan { stack: 100 << 20, ..audited(None) };
    let told = error(explore(&large, || spawn(|| {})));
    assert!(told.contains("Plan::stack"), "{told}");
    let absurd = Plan { stack: 1 << 30, ..audited(None) };
    let told = error(explore(&absurd, || {}));
    assert!(told.contains("1073741824 bytes of stack"), "{told}");
}

#[test]
#[ignore = "run by a_stack_that_is_used_up_is_told"]
fn part_recursion() {
    fn deeper(n: u64) -> u64 {
        let here = std::hint::black_box([n; 32]);
        if n == u64::MAX {
            0
        } else {
            deeper(n + 1) + here[0]
        }
    }
    let _ = explore(&audited(None), || {
        spawn(|| {});
        spawn(|| assert!(deeper(0) > 0));
    });
}

#[test]
fn a_stack_that_is_used_up_is_told() {
    let this = std::env::current_exe().expect("a test knows its program");
    let mut command = Command::new(this);
    command.args(["--ignored", "--exact", "--nocapture", "part_recursion"]);
    let output = command.output().expect("a test can be run");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("thread 0.2 has used up its stack of 256 KiB"), "{told}");
    assert!(told.contains("Plan::stack"), "{told}");
}
