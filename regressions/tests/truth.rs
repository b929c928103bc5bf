//! The truth: what its table rests on.

use harness::report::{Expect, Job, KnownEnding, Mode, Report};
use harness::verdict::Verdict;
use regressions::allowed::{self, Execution};
use regressions::{truth, CONTENT};
use sync::driver::{Control, Engine, Schedule, ENGINE};

const T1: &str = "must be able to track idle limiter event";
const T2: &str = "limiterEvent.stop: found wrong event in p's limiter event slot";
const T3: &str = "findrunnable: negative nmspinning";

/// A cell of the table, made up: the row on `sleepers`, which in reality ends so and is allowed to end so too.
fn cell(row: &str, how: &[&str], more: &[(&str, &str)]) -> (Report, Option<Schedule>) {
    let mut job = crate::common::job("sleepers", Mode::Symptoms);
    job.row = row.into();
    let beside = |&(ends, picks): &(&str, &str)| {
        let schedule = Schedule::Search { picks: picks.into(), preemptions: None };
        KnownEnding { ends: ends.into(), schedule }
    };
    let how = how.iter().map(|&name| name.into()).collect();
    job.expect = Expect::Ends { how, more: more.iter().map(beside).collect() };
    let outcome = CONTENT.prepare(&job).expect("a job").run(|_| Control::Go).expect("a run");
    (outcome.report, outcome.schedule)
}

/// Where the real runtime was fine and the model fails, the report has an execution; stored in a
/// file, that execution lets the cell pass.
#[sync::test(restoring)]
fn where_the_model_finds_more_a_stored_schedule_is_needed() {
    let row = "53294/unlinked-by-hand";
    let (report, schedule) = cell(row, &[], &[]);
    assert_eq!(report.verdict, Verdict::Violated);
    let Some(Schedule::Search { picks, .. }) = schedule else { panic!("no schedule") };
    assert!(report.note.contains(&picks), "{}", report.note);
    let (report, _) = cell(row, &[], &[(T1, &picks)]);
    assert_eq!((report.verdict, &*report.note), (Verdict::Held, ""));
    for (stale, why) in [
        ("explore 1: 0 0 0", "does not fit any more"),
        ("explore 1: 0 0 0.9", "does not fit any more"),
        ("nonsense", "does not fit any more"),
    ] {
        let (report, _) = cell(row, &[], &[(T1, stale)]);
        assert_eq!(report.verdict, Verdict::Violated, "{stale}");
        assert!(report.note.contains(why) && report.note.contains(&picks), "{}", report.note);
    }
    let (report, _) = cell("53294/without-unlink", &[T2], &[(T1, &picks)]);
    assert_eq!(report.verdict, Verdict::Violated);
    assert!(report.note.contains("it is not needed any more"), "{}", report.note);
    let (report, _) = cell("GO_1_19_FIXED", &[], &[(T1, &picks)]);
    assert_eq!(report.verdict, Verdict::Violated, "{}", report.note);
}

/// What is allowed beside it makes up for no ending of the real runtime.
#[sync::test(restoring)]
fn where_the_model_finds_less_nothing_helps() {
    let row = "53294/unlinked-by-hand";
    let Some(Schedule::Search { picks, .. }) = cell(row, &[], &[]).1 else { panic!("none") };
    let (report, _) = cell(row, &[T3], &[(T1, &picks)]);
    let note = "expected findrunnable: negative nmspinning, but no execution ends like this";
    assert_eq!((report.verdict, &*report.note), (Verdict::Violated, note));
}

/// Where the release has an ending more than in reality, it takes a race: a search of all executions shows it,
/// and no sample does.
#[sync::test(searching)]
fn what_the_release_does_beyond_reality_is_rare() {
    for (path, allowed) in allowed::all() {
        let of_release = |e: &&Execution| e.row.starts_with("GO_1_19");
        for Execution { row, scenario, .. } in allowed.execution.iter().filter(of_release) {
            let symptoms = |job: &Job| job.mode == Mode::Symptoms;
            let cell = |job: &Job| job.row == *row && job.scenario == *scenario && symptoms(job);
            let job = truth::jobs(ENGINE).into_iter().find(cell).expect(path);
            let report = crate::common::run(&job);
            let shown = report.endings.contains_key(&allowed.ends);
            assert_eq!(shown, ENGINE == Engine::Explore, "{path}: {report:?}");
        }
    }
}

/// An ending that was not expected is seen, and so is one that does not come.
#[sync::test(exploring)]
fn a_cell_that_differs_is_violated() {
    let ends = |row: &str, how: &[&str]| {
        let mut job = crate::common::job("sleepers", Mode::Symptoms);
        job.row = row.into();
        let how = how.iter().map(|&name| name.into()).collect();
        job.expect = Expect::Ends { how, more: vec![] };
        crate::common::run(&Job {
            limits: harness::report::Limits { executions: 20, ..job.limits.clone() },
            ..job
        })
    };
    assert_eq!(ends("GO_1_19_FIXED", &[]).verdict, Verdict::Held);
    let less = ends("GO_1_19_FIXED", &[T3]);
    assert_eq!(
        (less.verdict, &*less.note),
        (Verdict::Violated, "expected findrunnable: negative nmspinning, but nothing failed")
    );
    let more = ends("53294/unlinked-by-hand", &[]);
    assert_eq!(more.verdict, Verdict::Violated);
    assert!(more.note.contains("found must be able to track"), "{}", more.note);
    let other = ends("53294/unlinked-by-hand", &[T3]);
    assert_eq!(other.verdict, Verdict::Violated, "{}", other.note);
}

/// loom stops at the first failure; a search tells each kind of it; a sample goes on, so that the share
/// of those that fail is known.
#[sync::test(exploring)]
fn all_but_loom_go_on_after_a_failure() {
    let mut job = crate::common::job("sleepers", Mode::Symptoms);
    job.row = "53294/unlinked-by-hand".into();
    job.limits.executions = 20;
    job.expect = Expect::Ends { how: vec![T1.into()], more: vec![] };
    let report = crate::common::run(&job);
    let failed: u64 = report.endings.values().sum();
    match ENGINE {
        Engine::Explore => assert_eq!((failed, &*report.extent), (1, "exhaustive")),
        Engine::Loom => assert_eq!((failed, report.executions), (1, 1)),
        _ => assert_eq!((failed, report.executions), (180, 180)),
    }
}
