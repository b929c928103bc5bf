//! The command: runs the gate on a worker that counts, and prints what was not reached.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Instant;
use std::{fs, process};

use harness::report::Job;
use harness::verdict::Verdict;
use pidle::engines::run::jobs;
use pidle::engines::workers::Workers;
use pidle::error::Error;
use pidle::gate::gated::{run_all, Task};
use pidle::gate::shard::Costs;
use pidle::text::output;
use pidle::text::progress::Progress;
use pidle::{at_once, cli, interrupt};
use sync::driver::Engine;

use crate::excuses::Excuses;
use crate::regions::{self, Counted, Source};
use crate::{copy, report};

/// So many longer runs for each that goes on at a time, before it is looked again whether anything is missing.
const AT_A_TIME: usize = 2;

/// The command.
///
/// # Errors
/// If the worker cannot be built, the counts cannot be read, or the list of reasons cannot.
pub fn coverage(arguments: &cli::Gate) -> Result<Verdict, Error> {
    interrupt::catch()?;
    let excuses = Excuses::read()?;
    let sources = Source::all()?;
    let mut lock = copy::lock()?;
    let Ok(_alone) = lock.try_write() else {
        let folder = copy::folder();
        return Err(Error::Usage(format!(
            "{}: another run with --coverage is using this folder; wait until it has finished",
            folder.display()
        )));
    };
    let profiles = Folder::new()?;
    let (worker, marked) = copy::build(&profiles.0)?;
    let (short, mut longer) = split(jobs(&worker, Engine::Explore)?, arguments.within);
    let program = worker.program.clone();
    let (workers, progress) = (Workers::of(vec![worker]), Progress::new(0));
    let start = Instant::now();
    let at_once = arguments.jobs.unwrap_or_else(at_once::cores);
    let (mut next, mut reports) = (short, Vec::new());
    let (judged, places) = loop {
        let tasks: Vec<Task> = next.into_iter().map(|job| (Engine::Explore, job)).collect();
        reports.extend(run_all(&workers, &tasks, at_once, &progress));
        progress.clear();
        let counted = Counted::read(&program, &profiles.files()?, &marked)?;
        let places = regions::places(&counted, &sources);
        let judged = excuses.judge(&places);
        // Something may be reached by a longer run.
        if judged.missing.is_empty() || longer.is_empty() {
            break (judged, places);
        }
        next = longer.drain(..longer.len().min(AT_A_TIME * at_once.get())).collect();
    };
    let seconds = start.elapsed().as_secs_f64();
    output::print(&report::render(&judged, &reports, &places, longer.len(), seconds))?;
    let verdicts = reports.iter().map(|report| report.verdict);
    Ok(Verdict::worst(verdicts.chain([judged.verdict()])))
}

/// The jobs that took no longer when they were last measured, or all, without a limit; and the others. Of those, programs that no
/// short run is of come first, and not under a bug's variant, as they are likelier to reach something else; and shorter ones before
/// longer ones.
fn split(jobs: Vec<Job>, seconds: Option<f64>) -> (Vec<Job>, Vec<Job>) {
    let costs = Costs::known();
    let cost = |job: &Job| costs.of(Engine::Explore, job);
    let is_short = |job: &Job| seconds.is_none_or(|seconds| cost(job) <= seconds);
    let (short, mut longer): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(is_short);
    let known: BTreeSet<&str> = short.iter().map(|job| &*job.scenario).collect();
    let is_known = |job: &Job| known.contains(&*job.scenario);
    let is_variants = |job: &Job| job.row.contains('/');
    let order = |job: &Job| (is_known(job), is_variants(job));
    longer.sort_by(|a, b| order(a).cmp(&order(b)).then(cost(a).total_cmp(&cost(b))));
    (short, longer)
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

    fn files(&self) -> Result<Vec<PathBuf>, Error> {
        let io = |error| Error::Io { path: self.0.clone(), error };
        Ok(fs::read_dir(&self.0).map_err(io)?.flatten().map(|entry| entry.path()).collect())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
