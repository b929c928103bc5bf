//! The runs that may kill a mutant, as they go without one: what each takes, and which mutants it reaches.
//!
//! A run that does not ask for a mutant goes the same with it, so it need not be run. This is measured once for each
//! build, and kept.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use checks::suite;
use harness::kernel::{KERNEL, NO_VARIANT};
use harness::report::Job;
use harness::verdict::Verdict;
use pidle::engines::run::{jobs, run};
use pidle::engines::worker::Worker;
use pidle::error::Error;
use pidle::text::output::remark;
use pidle::text::progress::Progress;
use pidle::{at_once, interrupt};
use serde::{Deserialize, Serialize};

use crate::copy::Copied;
use crate::switch::{ALL, ON, REACHED};

/// The runs, those that take least first.
#[derive(Debug, Serialize, Deserialize)]
pub struct Baseline {
    /// Of which build they are.
    fingerprint: String,
    /// The runs.
    pub runs: Vec<Run>,
}

/// A run without a mutant.
#[derive(Debug, Serialize, Deserialize)]
pub struct Run {
    /// What is run.
    pub job: Job,
    /// What may be killed by it.
    pub kind: Kind,
    /// Seconds.
    pub seconds: f64,
    /// The numbers of the mutants that it asks for.
    pub reached: BTreeSet<u32>,
}

/// Where a run belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A suite of the model as it should be.
    Suite,
    /// A kernel.
    Kernel,
    /// The suite `release`: what is known to be wrong with Go.
    Release,
    /// The suite `newest`: programs of the other suites on the newest release, as it is and with its bugs mended.
    Newest,
    /// A row of a bug, which counts for functions that nothing else uses.
    Row,
}

impl Baseline {
    /// These runs, of no build.
    #[cfg(test)]
    pub(crate) fn of(runs: Vec<Run>) -> Self {
        Baseline { fingerprint: String::new(), runs }
    }
}

impl Kind {
    /// What the run is; none for those that kill nothing.
    fn of(job: &Job) -> Option<Kind> {
        if job.scenario.starts_with(KERNEL) && job.row == NO_VARIANT {
            return Some(Kind::Kernel);
        }
        let suites = suite::ALL.iter().map(|suite| suite.name);
        match &*job.suite {
            "release" => Some(Kind::Release),
            "newest" => Some(Kind::Newest),
            name if suites.into_iter().any(|suite| suite == name) => Some(Kind::Suite),
            name if regressions_have(name) => Some(Kind::Row),
            _ => None,
        }
    }

    /// Its name in the summary.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Suite => "suites",
            Kind::Kernel => "kernels",
            Kind::Release => "release",
            Kind::Newest => "newest",
            Kind::Row => "rows",
        }
    }
}

fn regressions_have(bug: &str) -> bool {
    pidle::lookup::bug(bug).is_ok()
}

/// The runs of the build: those that were measured before, if it is the same.
///
/// # Errors
/// If one fails without a mutant, or the file for what was measured cannot be written.
pub fn measure(copied: &Copied, folder: &Path, at_once: NonZeroUsize) -> Result<Baseline, Error> {
    let path = folder.join("baseline.json");
    let kept =
        fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Baseline>(&bytes).ok());
    if let Some(kept) = kept.filter(|kept| kept.fingerprint == copied.fingerprint) {
        return Ok(kept);
    }
    let wanted = jobs(&copied.worker, copied.worker.engine)?;
    let wanted: Vec<(Kind, Job)> =
        wanted.into_iter().filter_map(|job| Some((Kind::of(&job)?, job))).collect();
    remark(&format!("{} runs without a mutant, to see what they reach", wanted.len()));
    let numbered: Vec<(usize, &(Kind, Job))> = wanted.iter().enumerate().collect();
    let runs = at_once::map(&numbered, at_once, |(n, (kind, job))| {
        let note = folder.join(format!("reached-{n}"));
        one(&copied.worker, *kind, job, &note)
    });
    if interrupt::requested() {
        return Err(Error::Interrupted);
    }
    let mut runs: Vec<Run> = runs.into_iter().flatten().collect::<Result<_, Error>>()?;
    runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let baseline = Baseline { fingerprint: copied.fingerprint.clone(), runs };
    let json = serde_json::to_vec(&baseline).expect("plain data is always JSON");
    fs::write(&path, json).map_err(|error| Error::Io { path, error })?;
    Ok(baseline)
}

fn one(worker: &Worker, kind: Kind, job: &Job, note: &Path) -> Result<Run, Error> {
    let _ = fs::remove_file(note);
    let variables = vec![
        (ON.into(), OsString::from(ALL.to_string())),
        (REACHED.into(), note.as_os_str().to_owned()),
    ];
    let worker = Worker { variables, ..worker.clone() };
    let report = run(&worker, job, false, &Progress::plain(0)).report;
    if report.verdict != Verdict::Held && !interrupt::requested() {
        return Err(Error::Usage(format!(
            "the model itself: {}/{} with {} is {}: {}",
            job.suite, job.scenario, job.row, report.verdict, report.note
        )));
    }
    let text = fs::read_to_string(note).unwrap_or_default();
    let _ = fs::remove_file(note);
    let reached = text.lines().filter_map(|line| line.parse().ok()).collect();
    Ok(Run { job: job.clone(), kind, seconds: report.seconds, reached })
}
