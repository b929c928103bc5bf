//! What a newcomer may do wrong: each ends in a verdict or an error that names it, and none in a hang or in *held*.

use std::collections::HashMap;

use programs::{
    checkpoint, choose, spawn, spin, Arc, AtEnd, Atomic, Mutex, Note, Program, Report, Verdict,
};

/// Two threads with a word.
pub(crate) fn two(run: fn(usize, &Atomic<u32>)) -> AtEnd {
    let word = Arc::new(Atomic::new("word", 0));
    for me in [1, 2] {
        let word = word.clone();
        spawn(move || run(me, &word));
    }
    AtEnd::finished()
}

pub(crate) fn run(start: fn() -> AtEnd) -> Report {
    Program::new("trap", start).run()
}

/// It ends with this verdict, and the report contains each of the words.
#[track_caller]
fn ends(start: fn() -> AtEnd, verdict: Verdict, words: &[&str]) {
    let report = run(start);
    assert_eq!(report.verdict, verdict, "{report}");
    let text = report.to_string();
    let missing: Vec<_> = words.iter().filter(|word| !text.contains(**word)).collect();
    assert!(missing.is_empty(), "{missing:?} are not in: {text}");
}

#[programs::test(exploring)]
fn a_program_that_peeks_is_refused() {
    let spins = || {
        two(|me, word| {
            if me == 1 {
                word.store(1);
            } else {
                while word.peek() == 0 {}
            }
        })
    };
    ends(spins, Verdict::Error, &["peeks at word", "traps.rs:", "use an operation"]);
}

#[programs::test(searching)]
fn a_loop_that_waits_without_spin_is_an_error_that_says_what_to_do() {
    let spins = || {
        two(|me, word| {
            if me == 1 {
                word.store(1);
            } else {
                while word.load() == 0 {}
            }
        })
    };
    ends(spins, Verdict::Error, &["operations in a row", "call `spin`"]);
}

#[programs::test(exploring)]
fn a_loop_that_spins_holds() {
    let spins = || {
        two(|me, word| {
            if me == 1 {
                word.store(1);
            } else {
                while word.load() == 0 {
                    spin(());
                }
            }
        })
    };
    ends(spins, Verdict::Held, &[]);
}

#[programs::test(searching)]
fn a_loop_whose_condition_no_thread_makes_true_is_endless() {
    let spins = || {
        two(|_, word| {
            while word.load() == 0 {
                checkpoint(());
            }
        })
    };
    // Neither of the two ends, so there is no state in which one of them is alone.
    ends(spins, Verdict::Vacuous, &["no execution ends"]);
    let one_spins = || {
        two(|me, word| {
            while me == 1 && word.load() == 0 {
                checkpoint(());
            }
        })
    };
    ends(one_spins, Verdict::Violated, &["no loop is endless", "goes round for ever"]);
    let without_checkpoint = || two(|me, word| while me == 1 && word.load() == 0 {});
    ends(without_checkpoint, Verdict::Error, &["operations in a row", "call `spin`"]);
}

/// Sums up what it loads three times, beside three increments.
fn sums(whole: bool) -> AtEnd {
    let word = Arc::new(Atomic::new("word", 0u32));
    let adds = word.clone();
    spawn(move || {
        for _ in 0..3 {
            adds.add(1);
        }
    });
    spawn(move || {
        let mut sum = 0;
        for round in 0..3 {
            checkpoint(if whole { (sum, round) } else { (0, 0) });
            sum += word.load();
        }
        assert!(sum != 5, "the sum is 5");
    });
    AtEnd::finished()
}

#[programs::test(searching)]
fn a_checkpoint_that_leaves_out_a_local_is_an_error() {
    ends(|| sums(true), Verdict::Violated, &["the sum is 5"]);
    ends(|| sums(false), Verdict::Error, &["checkpoint"]);
}

#[programs::test(restoring)]
fn an_atomic_of_std_is_no_operation_and_that_is_said() {
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    let increments = || {
        let count = Arc::new((AtomicU32::new(0), Atomic::new("word", 0u32)));
        for _ in 0..2 {
            let count = count.clone();
            spawn(move || {
                count.1.load();
                let seen = count.0.load(SeqCst);
                count.1.load();
                count.0.store(seen + 1, SeqCst);
                count.1.load();
            });
        }
        AtEnd::finished().holds("no increment is lost", move || match count.0.load(SeqCst) {
            2 => Ok(()),
            count => Err(count.to_string()),
        })
    };
    ends(increments, Verdict::Error, &["taken for known", "an atomic of std"]);
}

#[programs::test(restoring)]
fn the_clock_is_refused() {
    let times = || {
        two(|_, word| {
            let began = std::time::Instant::now();
            word.add(1);
            std::hint::black_box(began);
        })
    };
    ends(times, Verdict::Error, &["clock_gettime", "model time as a number"]);
    let dates = || {
        two(|_, word| {
            std::hint::black_box(std::time::SystemTime::now());
            word.add(1);
        })
    };
    ends(dates, Verdict::Error, &["clock_gettime"]);
}

#[programs::test(restoring)]
fn a_static_that_grows_is_refused() {
    static LINES: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());
    let logs = || {
        two(|me, word| {
            LINES.lock().expect("no panic").push(format!("thread {me} was here, and wrote this"));
            word.add(1);
        })
    };
    ends(logs, Verdict::Error, &["static"]);
}

#[programs::test(restoring)]
fn a_static_on_which_the_program_depends_is_refused() {
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let counts = || {
        two(|_, word| {
            if COUNT.fetch_add(1, SeqCst) % 3 == 0 {
                word.add(1);
            }
            word.add(1);
        })
    };
    ends(counts, Verdict::Error, &["not deterministic"]);
}

#[programs::test(restoring)]
fn an_object_in_a_static_is_refused() {
    static WORD: std::sync::OnceLock<Atomic<u32>> = std::sync::OnceLock::new();
    let adds = || {
        two(|_, word| {
            WORD.get_or_init(|| Atomic::new("static", 0)).add(1);
            word.add(1);
        })
    };
    ends(adds, Verdict::Error, &["static"]);
}

#[programs::test(restoring)]
fn a_map_with_random_state_is_refused() {
    let iterates = || {
        two(|_, word| {
            let map: HashMap<u32, u32> = (0..9).map(|n| (n, n)).collect();
            map.keys().for_each(|key| word.store(*key));
        })
    };
    ends(iterates, Verdict::Error, &[]);
}

#[programs::test(restoring)]
fn what_the_system_does_is_refused() {
    let sleeps = || {
        two(|_, word| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            word.add(1);
        })
    };
    ends(sleeps, Verdict::Error, &["clock_nanosleep"]);
    let starts = || {
        two(|_, word| {
            word.add(std::thread::spawn(|| 3).join().unwrap_or(0));
        })
    };
    ends(starts, Verdict::Error, &["start threads with `spawn` only"]);
    let allocates = || {
        two(|_, word| {
            let much = vec![1u8; 64 << 20];
            word.add(much[77].into());
        })
    };
    ends(allocates, Verdict::Error, &["has used up its heap"]);
}

#[programs::test(searching)]
fn too_many_threads_are_an_error() {
    let many = || {
        for n in 0..70u32 {
            spawn(move || assert!(std::hint::black_box(n) < 70));
        }
        AtEnd::finished()
    };
    ends(many, Verdict::Error, &["more threads than"]);
}

#[programs::test(exploring)]
fn misuse_of_locks_and_notes_is_found() {
    let in_a_circle = || {
        let locks = Arc::new([Mutex::new("a", 0u8), Mutex::new("b", 0u8)]);
        for first in [0, 1] {
            let locks = locks.clone();
            spawn(move || {
                let _first = locks[first].lock();
                let _second = locks[1 - first].lock();
            });
        }
        AtEnd::finished()
    };
    ends(in_a_circle, Verdict::Violated, &["deadlock", "held by thread"]);
    let twice = || {
        let lock = Mutex::new("a", 0u8);
        let _once = lock.lock();
        let _twice = lock.lock();
        AtEnd::finished()
    };
    ends(twice, Verdict::Violated, &["deadlock", "waits for a, held by thread 0"]);
    let woken_twice = || {
        let note = Note::new("note");
        note.wakeup();
        note.wakeup();
        AtEnd::finished()
    };
    ends(woken_twice, Verdict::Violated, &["notewakeup - double wakeup"]);
}

#[programs::test(searching)]
fn a_lock_of_std_that_is_tried_over_an_operation_shows() {
    let tries = || {
        let shared = Arc::new((std::sync::Mutex::new(()), Atomic::new("word", 0u32)));
        for _ in 0..2 {
            let shared = shared.clone();
            spawn(move || {
                let guard = shared.0.try_lock();
                shared.1.add(1);
                assert!(guard.is_ok(), "another thread is inside");
            });
        }
        AtEnd::finished()
    };
    ends(tries, Verdict::Violated, &["another thread is inside"]);
}

#[programs::test(searching)]
fn choices_and_printing_work() {
    let chooses = || {
        two(|me, word| {
            println!("thread {me}");
            word.add(choose(3) as u32);
        })
    };
    ends(chooses, Verdict::Held, &["exhaustive"]);
}

#[programs::test(exploring)]
fn a_run_that_checks_nothing_is_vacuous() {
    let alone = || {
        Atomic::new("word", 0u32).add(1);
        AtEnd::finished()
    };
    ends(alone, Verdict::Vacuous, &["no two threads can move"]);
    let says_nothing = || {
        let _ = two(|_, word| assert!(word.add(1) > 0));
        AtEnd::at_rest()
    };
    ends(says_nothing, Verdict::Vacuous, &["nothing must hold at the end"]);
}

#[programs::test(exploring)]
fn the_first_thread_must_come_to_its_end() {
    let waits = || {
        spawn(|| {});
        Note::new("note").sleep();
        AtEnd::at_rest().holds("anything", || Ok(()))
    };
    ends(waits, Verdict::Violated, &["all threads finish", "thread 0 sleeps on note"]);
    let worker_waits = || {
        spawn(|| Note::new("note").sleep());
        AtEnd::finished()
    };
    ends(worker_waits, Verdict::Violated, &["all threads finish", "thread 1 sleeps on note"]);
}
