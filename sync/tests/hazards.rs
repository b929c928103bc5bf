//! What a program must not do where its states are restored is reported, with what to do instead.
#![cfg(feature = "explore")]

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use sync::driver::{run_all, End, Explored, Plan, PlanError};
use sync::{spawn, Arc, Atomic, Ghost};

fn audited() -> Plan {
    Plan { threads: 3, audit: 1, ..Plan::default() }
}

fn error(explored: Result<Explored, PlanError>) -> String {
    explored.expect_err("an error").to_string()
}

thread_local! {
    static RUNS: Cell<u32> = const { Cell::new(0) };
}

#[test]
fn a_thread_local_of_the_program_is_detected() {
    let message = error(run_all(&audited(), || {
        let run = RUNS.replace(RUNS.get() + 1);
        let word = Arc::new(Atomic::new("word", run));
        let theirs = word.clone();
        spawn(move || theirs.store(7));
        word.load();
    }));
    assert!(message.contains("audit"), "{message}");
}

#[test]
fn a_hash_map_with_random_state_is_detected() {
    let message = error(run_all(&audited(), || {
        let map =
            Ghost::new(HashMap::from([(1, 1), (2, 2), (3, 3)]).into_iter().collect::<Vec<_>>());
        let word = Arc::new(Atomic::new("word", 0u32));
        let theirs = word.clone();
        spawn(move || theirs.store(7));
        word.load();
        map.set(Vec::new());
    }));
    assert!(message.contains("audit"), "{message}");
}

#[test]
fn the_clock_is_detected() {
    let message = error(run_all(&audited(), || {
        let began = Box::new(std::time::Instant::now());
        let word = Arc::new(Atomic::new("word", 0u32));
        let theirs = word.clone();
        spawn(move || theirs.store(7));
        word.load();
        assert!(began.elapsed().as_secs() < 1000);
    }));
    assert!(message.contains("audit"), "{message}");
}

#[test]
fn an_os_thread_that_the_program_starts_is_detected() {
    let message = error(run_all(&audited(), || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let given = vec![1; 100];
        std::thread::spawn(move || drop(given)).join().expect("it ends");
        let theirs = word.clone();
        spawn(move || theirs.store(7));
        word.load();
    }));
    assert!(message.contains("start threads with `spawn` only"), "{message}");
}

#[test]
fn an_arc_from_outside_that_is_dropped_is_detected() {
    let outside = Arc::new(7);
    let message = error(run_all(&Plan { audit: 0, ..audited() }, move || {
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
    assert!(message.contains("hold it in an `Outside`"), "{message}");
}

/// Another owner is outside, so nothing is ever freed inside.
#[test]
fn an_arc_from_outside_that_is_counted_too_few_times_is_detected() {
    let outside = Arc::new(7);
    let ours = vec![outside.clone(); 100];
    let message = error(run_all(&Plan { audit: 0, ..audited() }, move || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let (theirs, owned) = (word.clone(), outside.clone());
        spawn(move || {
            theirs.store(1);
            drop(owned);
        });
        word.load();
        word.load();
    }));
    assert!(message.contains("hold it in an `Outside`"), "{message}");
    // With more owners than are recognised as a count, dropping one is an error as well.
    std::mem::forget(ours);
}

/// Calls `change` in each of several executions: before it, two threads race.
fn racing(change: impl FnOnce() + Send + 'static) {
    let word = Arc::new(Atomic::new("word", 0u32));
    let theirs = word.clone();
    spawn(move || {
        theirs.store(1);
        theirs.store(2);
        change();
    });
    for _ in 0..3 {
        word.load();
    }
}

/// The padding of a closure may hold any address; here one of two words that are no block of the heap.
#[test]
fn a_word_that_falls_like_a_count_is_no_arc() {
    static COUNTS: [AtomicUsize; 2] = [AtomicUsize::new(1_000), AtomicUsize::new(1)];
    let leftover = COUNTS.as_ptr() as usize;
    let explored = run_all(&Plan { audit: 0, ..audited() }, move || {
        std::hint::black_box(leftover);
        racing(|| {
            COUNTS[0].fetch_sub(1, Ordering::Relaxed);
        });
    });
    assert_eq!(explored.expect("no alarm").end, End::Complete);
    assert!(COUNTS[0].load(Ordering::Relaxed) < 1_000 - 2);
}

/// Or that of an `Arc` of which others take and drop clones meanwhile.
#[test]
fn a_count_that_rises_as_often_as_it_falls_is_no_error() {
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    let counted = std::sync::Arc::new(7);
    let ours = vec![counted.clone(); 10];
    let explored = run_all(&Plan { audit: 0, ..audited() }, move || {
        let owned = counted.clone();
        let more = counted.clone();
        racing(move || {
            // One fewer each second time, as `more` and `owned` are dropped, and otherwise one more.
            if TIMES.fetch_add(1, Ordering::Relaxed) % 2 == 0 {
                std::mem::forget(more);
            } else {
                (0..3).for_each(|_| std::mem::forget(more.clone()));
            }
            drop(owned);
        });
    });
    assert_eq!(explored.expect("no alarm").end, End::Complete);
    assert!(TIMES.load(Ordering::Relaxed) > 4);
    std::mem::forget(ours);
}

/// It has memory from outside, and gets more inside.
#[test]
fn a_container_from_outside_that_grows_is_detected() {
    let outside = Arc::new(std::sync::Mutex::new(Vec::with_capacity(1)));
    let message = error(run_all(&Plan { audit: 0, ..audited() }, move || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let theirs = word.clone();
        spawn(move || theirs.store(1));
        let seen = word.load();
        outside.lock().expect("no panic").extend([seen; 100]);
    }));
    assert!(
        message.contains("made one larger, such as a `Vec`: hold it in an `Outside`"),
        "{message}"
    );
}

#[test]
fn too_little_heap_is_reported_with_the_setting() {
    let small = Plan { heap: 1 << 20, ..audited() };
    let message = error(run_all(&small, || drop(std::hint::black_box(vec![1u8; 2 << 20]))));
    assert!(message.contains("Plan::heap"), "{message}");
}

#[test]
fn too_many_stacks_are_reported_with_the_setting() {
    let large = Plan { stack: 100 << 20, ..audited() };
    let message = error(run_all(&large, || spawn(|| {})));
    assert!(message.contains("Plan::stack"), "{message}");
    let absurd = Plan { stack: 1 << 30, ..audited() };
    let message = error(run_all(&absurd, || {}));
    assert!(message.contains("1073741824 bytes of stack"), "{message}");
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
    let _ = run_all(&audited(), || {
        spawn(|| {});
        spawn(|| assert!(deeper(0) > 0));
    });
}

#[test]
fn a_stack_that_is_used_up_is_reported() {
    let output = crate::part(module_path!(), "part_recursion");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{message}");
    assert!(message.contains("thread 0.2 has used up its stack of 256 KiB"), "{message}");
    assert!(message.contains("Plan::stack"), "{message}");
}
