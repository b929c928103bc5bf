//! `pidle gate`: all jobs of every engine, and one table.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use checks::report::{Job, Report};
use checks::verdict::Verdict;
use serde::{Deserialize, Serialize};
use sync::driver::Engine;

use crate::error::Error;
use crate::progress::Progress;
use crate::run::{jobs, run, unfinished};
use crate::shard::{self, Shard};
use crate::worker::Worker;
use crate::{asked, at_once, builder, cli, engine, gate_table, interrupt, output, unreached};

/// What a gate came to. `--json` writes it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Gated {
    /// Which part of which gate it is; of an undivided one, the only part.
    pub part: Part,
    /// The worst of all, as the exit code says it.
    pub verdict: Verdict,
    /// Wall-clock seconds of the runs.
    pub seconds: f64,
    /// What is wrong beside the reports: an engine without a job, an expected failure without its fix.
    pub remarks: Vec<Remark>,
    /// A report for each job.
    pub reports: Vec<Report>,
}

/// What is wrong beside the reports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Remark {
    /// How bad it is.
    pub verdict: Verdict,
    /// What it is.
    pub what: String,
}

/// A part of a gate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which.
    pub shard: Shard,
    /// The gate: a fingerprint of all its jobs.
    pub gate: String,
}

/// A job, and the worker that does it.
pub type Task<'w> = (&'w Worker, Job);

/// The command.
///
/// # Errors
/// If an engine cannot be built or asked for its jobs, or the results cannot be written.
pub fn gate(arguments: &cli::Gate, trace: bool) -> Result<Verdict, Error> {
    if arguments.coverage {
        return unreached::unreached();
    }
    arguments.json.as_deref().map_or(Ok(()), output::must_be_new)?;
    interrupt::catch()?;
    let workers = build(&arguments.engines, trace)?;
    let mut tasks: Vec<Task> = Vec::new();
    let mut idle = Vec::new();
    for worker in &workers {
        let jobs = jobs(worker)?;
        if jobs.is_empty() {
            idle.push(worker.engine);
        }
        tasks.extend(jobs.into_iter().map(|job| (worker, job)));
    }
    let part = Part { shard: arguments.shard.unwrap_or_default(), gate: fingerprint(&tasks) };
    let dealt: Vec<_> = tasks.iter().map(|(worker, job)| (worker.engine, job)).collect();
    let mine = shard::deal(&dealt, part.shard);
    let tasks: Vec<Task> = mine.into_iter().map(|n| tasks[n].clone()).collect();
    let tasks = if arguments.ask_always { asked::twice(tasks) } else { tasks };
    let start = Instant::now();
    let reports = run_all(&tasks, arguments.jobs.unwrap_or_else(at_once::cores), trace);
    let (reports, differ) = asked::once(reports);
    let gated = judge(reports, &idle, start.elapsed().as_secs_f64()).and(differ);
    let gated = Gated { part, ..gated };
    output::print(&gate_table::render(&gated))?;
    arguments.json.as_deref().map_or(Ok(()), |path| write(&gated, path))?;
    Ok(gated.verdict)
}

/// Builds a worker for each engine, once if it was named twice.
fn build(engines: &[Engine], trace: bool) -> Result<Vec<Worker>, Error> {
    let wanted = engine::ALL.into_iter().filter(|engine| engines.contains(engine));
    wanted.map(|engine| builder::build(engine, trace)).collect()
}

/// Runs the tasks, `at_once` at a time. The reports are in the order of the tasks.
pub fn run_all(tasks: &[Task], at_once: NonZeroUsize, plain: bool) -> Vec<Report> {
    let progress = Progress::new(tasks.len(), plain);
    let reports =
        at_once::map(tasks, at_once, |(worker, job)| run(worker, job, false, &progress).report);
    progress.clear();
    let begun = reports.into_iter().zip(tasks);
    begun.map(|(report, (worker, job))| report.unwrap_or_else(|| not_begun(worker, job))).collect()
}

fn not_begun(worker: &Worker, job: &Job) -> Report {
    unfinished(worker, job, Verdict::Incomplete, "not begun when the gate was interrupted".into())
}

/// The verdict of all reports together. Where nothing was checked, it is *vacuous* at best: an engine
/// without a job, and an expected failure without the run that shows it fixed.
pub fn judge(reports: Vec<Report>, idle: &[Engine], seconds: f64) -> Gated {
    let no_job =
        idle.iter().map(|engine| format!("{engine} has no job: nothing was checked on it"));
    let unfixed = gate_table::expected(&reports).filter(|(_, fixed)| fixed.is_none());
    let unfixed = unfixed.map(|(failed, _)| {
        let Report { job, engine, .. } = failed;
        let row = &job.row;
        format!(
            "{row} fails on {engine} as expected, but no run of {} shows it fixed",
            job.scenario
        )
    });
    let vacuous = |what| Remark { verdict: Verdict::Vacuous, what };
    let remarks: Vec<Remark> = no_job.chain(unfixed).map(vacuous).collect();
    let verdicts = reports.iter().map(|report| report.verdict);
    let verdict = Verdict::worst(verdicts.chain(remarks.iter().map(|remark| remark.verdict)));
    Gated { part: Part::default(), verdict, seconds, remarks, reports }
}

impl Gated {
    /// The same, with these remarks as well.
    fn and(mut self, remarks: Vec<Remark>) -> Gated {
        let worst = remarks.iter().map(|remark| remark.verdict);
        self.verdict = Verdict::worst(worst.chain([self.verdict]));
        self.remarks.extend(remarks);
        self
    }
}

/// The same for the same jobs, in every process.
fn fingerprint(tasks: &[Task]) -> String {
    let jobs: Vec<_> = tasks.iter().map(|(worker, job)| (worker.engine.name(), job)).collect();
    let json = serde_json::to_string(&jobs).expect("plain data is always JSON");
    format!("{:032x}", explore::fingerprint::of(json))
}

/// Writes it as JSON, for [`crate::merge`] and others.
///
/// # Errors
/// If the file exists, or cannot be written.
pub fn write(gated: &Gated, path: &Path) -> Result<(), Error> {
    let json = serde_json::to_string_pretty(gated).expect("plain data is always JSON");
    output::write_new(path, &(json + "\n"))
}
