//! All runs of the gate; and how a job is run, recorded and replayed: names are looked up here.

use checks::{kernels, scenarios, suite};
use harness::cex::Counterexample;
use harness::report::Job;
use harness::run::{Outcome, Replayed, RunError, Subject, What};
use runtime_model::steps::GO_FIXED;
use sync::driver::{Control, Engine, Explored, Options, Progress, Sampler, Searched};
use sync::Arc;

use crate::bug::Shows;
use crate::rows::Row;
use crate::{release, rows, truth, BUGS, SOURCES};

/// The gate's runs on that engine: the suites, what is known of the release, what the real runtime does, and
/// each bug's rows.
pub fn gate(engine: Engine) -> Vec<Job> {
    let mut jobs = suite::jobs(engine);
    jobs.extend(release::jobs(engine));
    jobs.extend(truth::jobs(engine));
    for bug in BUGS {
        for (n, mutant) in bug.mutants.iter().enumerate() {
            let shows = mutant.shows.iter().filter(|shows| shows.concerns(engine));
            // Every row is searched. What the others add is what they alone can show; and the first row of
            // all, so that the engines are seen to agree.
            let searched = engine == Engine::Explore;
            let first = n == 0 && bug.number == BUGS[0].number;
            let wanted = |shows: &&Shows| searched || first || shows.needs(engine);
            jobs.extend(shows.filter(wanted).map(|shows| shows.job(bug, mutant, engine)));
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
    control: impl Fn(&Progress<'_>) -> Control + Send + Sync + 'static,
) -> Result<Outcome, RunError> {
    harness::run::run(&subject(job)?, job, Arc::new(control))
}

/// Searches the job's program with these options: see [`harness::run::compare`].
///
/// # Errors
/// As [`run`].
pub fn compare(job: &Job, options: Options) -> Result<Searched, RunError> {
    harness::run::compare(&subject(job)?, job, options)
}

/// Explores the job's program in one way: see [`harness::run::measure`].
///
/// # Errors
/// As [`run`].
pub fn measure(
    job: &Job,
    sampler: Sampler,
    control: impl Fn(&Progress<'_>) -> Control + Send + Sync + 'static,
) -> Result<Explored, RunError> {
    harness::run::measure(&subject(job)?, job, sampler, Arc::new(control))
}

/// The failure that a search has found, with as few preemptions as any has: see [`harness::run::smallest`].
///
/// # Errors
/// As [`run`].
pub fn smallest(
    outcome: Outcome,
    control: impl Fn(&Progress<'_>) -> Control + Send + Sync + 'static,
) -> Result<Outcome, RunError> {
    let subject = subject(&outcome.report.job)?;
    harness::run::smallest(&subject, outcome, Arc::new(control))
}

/// Runs the failure that was found again, and writes down each step. None if there is none.
///
/// # Errors
/// As [`run`].
pub fn record(outcome: &Outcome) -> Result<Option<Counterexample>, RunError> {
    let Some(schedule) = &outcome.schedule else { return Ok(None) };
    harness::run::record(&subject(&outcome.report.job)?, &outcome.report, schedule).map(Some)
}

/// Replays the counterexample.
///
/// # Errors
/// As [`run`]; or if it is of another engine.
pub fn replay(cex: &Counterexample) -> Result<Replayed, RunError> {
    harness::run::replay(&subject(&cex.header.job)?, cex)
}

/// Looks up what the job names.
fn subject(job: &Job) -> Result<Subject, RunError> {
    let sources = SOURCES.to_vec();
    if let Some(name) = job.scenario.strip_prefix(suite::KERNEL) {
        let known = || kernels::ALL.iter().map(|kernel| kernel.name.to_string()).collect();
        let kernel = kernels::find(name).ok_or_else(|| unknown("kernel", name, known()))?;
        let steps = match job.row == suite::NO_ROW {
            true => GO_FIXED,
            false => row(&job.row)?.steps,
        };
        return Ok(Subject {
            what: What::Kernel(kernel),
            steps,
            sources,
            content: &checks::CONTENT,
        });
    }
    let known = || scenarios::all().into_iter().map(|scenario| scenario.name).collect();
    let own = job.program.as_deref().cloned();
    let scenario = own
        .or_else(|| scenarios::find(&job.scenario))
        .ok_or_else(|| unknown("scenario", &job.scenario, known()))?;
    Ok(Subject {
        what: What::Scenario(scenario),
        steps: row(&job.row)?.steps,
        sources,
        content: &checks::CONTENT,
    })
}

fn row(name: &str) -> Result<Row, RunError> {
    let known = || rows::all().into_iter().map(|row| row.name).collect();
    rows::find(name).ok_or_else(|| unknown("row", name, known()))
}

fn unknown(what: &'static str, name: &str, known: Vec<String>) -> RunError {
    RunError::Unknown { what, name: name.into(), known: known.join(", ") }
}
