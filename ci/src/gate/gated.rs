//! What a gate came to: reports, remarks and a verdict.

use std::num::NonZeroUsize;
use std::path::Path;

use harness::report::{Expect, Job, Report};
use harness::verdict::Verdict;
use serde::{Deserialize, Serialize};
use sync::driver::Engine;

use crate::engines::run::{run, unfinished};
use crate::engines::workers::Workers;
use crate::error::Error;
use crate::gate::shard::Shard;
use crate::text::output;
use crate::text::progress::Progress;
use crate::{at_once, lookup};

/// What a gate came to. `--json` writes it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Gated {
    /// Which part of which gate it is; of an undivided one, the only part.
    pub part: Part,
    /// The worst of all, as the exit code says it.
    pub verdict: Verdict,
    /// Wall-clock seconds of the runs.
    pub seconds: f64,
    /// What is wrong in addition to the reports: an engine without a job, an expected failure without its fix.
    pub remarks: Vec<Remark>,
    /// A report for each job.
    pub reports: Vec<Report>,
}

/// Something wrong that is in no report.
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
    unfinished(engine, job, Verdict::Incomplete, "not started before the interrupt".into())
}

/// The expected failures, each with the run that shows it fixed: one on the same engine and scenario whose variant has
/// no bug. A run of the same suite, mode and limits is preferred.
pub fn expected(reports: &[Report]) -> impl Iterator<Item = (&Report, Option<&Report>)> {
    let fails = |report: &&Report| matches!(report.job.expect, Expect::Fails { .. });
    reports.iter().filter(fails).map(move |failed| {
        let fixes = reports.iter().filter(move |report| {
            let same = report.engine == failed.engine && report.job.scenario == failed.job.scenario;
            same && !fails(report) && !lookup::is_mutant(&report.job.row)
        });
        let far = |fix: &&Report| {
            let (fix, failed) = (&fix.job, &failed.job);
            (fix.suite != failed.suite, fix.mode != failed.mode, fix.limits != failed.limits)
        };
        (failed, fixes.min_by_key(far))
    })
}

/// The verdict of all reports together. Where nothing was checked, it is *vacuous* at best: an engine
/// without a job, and an expected failure without the run that shows it fixed.
pub fn judge(reports: Vec<Report>, idle: &[Engine], seconds: f64) -> Gated {
    let no_job =
        idle.iter().map(|engine| format!("{engine} has no job, so nothing was checked on it"));
    let unfixed = expected(&reports).filter(|(_, fixed)| fixed.is_none());
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
    /// Adds reports, which took `seconds`.
    pub fn with(mut self, reports: Vec<Report>, seconds: f64) -> Gated {
        let worst = reports.iter().map(|report| report.verdict);
        self.verdict = Verdict::worst(worst.chain([self.verdict]));
        self.reports.extend(reports);
        self.seconds += seconds;
        self
    }

    /// Adds remarks.
    pub fn and(mut self, remarks: Vec<Remark>) -> Gated {
        let worst = remarks.iter().map(|remark| remark.verdict);
        self.verdict = Verdict::worst(worst.chain([self.verdict]));
        self.remarks.extend(remarks);
        self
    }
}

/// Writes it as JSON, for [`crate::gate::merge`] and others.
///
/// # Errors
/// If the file exists, or cannot be written.
pub fn write(gated: &Gated, path: &Path) -> Result<(), Error> {
    let json = serde_json::to_string_pretty(gated).expect("plain data is always JSON");
    output::write_new(path, &(json + "\n"))
}
