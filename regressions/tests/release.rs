//! What is known to be wrong with commit 13f6be28, and with the newest release, is all that the programs that are searched
//! find.

use std::collections::BTreeSet;

use checks::{scenarios, suite};
use harness::report::{Expect, Job, Mode};
use regressions::bug::ExpectedFailure;
use regressions::release::NEWEST;
use regressions::{release, runs, CONTENT};
use sync::driver::{Control, Engine};

const RELEASE: &str = "GO_13F6BE28";

/// A bug of both; the release's row has another one mended.
const POST: &str =
    "the poller leaves its post (a timer is pending beside an idle P, and no M waits for it)";

/// Its expected failures, and those of the rows that have one of its bugs mended.
fn expected_of(release: &str) -> impl Iterator<Item = &'static ExpectedFailure> + '_ {
    release::expected().filter(move |known| known.row.split('+').next() == Some(release))
}

/// The gate's runs of that row.
fn of_row(row: &str) -> Vec<Job> {
    runs::gate(Engine::Explore).into_iter().filter(|job| job.row == row).collect()
}

/// The bugs by which the row is expected to fail.
fn bugs_of(row: &str) -> Vec<String> {
    let fails = |job: Job| match job.expect {
        Expect::Fails { bug, .. } => Some(bug),
        Expect::Holds => None,
        other => panic!("{}: {other:?}", job.scenario),
    };
    of_row(row).into_iter().filter_map(fails).collect()
}

#[test]
fn the_gate_expects_twenty_nine_failures_of_the_newest_release() {
    let as_in_1_20 =
        "the fix of golang/go#45867 (needspinning is cleared while a failed waker still counts)";
    let due_timer = "the last look sees a due timer and stops all the same";
    let batch = "Gs taken from the global queue with another wake no M";
    let handoff = "handoffp puts its P on the idle list beside a wakep that fails";
    let call = "a stop of the world misses a system call that is being entered";
    let safe_point = "forEachP misses a system call that is being entered";
    let emptied = "a heap that has become empty keeps the time of a timer that was stopped";
    let lost = "a timer that is modified while its heap is adjusted fires at its old time";
    let gap = "while a heap is adjusted, its wake time is too late for a moment";
    let stale = "stop reports that it has stopped a timer whose value has been received";
    let dedicated = "the last look does not look for a dedicated mark worker";
    let enlisted = "a G that makes GC work wakes no M beside one that drops its P";
    let polled = "a timer is lost to Gs that poll its channel, when GOMAXPROCS shrinks";
    let grown = "the last look does not see a P that was added";
    let full = "the limiter stays off if its bucket is just full when GOMAXPROCS shrinks";
    let timers = [emptied, emptied, lost, gap, gap, gap, stale];
    let others = [
        due_timer, due_timer, due_timer, POST, POST, POST, batch, handoff, call, call, call,
        safe_point, safe_point, dedicated, enlisted, polled, polled, grown, full,
    ];
    let expected = [&[as_in_1_20; 3][..], &timers, &others].concat();
    assert_eq!(bugs_of(NEWEST), expected);
}

#[test]
fn the_gate_expects_ten_failures_of_the_release_and_shows_each_of_them_fixed() {
    let bugs = bugs_of(RELEASE);
    let expected = [
        "golang/go#45867",
        "golang/go#45867",
        "golang/go#55160",
        "golang/go#51654",
        "the last look sees a due timer and stops all the same",
        "a poll ends at the time at which it began",
        "forEachP misses a system call that is being entered",
        "golang/go#19112",
        "a P that is used again keeps the time of a timer that it had",
        "the limiter stays off if its bucket is just full when GOMAXPROCS shrinks",
    ];
    assert_eq!(bugs, expected);
    for known in release::expected() {
        let fixed = of_row(known.fixed_row);
        let holds = |job: &Job| job.scenario == known.scenario && job.expect == Expect::Holds;
        assert!(fixed.iter().any(holds), "{}", known.bug);
    }
}

/// Searches all programs that can be searched in a few seconds, but for those that the gate searches without a failure.
fn fails_by_no_check_that_is_not_known(release: &str) {
    let known: BTreeSet<&str> = expected_of(release).map(|known| known.check).collect();
    let mut failing = BTreeSet::new();
    let holds = |job: &Job| job.expect == Expect::Holds && job.mode == Mode::Invariants;
    let hold: BTreeSet<String> =
        of_row(release).into_iter().filter(holds).map(|job| job.scenario).collect();
    let files = suite::files();
    for suite in suite::ALL.iter().filter(|suite| suite.name != "more-ms") {
        for (name, run) in suite.runs(&files).into_iter().filter(|(name, _)| !hold.contains(name)) {
            let mut job = crate::common::job(&name, Mode::Invariants);
            job.row = release.into();
            let wide = scenarios::find(&name).is_some_and(|scenario| scenario.ps > 2);
            let expected = expected_of(release).any(|known| known.scenario == name);
            let narrow = wide && !(expected && run.bound.is_some());
            job.limits.bound = narrow.then_some(1).or(run.bound);
            // A program of timers with channels is for newer releases.
            let Ok(prepared) = CONTENT.prepare(&job) else { continue };
            let report = prepared.run(|_| Control::Go).expect("a run").report;
            if let Some(check) = crate::common::failing(&report) {
                assert!(known.contains(check), "{name}: {report:?}");
                failing.insert(name);
            }
        }
    }
    println!("{failing:?}");
    let known = expected_of(release).map(|known| known.scenario.to_string());
    assert!(failing.is_superset(&known.collect()), "{failing:?}");
}

#[sync::test(restoring)]
fn the_release_fails_by_no_check_that_is_not_known() {
    fails_by_no_check_that_is_not_known(RELEASE);
}

#[sync::test(restoring)]
fn the_newest_release_fails_by_no_check_that_is_not_known() {
    fails_by_no_check_that_is_not_known(NEWEST);
}
