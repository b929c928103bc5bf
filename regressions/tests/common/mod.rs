//! Runs of scenarios for the tests, on the engine in use.
#![allow(dead_code)] // each test uses its part

use checks::suite;
use harness::report::{Expect, Job, Limits, Mode, Report};
use regressions::CONTENT;
use runtime_model::steps::Steps;
use sync::driver::{Control, ENGINE};

/// A run of the scenario that has to hold, as far as an ordinary run goes.
pub(crate) fn job(scenario: &str, mode: Mode) -> Job {
    Job {
        suite: "test".into(),
        scenario: scenario.into(),
        program: None,
        row: suite::FIXED.into(),
        mode,
        only: None,
        limits: Limits { executions: 500, ..suite::limits(ENGINE) },
        sometimes: Vec::new(),
        expect: Expect::Holds,
    }
}

/// Runs the job under these steps, whatever row it names.
pub(crate) fn run_with(steps: Steps, job: &Job) -> Report {
    let prepared = CONTENT.prepare_with(job, steps).expect("a job");
    prepared.run(|_| Control::Go).expect("a run").report
}

/// Runs the job under its row.
pub(crate) fn run(job: &Job) -> Report {
    CONTENT.prepare(job).expect("a job").run(|_| Control::Go).expect("a run").report
}

/// The name of the check that fails, if one does.
pub(crate) fn failing(report: &Report) -> Option<&str> {
    report.found.as_ref().map(|found| &*found.check)
}

/// What the failure says, if there is one.
pub(crate) fn message(report: &Report) -> Option<&str> {
    report.found.as_ref().map(|found| &*found.message)
}
