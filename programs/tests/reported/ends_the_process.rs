//! What a search cannot return from ends the process, with code 4 and a text.

use std::process::Command;

use crate::traps::{run, two};
use programs::{spawn, Arc, AtEnd, Atomic, Program, ENGINE};

/// Runs a part of this file in a process of its own, which ends with code 4 and this text.
#[track_caller]
fn ends(part: &str, words: &[&str]) {
    let this = std::env::current_exe().expect("a test knows its program");
    let part = format!("ends_the_process::{part}");
    let output = Command::new(this)
        .args(["--ignored", "--exact", "--nocapture", &part])
        .output()
        .expect("a test can be run");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
}

#[test]
#[ignore = "run by what_cannot_go_on_ends_the_process"]
fn part_lock() {
    run(|| {
        let shared = Arc::new((std::sync::Mutex::new(()), Atomic::new("word", 0u32)));
        for _ in 0..2 {
            let shared = shared.clone();
            spawn(move || {
                let _guard = shared.0.lock();
                shared.1.add(1);
            });
        }
        AtEnd::finished()
    });
}

#[test]
#[ignore = "run by what_cannot_go_on_ends_the_process"]
fn part_exit() {
    run(|| two(|_, _| std::process::exit(7)));
}

#[test]
#[ignore = "run by what_cannot_go_on_ends_the_process"]
fn part_stack() {
    fn deeper(n: u64) -> u64 {
        let here = std::hint::black_box([n; 64]);
        if n == 0 {
            here[3]
        } else {
            deeper(n - 1) + here[5]
        }
    }
    run(|| two(|_, word| assert!(word.add(deeper(100_000) as u32) > 0)));
}

#[test]
#[ignore = "run by what_cannot_go_on_ends_the_process"]
fn part_loop() {
    use programs::program::Limits;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    let waits = || {
        let flag = Arc::new(AtomicBool::new(false));
        for me in [1, 2] {
            let flag = flag.clone();
            spawn(move || while me == 1 && !flag.load(SeqCst) {});
        }
        AtEnd::finished()
    };
    let silence = std::time::Duration::from_millis(100);
    Program::new("trap", waits).with(Limits { silence, ..Limits::DEFAULT }).run();
}

#[test]
fn what_cannot_go_on_ends_the_process() {
    if ENGINE.explores() {
        ends("part_loop", &["without an operation of this crate"]);
    }
    if ENGINE.name() == "explore" {
        ends("part_lock", &["futex", "wait only for threads of the program"]);
        ends("part_exit", &["exit_group", "returning or with a panic"]);
        ends("part_stack", &["used up its stack"]);
    }
}
