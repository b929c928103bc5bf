//! What is known to be wrong with the releases, collected from the bugs: failures that are expected. And the runs of the
//! newest release.

use std::collections::BTreeSet;

use checks::suite::{self, limits};
use harness::report::{Expect, Job, Limits, Mode};
use runtime_model::steps::{Steps, GO_13F6BE28, GO_1_27};
use sync::driver::Engine;

use crate::bug::{ExpectedFailure, InRelease, Mend, AND, FIX};
use crate::{issue_45867, BUGS};

/// The newest release.
pub const NEWEST: &str = "GO_1_27";

/// The newest release with every known bug mended.
const NEWEST_FIXED: &str = "GO_FIXED";

/// Suites that only the mended row has to pass: their programs were written to show bugs, and the release has some of
/// these.
const OF_BUGS: &[&str] = &["known", "known-wide", "reach", "reach-wide"];

/// Suites of programs in real time. They were written for no bug either.
const REAL: &[&str] = &["real", "real-wide"];

/// Programs whose timers are stopped and changed. Some were written to show bugs of the timers of one release; of those the
/// newest one has, the failure is expected.
const TIMERS: &[&str] = &["timers"];

/// Suites of programs that make system calls and stop the world, which releases do in two ways, in which sysmon takes Ps, and in
/// which garbage collections begin and end.
const CALLS: &[&str] = &["system-calls", "stops", "sysmon", "gc", "suspends"];

/// Programs that no variant of Go 1.19 has. Their own suites run them with all bugs mended.
const NEWER: &[&str] = &["channels", "automatic"];

/// What of each bug is in the releases.
fn all() -> impl Iterator<Item = &'static InRelease> {
    BUGS.iter().filter_map(|bug| bug.release.as_ref())
}

/// The bugs of the releases that can be mended alone, each with its mend.
pub fn mends() -> impl Iterator<Item = &'static Mend> {
    all().map(|release| &release.mend)
}

/// The row of that name: a release, perhaps with bugs mended ([`FIX`], [`AND`]). None if there is no such release or mend.
pub fn steps_of(row: &str) -> Option<Steps> {
    let (release, mended) = row.split_once(FIX).map_or((row, None), |(a, b)| (a, Some(b)));
    let steps = match release {
        "GO_13F6BE28" => GO_13F6BE28,
        "GO_1_27" => GO_1_27,
        _ => return None,
    };
    let mut names =
        mended.into_iter().flat_map(|all| all.split(FIX)).flat_map(|all| all.split(AND));
    names.try_fold(steps, |steps, name| {
        let mut known = mends().chain([&issue_45867::FIX_AS_IN_1_20]);
        known.find(|mend| mend.name == name).map(|mend| (mend.fixed_in)(steps))
    })
}

/// All failures that are expected of the releases.
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
    expected()
        .flat_map(|failure| both(failure, engine))
        .chain(holding)
        .chain(newest(engine))
        .collect()
}

/// The newest release on the programs that were written for no bug: it holds on those on which no failure is expected.
/// With its bugs mended it holds on all of them, and on those that were written for bugs.
fn newest(engine: Engine) -> impl Iterator<Item = Job> {
    let files = suite::files();
    let jobs_of = move |suites: &[&str], row: &str| {
        let suites = suite::ALL.iter().filter(|suite| suites.contains(&suite.name));
        let jobs = suites.flat_map(|suite| suite.jobs(engine, &files));
        jobs.map(|job| Job { suite: "newest".into(), row: row.into(), ..job }).collect::<Vec<_>>()
    };
    let fails = |job: &Job| expected().any(|it| it.row == NEWEST && it.scenario == job.scenario);
    let general = [suite::GENERAL, REAL, TIMERS, CALLS].concat();
    let release =
        jobs_of(&[&general, NEWER].concat(), NEWEST).into_iter().filter(move |job| !fails(job));
    let fixed = [&general, OF_BUGS].concat();
    release.chain(jobs_of(&fixed, NEWEST_FIXED))
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
    let limits = Limits { bound: suite::within(scenario), ..limits(engine) };
    Job { expect, ..Job::new("release", scenario, row, Mode::Invariants, limits) }
}
