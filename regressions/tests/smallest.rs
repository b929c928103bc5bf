//! A report has the smallest failure of its kind, and says whether that is proven.

use harness::report::{Fewest, Found, Job, Mode};
use harness::run::Outcome;
use harness::verdict::Verdict;
use regressions::CONTENT;
use sync::driver::{Control, Schedule};

fn job(row: &str, scenario: &str) -> Job {
    let mut job = crate::common::job(scenario, Mode::Invariants);
    job.row = row.into();
    job.limits.bound = None;
    job
}

fn found(job: &Job, control: Control) -> (Found, Outcome) {
    let prepared = CONTENT.prepare(job).expect("a job");
    let outcome = prepared.run(|_| Control::Go).expect("a run");
    let outcome = prepared.smallest(outcome, move |_| control).expect("a run");
    (outcome.report.found.clone().expect("a failure"), outcome)
}

/// golang/go#45867 takes three preemptions: with two, every execution holds.
#[sync::test(restoring)]
fn a_lost_wakeup_is_told_with_the_fewest_preemptions_and_steps() {
    let job = job("45867/as-in-1.19", "three-newprocs");
    let within = |bound| {
        let mut job = job.clone();
        job.limits.bound = Some(bound);
        CONTENT.prepare(&job).expect("a job").run(|_| Control::Go).expect("a run").report
    };
    let first = within(3).found.expect("it fails");
    let (smallest, outcome) = found(&job, Control::Go);
    assert_eq!((smallest.preemptions, smallest.fewest), (Some(3), Fewest::Steps));
    assert!(smallest.steps <= first.steps, "{:?} and {:?}", smallest.steps, first.steps);
    let less = within(2);
    assert!(less.found.is_none() && less.extent == "bound 2", "{less:?}");
    let Some(Schedule::Search { picks, .. }) = &outcome.schedule else { panic!("no schedule") };
    assert_eq!(Some(picks.split_whitespace().count() as u32 - 2), smallest.steps);
    let prepared = CONTENT.prepare(&outcome.report.job).expect("a job");
    let recorded = prepared.record(&outcome).expect("a run").expect("a failure");
    assert_eq!(prepared.replay(&recorded).expect("a run"), harness::run::Replayed::Same);
}

/// The first failure within a bound need not be the shortest.
#[sync::test(restoring)]
fn a_failure_is_shortened() {
    let job = job("45867/the-idler-does-not-ask", "three-newprocs");
    let mut bounded = job.clone();
    bounded.limits.bound = Some(2);
    let first =
        CONTENT.prepare(&bounded).expect("a job").run(|_| Control::Go).expect("a run").report.found;
    let first = first.expect("it fails");
    let (shortest, _) = found(&job, Control::Go);
    assert_eq!((first.preemptions, shortest.preemptions), (Some(2), Some(2)));
    assert!(shortest.steps < first.steps, "{:?} and {:?}", shortest.steps, first.steps);
}

/// A report claims nothing of what was not searched.
#[sync::test(restoring)]
fn a_search_that_is_interrupted_proves_nothing() {
    let (found, outcome) = found(&job("45867/as-in-1.19", "three-newprocs"), Control::Stop);
    assert_eq!((found.fewest, outcome.report.verdict), (Fewest::Unknown, Verdict::Violated));
}
