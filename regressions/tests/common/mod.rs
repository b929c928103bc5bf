//! Runs of scenarios for the tests, on the engine in use.

use checks::suite;
use harness::report::{Expect, Job, Limits, Mode, Report, Search};
use harness::verdict::Verdict;
use regressions::{BUGS, CONTENT};
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use sync::driver::{Control, Options, ENGINE};

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
        counted: Vec::new(),
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

/// A search without a bound.
pub(crate) fn search(scenario: &str) -> Job {
    let mut job = job(scenario, Mode::Invariants);
    job.limits.bound = None;
    job.limits.search = Some(Search::default());
    job
}

/// Under these steps each scenario holds, in so many states.
pub(crate) fn hold_in(steps: Steps, expected: &[(&str, u64)]) {
    let states = |scenario: &str| {
        let report = run_with(steps, &search(scenario));
        let extent = (report.verdict, &*report.extent);
        assert_eq!(extent, (Verdict::Held, "exhaustive"), "{scenario}: {}", report.note);
        report.searched.expect("searched").states
    };
    let found: Vec<_> = expected.iter().map(|&(name, _)| (name, states(name))).collect();
    assert_eq!(found, expected);
}

/// On both releases, as they should be, no search meets a state that it knows and in which something else comes than before.
pub(crate) fn no_checkpoint_forgets(scenarios: &[&str]) {
    for scenario in scenarios {
        for steps in [GO_1_19_FIXED, GO_FIXED] {
            let options = Options { paranoid: true, ..Options::default() };
            let prepared = CONTENT.prepare_with(&search(scenario), steps).expect("a job");
            let searched = prepared.compare(options).expect("a search");
            assert!(searched.statistics.probes > 0, "{scenario}");
        }
    }
}

/// Each row of these bugs shows what it says.
pub(crate) fn shows(bugs: &[&str]) {
    for bug in BUGS.iter().filter(|bug| bugs.contains(&bug.number)) {
        for mutant in bug.mutants {
            for shows in mutant.shows {
                let report = run(&shows.job(bug, mutant, ENGINE));
                let row = mutant.row(bug);
                assert_eq!(report.verdict, Verdict::Held, "{row}: {}", report.note);
            }
        }
    }
}
