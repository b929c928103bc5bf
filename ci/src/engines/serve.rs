//! A worker's side: does one request on the engine that this program was built for. [`crate::engines::protocol`] has the rules.

use std::io::{self, BufRead, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use harness::prepare::Prepared;
use harness::report::{Job, Line, Report};
use harness::run::Replayed;
use harness::verdict::Verdict;
use regressions::{runs, CONTENT};
use soundness::tally::Tally;
use sync::driver::{Control, Engine, Progress, Statistics, ENGINE};

use crate::engines::measure;
use crate::engines::protocol::{Answer, Request, GRACE, PROGRESS};
use crate::error::Error;
use crate::{interrupt, trace};

const MIB: u64 = 1024 * 1024;

/// Answers the request on stdin, and returns the exit code's verdict: *error* if the request is refused.
pub fn serve() -> Verdict {
    if ENGINE != Engine::Explore {
        trace::inherit();
    }
    let answered =
        interrupt::ignore().map_err(|error: Error| error.to_string()).and_then(|()| answer());
    match answered {
        Ok(()) => Verdict::Held,
        Err(why) => {
            say(&Answer::Refused(why));
            Verdict::Error
        }
    }
}

/// Reads the request and answers it.
fn answer() -> Result<(), String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(|error| format!("no request: {error}"))?;
    let request = serde_json::from_str(&line).map_err(|error| format!("not a request: {error}"))?;
    let stop = leave_with_parent();
    match request {
        Request::Jobs(engine) => say(&Answer::Jobs(runs::gate(engine))),
        Request::Run { job, record } => run(&job, record, stop)?,
        Request::Measure { job, sampler } => {
            say(&Answer::Measured(measure::measure(&job, sampler, stop)?));
        }
        Request::Soundness { cases, seed } => compare(cases, seed, &stop)?,
        Request::Replay(counterexample) => {
            trace_one_execution();
            let replayed = prepare(&counterexample.header.job)?.replay(&counterexample);
            let replayed = replayed.map_err(|error| error.to_string())?;
            say(&match replayed {
                Replayed::Same => Answer::Same,
                Replayed::Diverged { step, expected, got } => {
                    Answer::Diverged { step, expected, got }
                }
            });
        }
    }
    Ok(())
}

/// Looks up what the job names.
fn prepare(job: &Job) -> Result<Prepared, String> {
    CONTENT.prepare(job).map_err(|error| error.to_string())
}

/// Runs the job and reports.
fn run(job: &Job, record: bool, stop: Arc<AtomicBool>) -> Result<(), String> {
    let at_start = memory_stats::memory_stats().map(|memory| memory.physical_mem as u64 / MIB);
    let so_far = Arc::new(SoFar::new());
    let (ended, telling) = tell_progress(so_far.clone());
    let limit = job.limits.max_seconds.map(Duration::from_secs);
    let control = move |progress: &Progress<'_>| {
        so_far.hear(progress);
        let late = limit.is_some_and(|limit| so_far.start.elapsed() >= limit);
        match (stop.load(Ordering::Relaxed), late) {
            (true, _) => Control::Stop,
            (false, true) => Control::Late,
            (false, false) => Control::Go,
        }
    };
    let prepared = prepare(job)?;
    let mut outcome = prepared.run(control.clone()).map_err(|error| error.to_string())?;
    if record {
        outcome = prepared.smallest(outcome, control).map_err(|error| error.to_string())?;
    }
    drop(ended);
    let _ = telling.join();
    explain_memory(&mut outcome.report, at_start);
    say(&Answer::Line(Line::Report(Box::new(outcome.report.clone()))));
    if record {
        trace_one_execution();
        let recorded = prepared.record(&outcome).map_err(|error| error.to_string())?;
        recorded.into_iter().for_each(|recorded| say(&Answer::Counterexample(Box::new(recorded))));
    }
    Ok(())
}

/// If the limit on memory was below what the process needs before it searches, the report says so.
fn explain_memory(report: &mut Report, at_start: Option<u64>) {
    let limit = report.job.limits.search.as_ref().and_then(|search| search.max_memory);
    let too_low = limit.zip(at_start).filter(|(limit, at_start)| limit <= at_start);
    if let (Verdict::Incomplete, Some((limit, at_start))) = (report.verdict, too_low) {
        report.note = format!(
            "--max-memory {limit} (MiB) is too low: the process uses {at_start} MiB before the search starts"
        );
    }
}

/// Compares the searches, on an engine that searches.
fn compare(cases: u64, seed: u64, stop: &AtomicBool) -> Result<(), String> {
    if ![Engine::Shuttle, Engine::Explore].contains(&ENGINE) {
        return Err(format!("{ENGINE} does not search; shuttle and explore do"));
    }
    let mut reported = Instant::now();
    let tally = Tally::run(cases, seed, |so_far| {
        if reported.elapsed() > PROGRESS {
            reported = Instant::now();
            say(&Answer::Compared(so_far.clone()));
        }
        !stop.load(Ordering::Relaxed)
    });
    say(&Answer::Compared(tally));
    Ok(())
}

/// How far the run is.
struct SoFar {
    start: Instant,
    executions: AtomicU64,
    searched: Mutex<(Duration, Option<Statistics>)>,
}

impl SoFar {
    fn new() -> Self {
        let (start, executions) = (Instant::now(), AtomicU64::new(0));
        SoFar { start, executions, searched: Mutex::default() }
    }

    /// Notes the progress; from time to time with the numbers of the search.
    fn hear(&self, progress: &Progress<'_>) {
        self.executions.store(progress.executions, Ordering::Relaxed);
        // The clock is not looked at after each of many short executions.
        if ENGINE == Engine::Explore && progress.executions % 16 != 0 {
            return;
        }
        let Ok(mut searched) = self.searched.try_lock() else { return };
        if self.start.elapsed() > searched.0 + PROGRESS / 2 {
            *searched = (self.start.elapsed(), progress.statistics());
        }
    }

    fn line(&self) -> Line {
        let searched = self.searched.lock().map_or(None, |searched| searched.1);
        let executions = self.executions.load(Ordering::Relaxed);
        Line::Progress { executions, searched, seconds: self.start.elapsed().as_secs_f64() }
    }
}

/// What shows events keeps state in thread-locals. Where executions are restored, it would see states that
/// never were; so it is off in a search, and on when one execution is run from its start to its end.
fn trace_one_execution() {
    if ENGINE == Engine::Explore {
        trace::inherit();
    }
}

/// Says now and then how far the run is, until the sender is dropped. A thread of its own does, as an
/// engine's own threads have little stack, and a single execution may be long.
fn tell_progress(so_far: Arc<SoFar>) -> (Sender<()>, JoinHandle<()>) {
    let (ended, ending) = mpsc::channel();
    let telling = thread::spawn(move || {
        while ending.recv_timeout(PROGRESS) == Err(RecvTimeoutError::Timeout) {
            say(&Answer::Line(so_far.line()));
        }
    });
    (ended, telling)
}

/// Returns a flag that is set once stdin is closed; [`GRACE`] later the process is gone.
fn leave_with_parent() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let set = stop.clone();
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        set.store(true, Ordering::Relaxed);
        thread::sleep(GRACE);
        std::process::exit(Verdict::Incomplete.exit_code().into());
    });
    stop
}

/// Writes a line. If the reader is gone, the error is ignored: the closed stdin ends the run.
fn say(answer: &Answer) {
    let mut line = serde_json::to_vec(answer).expect("plain data is always JSON");
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(&line).and_then(|()| stdout.flush());
}
