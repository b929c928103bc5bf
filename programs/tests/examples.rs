//! The examples find their mistakes, and hold without them. Their stories name the places in the source.

#[path = "../examples/executor.rs"]
#[allow(dead_code, unreachable_pub)]
mod executor;
#[path = "../examples/peterson.rs"]
#[allow(dead_code, unreachable_pub)]
mod peterson;
#[path = "../examples/pool.rs"]
#[allow(dead_code, unreachable_pub)]
mod pool;
#[path = "../examples/thread_pool.rs"]
#[allow(dead_code, unreachable_pub)]
mod thread_pool;

use programs::file::{Counterexample, Replayed};
use programs::{Program, Verdict};

/// The first program holds, and the second fails by this check, in so few preemptions.
#[track_caller]
fn holds_and_fails([right, wrong]: [Program; 2], check: &str, preemptions: u32, file: &str) {
    let report = right.run();
    assert_eq!(report.verdict, Verdict::Held, "{report}");
    let report = wrong.run();
    assert_eq!(report.verdict, Verdict::Violated, "{report}");
    let found = report.found.as_ref().expect("a failure");
    assert_eq!(found.check, check, "{report}");
    assert!(found.story.iter().any(|step| step.at.contains(file)), "{report}");
    assert!(found.preemptions.is_none_or(|known| known == preemptions), "{report}");
    assert!(report.to_string().contains("thread 1"), "{report}");
}

#[programs::test(exploring)]
fn petersons_lock_excludes_unless_two_lines_are_exchanged() {
    holds_and_fails(peterson::PROGRAMS, "race", 2, "peterson.rs:");
}

#[programs::test(exploring)]
fn a_pool_whose_workers_do_not_look_again_leaves_a_job() {
    holds_and_fails(thread_pool::PROGRAMS, "each job is done", 3, "thread_pool.rs:");
}

#[programs::test(exploring)]
fn a_task_that_looks_before_it_registers_sleeps_for_ever() {
    holds_and_fails(executor::PROGRAMS, "all threads finish", 1, "executor.rs:");
}

/// The guide's program is the example, and its output what the example prints, but for the time.
#[programs::test(restoring)]
fn the_guide_is_true() {
    let guide = include_str!("../../docs/programs.md");
    assert!(guide.contains(include_str!("../examples/pool.rs")), "the program");
    let mut report = Program::new("pool", pool::pool).run();
    report.seconds = 0.01;
    for step in report.found.iter_mut().flat_map(|found| &mut found.story) {
        let (_, line) = step.at.rsplit_once(':').expect("a file and a line");
        step.at = format!("src/main.rs:{line}");
    }
    let text = report.to_string();
    assert!(guide.contains(text.trim_end()), "{text}");
}

/// A counterexample is written, read and replayed; one that no longer fits, or is cut short, is an error that says so.
#[programs::test(exploring)]
fn a_counterexample_replays_until_the_program_changes() {
    let [right, wrong] = thread_pool::PROGRAMS;
    let report = wrong.run();
    let cex = Counterexample::of(&wrong, &report).expect("a failure");
    let dir = std::env::temp_dir().join(format!("programs-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a directory");
    let path = cex.write(&dir).expect("written");
    assert_ne!(cex.write(&dir).expect("written"), path, "nothing is written over");
    let read = Counterexample::read(&path).expect("read");
    assert_eq!((read.program(), &read), ("pool without a second look", &cex));
    let found = report.found.expect("a failure");
    assert_eq!(read.replay(&wrong, &path).expect("it runs"), Replayed::Same(found));
    let diverged = read.replay(&right, &path).expect("it runs");
    assert!(matches!(diverged, Replayed::Diverged { .. }), "{diverged:?}");

    let text = std::fs::read_to_string(&path).expect("text");
    let cut = dir.join("cut.cex.ndjson");
    for (kept, what) in [(text.len() - 12, "the end is missing"), (10, "fewer than two lines")] {
        std::fs::write(&cut, &text[..kept]).expect("written");
        let error = Counterexample::read(&cut).expect_err("not whole").to_string();
        assert!(error.contains(what) && error.contains("cut.cex.ndjson"), "{error}");
    }
    let newer = text.replacen("\"program_counterexample\":1", "\"program_counterexample\":2", 1);
    std::fs::write(&cut, newer).expect("written");
    let error = Counterexample::read(&cut).expect_err("another version").to_string();
    assert!(error.contains("format version 2"), "{error}");
    std::fs::remove_dir_all(&dir).expect("removed");
}
