//! Runs one job on one worker. There is a report whatever happens to the worker.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use harness::cex::Counterexample;
use harness::report::{Job, Line, Report};
use harness::verdict::Verdict;
use sync::driver::Engine;

use crate::engines::protocol::{Answer, Request, GRACE};
use crate::engines::worker::{End, Worker};
use crate::error::Error;
use crate::lookup;
use crate::text::output::counted;
use crate::text::progress::Progress;

/// The result of a job.
#[derive(Debug)]
pub struct Ran {
    /// The worker's report; if it sent none, one that says why.
    pub report: Report,
    /// The recorded failure, if recording was asked for.
    pub counterexample: Option<Counterexample>,
}

/// Runs the job. With `record`, a failure is recorded.
pub fn run(worker: &Worker, job: &Job, record: bool, progress: &Progress) -> Ran {
    let running = progress.begin(worker.engine, job);
    let start = Instant::now();
    let (mut reported, mut counterexample, mut refused, mut executions) = (None, None, None, 0);
    let request = Request::Run { job: Box::new(job.clone()), record };
    let end = worker.ask(&request, patience(job), |answer| match answer {
        Answer::Line(Line::Progress { executions: so_far, searched, seconds }) => {
            executions = so_far;
            running.so_far(so_far, searched.as_ref(), seconds);
        }
        Answer::Line(Line::Report(report)) => reported = Some(*report),
        Answer::Counterexample(recorded) => counterexample = Some(*recorded),
        Answer::Refused(why) => refused = Some(why),
        other => refused = Some(format!("unexpected reply from the worker: {other:?}")),
    });
    let report = reported.unwrap_or_else(|| {
        let (verdict, note) = without_report(refused, end, executions);
        let seconds = start.elapsed().as_secs_f64();
        Report { executions, seconds, ..unfinished(worker.engine, job, verdict, note) }
    });
    progress.end(running, &report);
    Ran { report, counterexample }
}

/// The report of a job that did not start, or that ended without a report.
pub fn unfinished(engine: Engine, job: &Job, verdict: Verdict, note: String) -> Report {
    Report {
        job: job.clone(),
        engine: engine.name().into(),
        size: lookup::size(&job.scenario).unwrap_or_default(),
        verdict,
        executions: 0,
        extent: "none".into(),
        searched: None,
        seconds: 0.0,
        found: None,
        endings: BTreeMap::new(),
        sometimes: Vec::new(),
        note,
    }
}

/// Asks a worker for the gate's jobs on `engine`.
///
/// # Errors
/// If the worker does not answer. If it was interrupted.
pub fn jobs(worker: &Worker, engine: Engine) -> Result<Vec<Job>, Error> {
    match one_answer(worker, &Request::Jobs(engine))? {
        Answer::Jobs(jobs) => Ok(jobs),
        other => Err(unexpected(worker, &other)),
    }
}

/// Asks for the only answer to `request`.
///
/// # Errors
/// If there is none, or the worker refuses. If it was interrupted.
pub fn one_answer(worker: &Worker, request: &Request) -> Result<Answer, Error> {
    let engine = worker.engine;
    let mut heard = None;
    let end = worker.ask(request, None, |answer| heard = Some(answer));
    match heard {
        Some(Answer::Refused(why)) => Err(Error::Worker { engine, why }),
        Some(answer) => Ok(answer),
        None if end.stopped => Err(Error::Interrupted),
        None => {
            Err(Error::Worker { engine, why: end.trouble.unwrap_or("it sent no reply".into()) })
        }
    }
}

/// The error of a reply that does not fit the request.
pub fn unexpected(worker: &Worker, answer: &Answer) -> Error {
    Error::Worker {
        engine: worker.engine,
        why: format!("unexpected reply from the worker: {answer:?}"),
    }
}

/// The time after which a run is stopped: a little more than its limit, at which it should end by itself.
fn patience(job: &Job) -> Option<Duration> {
    job.limits.max_seconds.map(|seconds| Duration::from_secs(seconds).saturating_add(GRACE))
}

/// The verdict and the reason for a run without a report.
fn without_report(refused: Option<String>, end: End, executions: u64) -> (Verdict, String) {
    if let Some(why) = refused {
        return (Verdict::Error, why);
    }
    if end.stopped {
        let after = counted(executions, "execution");
        return (Verdict::Incomplete, format!("stopped after {after}, in the middle of one"));
    }
    let trouble = end.trouble.unwrap_or("it ended".into());
    (Verdict::Error, format!("the worker sent no report: {trouble}"))
}
