//! The bugs that no throw reveals: nothing happens, for ever. Each row shows what is said of it, by checks
//! that were written for none of them; and the model as it should be holds on the same scenarios.

use std::collections::BTreeSet;

use crate::common::{failing, job, message, run_with};
use checks::suite::FIXED;
use harness::kernel::NO_VARIANT;
use harness::report::{Expect, Job, Mode, Report};
use harness::verdict::Verdict;
use regressions::bug::{Bug, Mutant, Shows, Symptom};
use regressions::CONTENT;
use regressions::{
    cl_20858, cl_310149, due_timer, grown_last_look, issue_38860, issue_45867, issue_55160,
    issue_5586, last_look, pollers_window, store_load_barrier, wakep, BUGS,
};
use sync::driver::{Control, Engine, ENGINE};

const OURS: &[&Bug] = &[
    &issue_45867::BUG,
    &issue_55160::BUG,
    &issue_5586::BUG,
    &issue_38860::BUG,
    &due_timer::BUG,
    &pollers_window::BUG,
    &cl_20858::BUG,
    &cl_310149::BUG,
    &last_look::BUG,
    &wakep::BUG,
    &store_load_barrier::BUG,
];

const WORK_WAITS: &str = "no G is runnable beside an idle P";

fn run(job: &Job) -> Report {
    CONTENT.prepare(job).expect("a job").run(|_| Control::Go).expect("a run").report
}

/// All that is said of the bugs, with the jobs that run it on this engine.
fn all(bugs: &[&'static Bug]) -> Vec<(&'static Mutant, &'static Shows, Job)> {
    let of = |bug: &'static Bug| {
        bug.mutants.iter().flat_map(move |mutant| {
            let here = mutant.shows.iter().filter(|shows| shows.concerns(ENGINE));
            here.map(move |shows| (mutant, shows, shows.job(bug, mutant, ENGINE)))
        })
    };
    bugs.iter().flat_map(|bug| of(bug)).collect()
}

/// What a row of a bug comes to on a scenario in invariant mode, within that bound on loom.
fn row(name: &str, scenario: &str, bound: usize) -> Report {
    let mut job = crate::common::job(scenario, Mode::Invariants);
    job.row = name.into();
    job.limits.bound = Some(bound);
    job.limits.executions = 1_000;
    run(&job)
}

#[sync::test(systematic)]
fn each_row_shows_what_is_said_of_it() {
    for (_, _, job) in all(OURS) {
        let report = run(&job);
        assert_eq!(report.verdict, Verdict::Held, "{}: {report:?}", job.row);
    }
}

/// On explore alone: the gate searches the same on each engine.
#[sync::test(restoring)]
fn the_model_as_it_should_be_holds_where_a_row_fails() {
    let mut seen = BTreeSet::new();
    for (_, _, job) in all(OURS) {
        let kernel = job.scenario.starts_with(harness::kernel::KERNEL);
        let row = if kernel { NO_VARIANT } else { FIXED };
        // The invariants include the symptoms.
        let mode = if kernel { Mode::Symptoms } else { Mode::Invariants };
        let job = Job { row: row.into(), mode, expect: Expect::Holds, ..job };
        if seen.insert(format!("{} {:?}", job.scenario, job.limits.bound)) {
            let report = run(&job);
            assert_eq!(report.verdict, Verdict::Held, "{}: {report:?}", job.scenario);
            let bounded = checks::suite::within(&job.scenario).is_some();
            assert!(
                bounded || report.extent == "exhaustive",
                "{}: {}",
                job.scenario,
                report.extent
            );
        }
    }
}

/// golang/go#55160: with the last look alone, a G that yields later than it is missed; with the wakeup
/// alone, one that a late spinner makes unnecessary. shuttle's samples show the first of them only.
#[sync::test(exploring)]
fn each_half_of_the_fix_of_55160_alone_strands_a_g() {
    let rows = match ENGINE {
        Engine::Shuttle => &["55160/without-recheck"][..],
        _ => &["55160/without-recheck", "55160/without-wakep"],
    };
    for name in rows {
        let report = row(name, "gosched-beside-newproc", 3);
        assert_eq!(failing(&report), Some(WORK_WAITS), "{name}: {report:?}");
    }
}

/// golang/go#5586: with two Ps, the one that is not busy is the one that took the first G.
#[sync::test(exploring)]
fn the_last_spinner_that_wakes_nobody_needs_three_ps() {
    let report = row("5586/without-wakep", "three-newprocs", 3);
    assert_eq!(failing(&report), None, "{report:?}");
    let report = row("5586/without-wakep", "two-at-once", 1);
    assert_eq!(failing(&report), Some(WORK_WAITS), "{report:?}");
}

/// A G left spinning by the fairness path runs on; the throw comes with the next G that it starts.
#[sync::test(exploring)]
fn a_spinner_that_takes_a_g_fairly_and_spins_on_throws() {
    let job = |mode| {
        let mut job = crate::common::job("fairness", mode);
        job.row = "5586/the-fairness-path-spins-on".into();
        job.limits.bound = Some(1);
        job
    };
    let report = run(&job(Mode::Symptoms));
    let text = "schedule: spinning with local work";
    assert_eq!((failing(&report), message(&report)), (Some("throw"), Some(text)));
    let report = run(&job(Mode::Invariants));
    assert_eq!(failing(&report), Some("an M that executes a G does not spin"));
}

/// Either alone is made up for by the other: a waker without a P says so, and the M asks.
#[sync::test(exploring)]
fn a_look_at_the_global_queue_outside_the_lock_needs_a_second_mistake_to_show() {
    let scenario = "gosched-beside-newproc";
    for alone in ["last-look/global-outside-the-lock", "45867/the-idler-does-not-ask"] {
        let report = row(alone, scenario, 3);
        assert_eq!(report.verdict, Verdict::Held, "{alone}: {report:?}");
    }
    let report = row("last-look/global-outside-the-lock-and-unasked", scenario, 3);
    assert_eq!(failing(&report), Some(WORK_WAITS), "{report:?}");
}

/// loom has weak memory; the atomics of the others are sequentially consistent.
#[sync::test(exploring)]
fn a_missing_barrier_shows_on_loom_alone() {
    for name in ["store-load-barrier/submit", "store-load-barrier/give-up"] {
        let report = row(name, "two-newprocs", 2);
        let expected = (ENGINE == Engine::Loom).then_some(WORK_WAITS);
        assert_eq!(failing(&report), expected, "{name}: {report:?}");
    }
}

/// Where a G is put in `runnext`, the operations before and after the barrier are both full.
#[sync::test(exploring)]
fn one_weak_operation_beside_a_full_one_is_harmless() {
    for name in ["weak-publication", "weak-look", "weak-decrement", "weak-recheck"] {
        let report = row(&format!("store-load-barrier/{name}"), "two-newprocs", 3);
        assert_eq!(report.verdict, Verdict::Held, "{name}: {report:?}");
    }
}

/// A G that is kicked out of `runnext` is published by no full operation, so that the look at `nmspinning` is the only
/// barrier.
#[sync::test(exploring)]
fn a_g_that_is_kicked_out_of_runnext_has_one_barrier() {
    for (name, shows) in [("weak-look", true), ("weak-publication", false)] {
        let report = row(&format!("store-load-barrier/{name}"), "kicked-newproc", 2);
        let expected = (shows && ENGINE == Engine::Loom).then_some(WORK_WAITS);
        assert_eq!(failing(&report), expected, "{name}: {report:?}");
    }
}

/// One increment is within the spin limit of three Ps, so that another M has to spin: two preemptions more.
#[sync::test(restoring)]
fn the_order_of_1_20_strands_a_g_at_three_ps_too() {
    let report = row("45867/as-in-1.20", "newprocs-3p", 4);
    assert_eq!(failing(&report), Some(WORK_WAITS), "{report:?}");
    let found = report.found.as_ref().and_then(|found| found.preemptions);
    assert_eq!(found, Some(4), "{report:?}");
}

/// There, a new P is taken only once all others are in use. (Of the fixed variant, see `grown_last_look.rs`.)
#[sync::test(restoring)]
fn the_last_look_of_1_19_misses_a_p_that_was_added_too() {
    let mut job = job("shrunk-and-grown", Mode::Invariants);
    job.limits.bound = Some(3);
    let report = run_with(grown_last_look::AS_IN_1_19, &job);
    assert_eq!(failing(&report), Some(WORK_WAITS), "{report:?}");
}

/// What makes up for a line that may be left out alone.
#[sync::test(restoring)]
fn each_line_that_makes_up_for_another_is_needed() {
    for (name, scenario) in [
        ("45867/a-finder-does-not-tell", "two-stolen"),
        ("55160/recheck-without-spinning", "overflow-beside-busy"),
        ("last-look/finds-and-steals-without-spinning", "two-at-once-later"),
        ("last-look/without-the-global-queue-and-unasked", "gosched-beside-newproc"),
    ] {
        let bound = checks::suite::within(scenario).unwrap_or(2);
        let report = row(name, scenario, bound);
        assert_eq!(failing(&report), Some(WORK_WAITS), "{name}: {report:?}");
        let report = row(FIXED, scenario, bound);
        assert_eq!(report.verdict, Verdict::Held, "{scenario}: {report:?}");
    }
}

#[test]
fn each_bug_tells_who_had_it_and_where_to_read_of_it() {
    for bug in BUGS {
        let texts = [bug.title, bug.saw, bug.fixed, bug.releases];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}", bug.number);
        assert!(bug.references.iter().all(|url| url.starts_with("https://")), "{}", bug.number);
        assert!(!bug.references.is_empty(), "{}", bug.number);
    }
}

#[test]
fn each_masked_row_shows_nothing_and_names_a_row_that_shows() {
    for bug in BUGS {
        for mutant in bug.mutants {
            let symptomless = mutant
                .shows
                .iter()
                .all(|shows| shows.symptom == Symptom::Holds || shows.mode == Mode::Invariants);
            let Some(masked) = &mutant.masked else {
                let fails = mutant.shows.iter().any(|shows| shows.symptom != Symptom::Holds);
                assert!(fails || mutant.name == "by-hand-but-complete", "{}", mutant.row(bug));
                continue;
            };
            assert!(symptomless, "{}", mutant.row(bug));
            let Some(name) = masked.unmasked_by else { continue };
            let pair = bug.mutants.iter().find(|other| other.name == name);
            let pair = pair.unwrap_or_else(|| panic!("{}: no {name}", mutant.name));
            assert!(
                pair.shows.iter().any(|shows| shows.symptom != Symptom::Holds),
                "{}",
                pair.name
            );
        }
    }
}

/// What names a check in a row is a check that every scenario is asked.
#[test]
fn each_check_that_a_row_names_is_one_of_all() {
    let known: BTreeSet<&str> = CONTENT.checks(Mode::Invariants).map(|check| check.name).collect();
    for mutant in BUGS.iter().flat_map(|bug| bug.mutants) {
        // A kernel is asked none: what it fails by is the engine's word. So is a thread that waits for itself.
        let asked = |shows: &&Shows| {
            let kernel = shows.scenario.starts_with(harness::kernel::KERNEL);
            let deadlock =
                shows.mode == Mode::Symptoms && shows.symptom == Symptom::Check("deadlock");
            !kernel && !deadlock
        };
        for shows in mutant.shows.iter().filter(asked) {
            if let Symptom::Check(name) = shows.symptom {
                assert!(known.contains(name), "{name}");
            }
        }
    }
}
