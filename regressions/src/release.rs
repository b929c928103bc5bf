//! What is known to be wrong with the release, collected from the bugs: failures that are expected.

use std::collections::BTreeSet;

use checks::suite::limits;
use harness::report::{Expect, Job, Mode};
use sync::driver::Engine;

use crate::bug::{ExpectedFailure, InRelease, Mend};
use crate::BUGS;

/// What of each bug is in the release.
fn all() -> impl Iterator<Item = &'static InRelease> {
    BUGS.iter().filter_map(|bug| bug.release.as_ref())
}

/// The bugs of the release that can be mended alone, each with its mend.
pub fn mends() -> impl Iterator<Item = &'static Mend> {
    all().map(|release| &release.mend)
}

/// All failures that are expected of the release.
pub fn expected() -> impl Iterator<Item = &'static ExpectedFailure> {
    all().flat_map(|release| release.expected)
}

/// Programs on which each of the rows holds: a row that did nothing right would fail as expected, too.
const HOLD: &[&str] = &["newproc-busy", "sleep-ready-busy", "yielders"];

/// The two runs of each, on the engine that leaves nothing out; and those of each row that hold.
pub fn jobs(engine: Engine) -> Vec<Job> {
    if engine != Engine::Explore {
        return Vec::new();
    }
    let rows: BTreeSet<&str> =
        expected().flat_map(|failure| [failure.row, failure.fixed_row]).collect();
    let holding = rows
        .iter()
        .flat_map(|row| HOLD.iter().map(move |scenario| job(engine, scenario, row, Expect::Holds)));
    expected().flat_map(|failure| both(failure, engine)).chain(holding).collect()
}

fn both(failure: &ExpectedFailure, engine: Engine) -> [Job; 2] {
    let fails = Expect::Fails {
        check: failure.check.into(),
        message: String::new(),
        bug: failure.bug.into(),
    };
    [(failure.row, fails), (failure.fixed_row, Expect::Holds)]
        .map(|(row, expect)| job(engine, failure.scenario, row, expect))
}

fn job(engine: Engine, scenario: &str, row: &str, expect: Expect) -> Job {
    Job {
        suite: "release".into(),
        scenario: scenario.into(),
        program: None,
        row: row.into(),
        mode: Mode::Invariants,
        only: None,
        limits: limits(engine),
        sometimes: Vec::new(),
        expect,
    }
}
