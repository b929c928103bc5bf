//! Whatever a worker does, its run comes to a report. The workers are shell scripts.
#![cfg(unix)]

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use harness::report::Report;
use harness::verdict::Verdict;
use pidle::engines::run::{jobs, run};
use pidle::engines::worker::Worker;
use pidle::engines::workers::Workers;
use pidle::gate::gated::run_all;
use pidle::text::progress::Progress;
use sync::driver::Engine;

use crate::common::{job, script};

/// A worker that does what the script says. `name` is the test's, as tests run at once.
fn worker(name: &str, text: &str) -> Worker {
    let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    script(&program, text);
    Worker::new(Engine::Loom, program)
}

fn report(worker: &Worker, max_seconds: Option<u64>) -> Report {
    let mut job = job();
    job.limits.max_seconds = max_seconds;
    run(worker, &job, false, &Progress::plain(1)).report
}

const PROGRESS: &str = r#"echo '{"line":{"progress":{"executions":7,"seconds":0.5}}}'"#;

#[test]
fn an_abort_is_an_error_with_the_end_of_stderr() {
    let report =
        report(&worker("abort", &format!("{PROGRESS}; echo overflow >&2; kill -ABRT $$")), None);
    assert_eq!((report.verdict, report.executions), (Verdict::Error, 7));
    assert!(report.note.contains("signal: 6"), "{}", report.note);
    assert!(report.note.ends_with("overflow"), "{}", report.note);
}

#[test]
fn an_exit_without_a_report_is_an_error() {
    let report = report(&worker("silent", "exit 0"), None);
    assert_eq!(report.verdict, Verdict::Error);
    assert_eq!(report.note, "the worker sent no report: it ended");
}

#[test]
fn garbage_is_an_error() {
    let report = report(&worker("garbage", "echo hello"), None);
    assert_eq!(report.verdict, Verdict::Error);
    assert_eq!(report.note, "the worker sent no report: its output is not a reply: \"hello\"");
}

#[test]
fn a_worker_that_is_not_there_is_an_error() {
    let gone = Worker { program: "no/such/worker".into(), ..worker("gone", "") };
    let report = report(&gone, None);
    assert_eq!(report.verdict, Verdict::Error);
    assert!(report.note.contains("no/such/worker could not be started"), "{}", report.note);
}

#[test]
fn a_refusal_is_an_error_with_its_reason() {
    let refusing = worker("refusing", r#"echo '{"refused":"too large"}'"#);
    let report = report(&refusing, None);
    assert_eq!((report.verdict, report.note.as_str()), (Verdict::Error, "too large"));
    let error = jobs(&refusing, Engine::Loom).unwrap_err().to_string();
    assert_eq!(error, "the loom engine: too large");
}

#[test]
fn a_worker_that_goes_on_too_long_is_stopped_and_incomplete() {
    // It leaves when its stdin is closed, as workers do.
    let slow = worker("slow", &format!("{PROGRESS}; cat >/dev/null"));
    let start = Instant::now();
    let report = report(&slow, Some(0));
    assert_eq!((report.verdict, report.executions), (Verdict::Incomplete, 7));
    assert!(report.note.contains("stopped after 7 executions"), "{}", report.note);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn one_run_that_fails_is_not_the_end_of_the_others() {
    let bad = worker("bad", "kill -ABRT $$");
    let refusing = worker("other", r#"echo '{"refused":"b"}'"#);
    let refusing = Worker { engine: Engine::Shuttle, ..refusing };
    let tasks = [Engine::Loom, Engine::Shuttle, Engine::Loom].map(|engine| (engine, job()));
    let workers = Workers::of(vec![bad, refusing]);
    let at_once = NonZeroUsize::new(2).unwrap();
    let reports = run_all(&workers, &tasks, at_once, &Progress::plain(0));
    let notes: Vec<&str> = reports.iter().map(|report| report.note.as_str()).collect();
    assert_eq!(notes.len(), 3);
    assert_eq!(notes[1], "b");
    assert!(notes[0].contains("signal: 6") && notes[2].contains("signal: 6"), "{notes:?}");
}
