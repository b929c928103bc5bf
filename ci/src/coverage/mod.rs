//! `pidle gate --coverage`: which parts of the model no run of the gate reaches.
//!
//! rustc marks where control flow divides (`-C instrument-coverage`) and writes the *regions* of source
//! text that belong to each part, and how often each was entered. Regions of `runtime-model/src` that no
//! run entered are listed, unless `ci/unreached.toml` gives a reason.
//!
//! # What a counter says
//! rustc counts some of the parts, and derives the others: `else` is *entered* minus *then*. That is true
//! of functions that return. The search of `explore` goes back into the middle of functions and leaves them
//! there, so a difference of its counters means nothing. Therefore:
//! 1. all runs of the gate are done on explore, and of those only what was counted is believed;
//! 2. what is derived by subtraction is taken from shuttle, which runs each execution of the same programs
//!    from its start to its end, on the runs that hold, so that nothing unwinds;
//! 3. a few functions do not return at the end of a program, since their M is parked or busy then
//!    ([`regions::WAITS`]): a difference counts only if it exceeds the number of those that may wait.
//!
//! Each rule can make a region that was reached look unreached, and none the other way round.

pub mod compiler;
pub mod excuses;
pub mod regions;
mod report;

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{fs, process};

use checks::report::{Expect, Job, Limits, Report};
use checks::verdict::Verdict;
use sync::driver::Engine;

use crate::error::Error;
use crate::gate::{run_all, Task};
use crate::run::jobs;
use crate::worker::Worker;
use crate::{at_once, builder, cli, interrupt, output, shard};

use excuses::Excuses;
use regions::{Counted, Source};

/// The folder of the functions that are to be reached.
pub const MODEL: &str = "runtime-model/src";

/// Executions of each way to sample, for what is derived.
const EXECUTIONS: u64 = 200;

/// Runs the gate on workers that count, and prints what was not reached.
///
/// # Errors
/// If a worker cannot be built, the counts cannot be read, or the list of reasons cannot.
pub fn coverage(arguments: &cli::Gate, trace: bool) -> Result<Verdict, Error> {
    interrupt::catch()?;
    let excuses = Excuses::read()?;
    let sources = Source::all()?;
    let profiles = Folder::new()?;
    let build = |engine| builder::build_counting(engine, trace, &profiles.0);
    let (explore, shuttle) = (build(Engine::Explore)?, build(Engine::Shuttle)?);
    let searched = within(jobs(&explore)?, arguments.within);
    let sampled = sampled(&searched);
    let start = Instant::now();
    let at_once = arguments.jobs.unwrap_or_else(at_once::cores);
    let run = |worker: &Worker, jobs: Vec<Job>| {
        let tasks: Vec<Task> = jobs.into_iter().map(|job| (worker, job)).collect();
        run_all(&tasks, at_once, trace)
    };
    let reports = [run(&explore, searched), run(&shuttle, sampled)];
    let waits = reports[1].iter().map(|report| report.executions * ms(report)).sum();
    let counted = [
        Counted::read(&explore.program, &profiles.of(Engine::Explore)?, None)?,
        Counted::read(&shuttle.program, &profiles.of(Engine::Shuttle)?, Some(waits))?,
    ];
    let places = regions::places(&counted, &sources);
    let judged = excuses.judge(&places);
    let seconds = start.elapsed().as_secs_f64();
    let told = report::render(&judged, &reports, &places, seconds);
    output::print(&told)?;
    Ok(Verdict::worst(
        reports.iter().flatten().map(|report| report.verdict).chain([judged.verdict()]),
    ))
}

/// Those of the jobs that took no longer when they were last measured; all, without a limit.
fn within(jobs: Vec<Job>, seconds: Option<f64>) -> Vec<Job> {
    let Some(seconds) = seconds else { return jobs };
    let costs = shard::costs();
    let cost = |job: &Job| costs.get(&shard::key(Engine::Explore.name(), &job.scenario)).copied();
    jobs.into_iter().filter(|job| cost(job).is_none_or(|cost| cost <= seconds)).collect()
}

/// The programs of the jobs that hold, each once under each row, as shuttle is to run them.
fn sampled(searched: &[Job]) -> Vec<Job> {
    let mut sampled: Vec<Job> = Vec::new();
    for job in searched.iter().filter(|job| job.expect == Expect::Holds) {
        let known = |other: &Job| other.scenario == job.scenario && other.row == job.row;
        if !sampled.iter().any(known) {
            let limits = Limits {
                executions: EXECUTIONS,
                seeds: vec![1],
                ..checks::suite::limits(Engine::Shuttle)
            };
            sampled.push(Job { limits, sometimes: Vec::new(), ..job.clone() });
        }
    }
    sampled
}

/// The most Ms of an execution that may wait in the end: those of its program, as in `2P/3M/4G/0T`. The threads
/// of a kernel come to their end.
fn ms(report: &Report) -> u64 {
    let ms = report.size.split('/').find_map(|part| part.strip_suffix('M'));
    ms.and_then(|ms| ms.parse().ok()).unwrap_or(0)
}

/// Where the counts are written, for as long as they are needed.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Error> {
        let path = std::env::temp_dir().join(format!("pidle-coverage-{}", process::id()));
        let io = |error| Error::Io { path: path.clone(), error };
        fs::create_dir_all(&path).map_err(io)?;
        Ok(Folder(path))
    }

    /// The files of that engine's worker.
    fn of(&self, engine: Engine) -> Result<Vec<PathBuf>, Error> {
        let io = |error| Error::Io { path: self.0.clone(), error };
        let files: Vec<PathBuf> =
            fs::read_dir(&self.0).map_err(io)?.flatten().map(|entry| entry.path()).collect();
        let ours = |path: &&PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            name.is_some_and(|name| name.starts_with(engine.name()))
        };
        Ok(files.iter().filter(ours).cloned().collect())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a process writes its counts to. Processes that end at the same time share a few files.
pub fn profile(folder: &Path, engine: Engine) -> PathBuf {
    folder.join(format!("{engine}-%4m.profraw"))
}

/// All runs that were not as they should be.
fn failed(reports: &[Vec<Report>]) -> impl Iterator<Item = &Report> {
    reports.iter().flatten().filter(|report| report.verdict != Verdict::Held)
}
