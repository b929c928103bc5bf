//! `pidle gate`: all jobs of every engine, and one table.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use harness::report::{Job, Report};
use harness::verdict::Verdict;
use serde::{Deserialize, Serialize};
use sync::driver::Engine;

use crate::builder::Profile;
use crate::error::Error;
use crate::output::counted;
use crate::progress::Progress;
use crate::run::{jobs, run, unfinished};
use crate::shard::{self, Costs, Shard};
use crate::workers::Workers;
use crate::{asked, at_once, cli, engine, gate_table, interrupt, nightly, output, unreached};

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

/// A job, and the engine that it runs on.
pub type Task = (Engine, Job);

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
    let engines = in_order(&arguments.engines);
    let progress = Progress::new(0, trace);
    let profile = if arguments.nightly { Profile::Nightly } else { Profile::Dev };
    let start = Instant::now();
    let gated = Workers::build(&engines, profile, trace, &progress, |workers| {
        let gated = run_gate(arguments, &engines, workers, &progress)?;
        match arguments.nightly {
            true => Ok(nightly::go_further(gated, start, arguments, workers, &progress)),
            false => Ok(gated),
        }
    });
    progress.clear();
    let gated = gated?;
    output::print(&gate_table::render(&gated))?;
    arguments.json.as_deref().map_or(Ok(()), |path| write(&gated, path))?;
    Ok(gated.verdict)
}

/// Each engine once. `explore` comes first, as `cargo pidle` is its worker: its runs go on while the others' workers are
/// built.
fn in_order(engines: &[Engine]) -> Vec<Engine> {
    let mut wanted: Vec<Engine> =
        engine::ALL.into_iter().filter(|engine| engines.contains(engine)).collect();
    wanted.sort_by_key(|engine| *engine != Engine::Explore);
    wanted
}

/// The runs of the gate, or of the part of it that was asked for.
fn run_gate(
    arguments: &cli::Gate,
    engines: &[Engine],
    workers: &Workers,
    progress: &Progress,
) -> Result<Gated, Error> {
    // Without a worker there is an error, which is reported in place of this one.
    let any = workers.first().ok_or(Error::Interrupted)?;
    let mut tasks: Vec<Task> = Vec::new();
    let mut idle = Vec::new();
    for engine in engines {
        let jobs = jobs(&any, *engine)?;
        if jobs.is_empty() {
            idle.push(*engine);
        }
        tasks.extend(jobs.into_iter().map(|job| (*engine, job)));
    }
    let part = Part { shard: arguments.shard.unwrap_or_default(), gate: fingerprint(&tasks) };
    let mine = shard::deal(&tasks, part.shard);
    let tasks: Vec<Task> = mine.into_iter().map(|n| tasks[n].clone()).collect();
    let tasks = match arguments.ask_always || arguments.nightly {
        true => asked::twice(tasks, arguments.within),
        false => tasks,
    };
    let at_once = arguments.jobs.unwrap_or_else(at_once::cores);
    progress.say(&how_long(&tasks, at_once));
    let start = Instant::now();
    let (reports, differ) = asked::once(run_all(workers, &tasks, at_once, progress));
    let gated = judge(reports, &idle, start.elapsed().as_secs_f64()).and(differ);
    Ok(Gated { part, ..gated })
}

/// How many runs there are, and how long they will take.
fn how_long(tasks: &[Task], at_once: NonZeroUsize) -> String {
    let costs = Costs::known();
    let seconds: f64 = tasks.iter().map(|(engine, job)| costs.of(*engine, job)).sum();
    let seconds = (seconds / at_once.get() as f64).ceil();
    format!(
        "{}, {at_once} at a time: about {seconds} s, builds aside",
        counted(tasks.len() as u64, "run")
    )
}

/// Runs the tasks, `at_once` at a time. The reports are in the order of the tasks.
pub fn run_all(
    workers: &Workers,
    tasks: &[Task],
    at_once: NonZeroUsize,
    progress: &Progress,
) -> Vec<Report> {
    progress.expect(tasks.len());
    let reports = at_once::map(tasks, at_once, |(engine, job)| {
        workers.get(*engine).map(|worker| run(&worker, job, false, progress).report)
    });
    let begun = reports.into_iter().map(Option::flatten).zip(tasks);
    begun.map(|(report, (engine, job))| report.unwrap_or_else(|| not_begun(*engine, job))).collect()
}

fn not_begun(engine: Engine, job: &Job) -> Report {
    unfinished(engine, job, Verdict::Incomplete, "not begun when the gate was interrupted".into())
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
    /// The same, with these reports as well, of so many more seconds.
    pub fn with(mut self, reports: Vec<Report>, seconds: f64) -> Gated {
        let worst = reports.iter().map(|report| report.verdict);
        self.verdict = Verdict::worst(worst.chain([self.verdict]));
        self.reports.extend(reports);
        self.seconds += seconds;
        self
    }

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
    let json = serde_json::to_string(tasks).expect("plain data is always JSON");
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
