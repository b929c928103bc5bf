//! Bounds, limits, replays and the lines of JSON.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::process::Command;

use loom::model::Builder;
use loom::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use loom::sync::Arc;
use loom::thread;

/// Two threads increment without atomicity: wrong with one preemption.
fn lost_increment() {
    let word = Arc::new(AtomicUsize::new(0));
    let theirs = word.clone();
    let other = thread::spawn(move || theirs.store(theirs.load(SeqCst) + 1, SeqCst));
    word.store(word.load(SeqCst) + 1, SeqCst);
    other.join().unwrap();
    assert_eq!(word.load(SeqCst), 2, "an increment is lost");
}

fn fails(builder: &Builder) -> bool {
    catch_unwind(AssertUnwindSafe(|| builder.check(lost_increment))).is_err()
}

#[test]
fn a_bound_of_the_builder_is_kept() {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(0);
    assert!(!fails(&builder));
    builder.preemption_bound = Some(1);
    assert!(fails(&builder));
}

#[test]
fn limits_of_the_builder_are_kept() {
    let mut builder = Builder::new();
    builder.max_permutations = Some(1);
    assert!(!fails(&builder));
    let mut builder = Builder::new();
    builder.max_branches = 3;
    assert!(!fails(&builder), "no execution ends within three steps");
    let mut builder = Builder::new();
    builder.max_threads = 1;
    assert!(fails(&builder), "two threads are too many");
}

#[test]
fn exploring_begins_where_the_model_says_so() {
    let mut builder = Builder::new();
    builder.expect_explicit_explore = true;
    assert!(!fails(&builder));
    let explores = || {
        loom::explore();
        lost_increment();
    };
    assert!(catch_unwind(AssertUnwindSafe(|| builder.check(explores))).is_err());
    let stops = || {
        loom::stop_exploring();
        lost_increment();
    };
    assert!(catch_unwind(AssertUnwindSafe(|| loom::model(stops))).is_ok());
}

#[test]
#[ignore = "run by others, with variables of the environment"]
fn the_models() {
    loom::model(|| {});
    loom::model(lost_increment);
}

/// Runs `the_models` with these variables. Returns what it prints, and whether it passes.
fn run(variables: &[(&str, &str)]) -> (String, bool) {
    run_test("the_models", variables)
}

/// Runs a test of this file that is ignored, with these variables.
fn run_test(test: &str, variables: &[(&str, &str)]) -> (String, bool) {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args([test, "--exact", "--ignored", "--nocapture"]);
    command.envs(variables.iter().copied()).env("RUST_BACKTRACE", "0");
    let output = command.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (text, output.status.success())
}

#[test]
fn a_schedule_is_run_again_and_another_execution_is_not() {
    let (text, passes) = run(&[]);
    assert!(!passes && text.contains("the_models (model 1): held, exhaustive"), "{text}");
    let (_, rest) = text.split_once("PIDLE_SCHEDULE='").expect("a schedule");
    let (schedule, _) = rest.split_once('\'').expect("its end");
    let (again, passes) = run(&[("PIDLE_MODEL", "2"), ("PIDLE_SCHEDULE", schedule)]);
    assert!(!passes && again.contains("an increment is lost"), "{again}");
    assert!(again.contains("model 2): violated: 0 states, 1 executions"), "{again}");
    let rows = |text: &str| text.lines().filter(|line| line.contains("tests/limits.rs:")).count();
    assert!(rows(&again) > 5 && rows(&again) == rows(&text), "the same interleaving:\n{again}");
    let (text, passes) = run(&[("PIDLE_MODEL", "2"), ("PIDLE_SCHEDULE", "explore 1: 0 0.7")]);
    assert!(!passes && text.contains("the program is not deterministic"), "{text}");
    let (text, _) = run(&[("PIDLE_SCHEDULE", "nonsense")]);
    assert!(text.contains("PIDLE_SCHEDULE: not a schedule"), "{text}");
}

#[test]
fn a_bound_of_the_environment_is_kept() {
    let (text, passes) = run(&[("PIDLE_BOUND", "0")]);
    assert!(passes && text.contains("model 2): held, bound 0"), "{text}");
    let (text, passes) = run(&[("PIDLE_BOUND", "none")]);
    assert!(!passes && text.contains("model 2): violated"), "{text}");
    assert!(text.contains("1 preemptions; schedule"), "the fewest are looked for:\n{text}");
}

#[test]
fn a_strict_search_that_is_cut_short_fails() {
    let cut = [("PIDLE_MODEL", "1"), ("LOOM_MAX_BRANCHES", "1")];
    assert!(run(&cut).1);
    let (text, passes) = run(&[cut[0], cut[1], ("PIDLE_STRICT", "1")]);
    assert!(
        !passes && text.contains("incomplete, no bound done (stopped by the limit of depth)"),
        "{text}"
    );
}

/// The lines of JSON that a test of this file writes.
fn lines_of(test: &str, variables: &[(&str, &str)]) -> Vec<serde_json::Value> {
    let path = std::env::temp_dir().join(format!("pidle-loom-{}-{test}.json", std::process::id()));
    let variables: Vec<_> =
        variables.iter().copied().chain([("PIDLE_JSON", path.to_str().expect("a path"))]).collect();
    run_test(test, &variables);
    let text = std::fs::read_to_string(&path).expect("it is written");
    std::fs::remove_file(&path).expect("it is removed");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
#[ignore = "run by others, with a variable of the environment"]
fn explores_nothing() {
    let mut builder = Builder::new();
    builder.expect_explicit_explore = true;
    builder.check(lost_increment);
}

#[test]
fn a_model_that_explores_nothing_though_two_threads_could_move_says_so() {
    let lines = lines_of("explores_nothing", &[]);
    let numbers = (&lines[0]["executions"], &lines[0]["concurrent"], &lines[0]["verdict"]);
    assert_eq!(numbers, (&1.into(), &true.into(), &"held".into()));
}

#[test]
fn each_model_adds_a_line_of_json() {
    let lines = lines_of("the_models", &[("PIDLE_JOBS", "2")]);
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["verdict"], &lines[1]["verdict"]), (&"held".into(), &"violated".into()));
    assert_eq!((&lines[1]["model"], &lines[1]["preemptions"]), (&2.into(), &1.into()));
    assert_eq!((&lines[0]["concurrent"], &lines[1]["concurrent"]), (&false.into(), &true.into()));
    let interleaving = lines[1]["interleaving"].as_str().expect("a table");
    assert!(
        interleaving.contains("thread 1") && interleaving.contains("store #"),
        "{interleaving}"
    );
    assert!(lines[1]["schedule"].as_str().expect("a schedule").starts_with("explore 1: 0 "));
}
