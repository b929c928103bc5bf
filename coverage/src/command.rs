//! The command: runs the gate on a worker that counts, and prints what was not reached.

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

/// The command.
///
/// # Errors
/// If the worker cannot be built, the counts cannot be read, or the list of reasons cannot.
pub fn coverage(arguments: &cli::Gate, trace: bool) -> Result<Verdict, Error> {
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
    let (worker, marked) = copy::build(trace, &profiles.0)?;
    let all = jobs(&worker, Engine::Explore)?;
    let number = all.len();
    let jobs = within(all, arguments.within);
    let left_out = number - jobs.len();
    let tasks: Vec<Task> = jobs.into_iter().map(|job| (Engine::Explore, job)).collect();
    let program = worker.program.clone();
    let (workers, progress) = (Workers::of(vec![worker]), Progress::new(0, trace));
    let start = Instant::now();
    let at_once = arguments.jobs.unwrap_or_else(at_once::cores);
    let reports = run_all(&workers, &tasks, at_once, &progress);
    progress.clear();
    let seconds = start.elapsed().as_secs_f64();
    let counted = Counted::read(&program, &profiles.files()?, &marked)?;
    let places = regions::places(&counted, &sources);
    let judged = excuses.judge(&places);
    output::print(&report::render(&judged, &reports, &places, left_out, seconds))?;
    let verdicts = reports.iter().map(|report| report.verdict);
    Ok(Verdict::worst(verdicts.chain([judged.verdict()])))
}

/// Those of the jobs that took no longer when they were last measured; all, without a limit.
fn within(jobs: Vec<Job>, seconds: Option<f64>) -> Vec<Job> {
    let Some(seconds) = seconds else { return jobs };
    let costs = Costs::known();
    jobs.into_iter().filter(|job| costs.of(Engine::Explore, job) <= seconds).collect()
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
