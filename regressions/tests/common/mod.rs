//! Runs of scenarios for the tests, on the engine in use.
#![allow(dead_code)] // each test uses its part

use checks::{scenarios, suite};
use harness::report::{Expect, Job, Limits, Mode, Report};
use harness::run::{self, Subject, What};
use regressions::rows;
use runtime_model::steps::Steps;
use sync::driver::{Control, ENGINE};
use sync::Arc;

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
    let scenario = scenarios::find(&job.scenario).expect("a scenario of that name");
    let subject = Subject {
        what: What::Scenario(scenario),
        steps,
        sources: Vec::new(),
        content: &checks::CONTENT,
    };
    run::run(&subject, job, Arc::new(|_| Control::Go)).expect("a run").report
}

/// Runs the job under its row.
pub(crate) fn run(job: &Job) -> Report {
    run_with(rows::find(&job.row).expect("a row of that name").steps, job)
}

/// The name of the check that fails, if one does.
pub(crate) fn failing(report: &Report) -> Option<&str> {
    report.found.as_ref().map(|found| &*found.check)
}

/// What the failure says, if there is one.
pub(crate) fn message(report: &Report) -> Option<&str> {
    report.found.as_ref().map(|found| &*found.message)
}
