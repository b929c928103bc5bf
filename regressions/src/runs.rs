//! All runs of the gate; and how a job is run, recorded and replayed: names are looked up here.

use checks::cex::Counterexample;
use checks::report::Job;
use checks::run::{Outcome, Replayed, RunError, Subject};
use checks::{scenarios, suite};
use sync::{Arc, Control, Engine};

use crate::{release, rows, BUGS, SOURCES};

/// The gate's runs on that engine: the suites, what is known of the release, and each bug's rows.
pub fn gate(engine: Engine) -> Vec<Job> {
    let mut jobs = suite::jobs(engine);
    jobs.extend(release::jobs(engine));
    for bug in BUGS {
        for mutant in bug.mutants {
            let shows = mutant.shows.iter().filter(|shows| shows.concerns(engine));
            jobs.extend(shows.map(|shows| shows.job(bug, mutant, engine)));
        }
    }
    jobs
}

/// Runs the job on the engine in use. `control` is asked after each execution whether to go on.
///
/// # Errors
/// If it names something that is not there, or the engine cannot run it.
pub fn run(
    job: &Job,
    control: impl Fn(u64) -> Control + Send + Sync + 'static,
) -> Result<Outcome, RunError> {
    checks::run::run(&subject(job)?, job, Arc::new(control))
}

/// Runs the failure that was found again, and writes down each step. None if there is none.
///
/// # Errors
/// As [`run`].
pub fn record(outcome: &Outcome) -> Result<Option<Counterexample>, RunError> {
    let Some(schedule) = &outcome.schedule else { return Ok(None) };
    checks::run::record(&subject(&outcome.report.job)?, &outcome.report, schedule).map(Some)
}

/// Replays the counterexample.
///
/// # Errors
/// As [`run`]; or if it is of another engine.
pub fn replay(cex: &Counterexample) -> Result<Replayed, RunError> {
    checks::run::replay(&subject(&cex.header.job)?, cex)
}

/// Looks up what the job names.
fn subject(job: &Job) -> Result<Subject, RunError> {
    let unknown = |what, name: &str, known: Vec<String>| RunError::Unknown {
        what,
        name: name.into(),
        known: known.join(", "),
    };
    let scenario = scenarios::find(&job.scenario).ok_or_else(|| {
        unknown("scenario", &job.scenario, scenarios::all().into_iter().map(|s| s.name).collect())
    })?;
    let row = rows::find(&job.row).ok_or_else(|| {
        unknown("row", &job.row, rows::all().into_iter().map(|row| row.name).collect())
    })?;
    let sources = runtime_model::SOURCES.iter().chain(SOURCES).copied().collect();
    Ok(Subject { scenario, steps: row.steps, sources })
}
