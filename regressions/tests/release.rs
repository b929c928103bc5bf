//! What is known to be wrong with commit 13f6be28 is all that the programs that are searched find.

mod common;

use std::collections::BTreeSet;

use checks::{scenarios, suite};
use harness::report::{Expect, Job, Mode};
use regressions::{release, runs};
use sync::driver::Engine;

const RELEASE: &str = "GO_13F6BE28";

/// The gate's runs of that row.
fn of_row(row: &str) -> Vec<Job> {
    runs::gate(Engine::Explore).into_iter().filter(|job| job.row == row).collect()
}

#[test]
fn the_gate_expects_three_failures_of_the_release_and_shows_each_of_them_fixed() {
    let bugs: Vec<String> = of_row(RELEASE)
        .into_iter()
        .filter_map(|job| match job.expect {
            Expect::Fails { bug, .. } => Some(bug),
            Expect::Holds => None,
            other => panic!("{}: {other:?}", job.scenario),
        })
        .collect();
    let expected = [
        "golang/go#45867",
        "golang/go#55160",
        "defect 2 (the last look sees a due timer and stops all the same)",
    ];
    assert_eq!(bugs, expected);
    for known in release::expected() {
        let fixed = of_row(known.fixed_row);
        let holds = |job: &Job| job.scenario == known.scenario && job.expect == Expect::Holds;
        assert!(fixed.iter().any(holds), "{}", known.bug);
    }
}

sync::exhausted! {
    /// Of all programs that can be searched in a few seconds.
    fn the_release_fails_by_no_check_that_is_not_known() {
        let known: BTreeSet<&str> = release::expected().map(|known| known.check).collect();
        let mut failing = BTreeSet::new();
        let files = suite::files();
        for suite in suite::ALL.iter().filter(|suite| suite.name != "more-ms") {
            for (name, _) in suite.runs(&files) {
                let mut job = common::job(&name, Mode::Invariants);
                job.row = RELEASE.into();
                let wide = scenarios::find(&name).is_some_and(|scenario| scenario.ps > 2);
                job.limits.bound = wide.then_some(1);
                let report = common::run(&job);
                if let Some(check) = common::failing(&report) {
                    assert!(known.contains(check), "{name}: {report:?}");
                    failing.insert(name);
                }
            }
        }
        println!("{failing:?}");
        let told = release::expected().map(|known| known.scenario.to_string());
        assert!(failing.is_superset(&told.collect()), "{failing:?}");
    }
}
