//! The programs of the suite `timers`: each holds in every state, and shows what it is there for, with the timers of 1.19 and
//! with those of 1.23.

use checks::suite;
use harness::report::{Job, Mode};
use harness::verdict::Verdict;
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use sync::driver::Engine;

/// The newest variant with all its bugs mended, and the timers of 1.19.
const WITH_OLDER_TIMERS: Steps = Steps {
    timers: GO_1_19_FIXED.timers,
    update_timer_p_mask: GO_1_19_FIXED.update_timer_p_mask,
    ..GO_FIXED
};

#[sync::test(restoring)]
fn each_program_with_channels_holds_in_every_state() {
    let files = suite::files();
    let channels = suite::ALL.iter().find(|suite| suite.name == "channels").expect("a suite");
    let jobs = channels.jobs(Engine::Explore, &files);
    assert_eq!(jobs.len(), 6);
    for job in jobs {
        let report = crate::common::run(&job);
        let (verdict, extent) = (report.verdict, &*report.extent);
        assert_eq!((verdict, extent), (Verdict::Held, "exhaustive"), "{report:?}");
    }
}

/// A program may give a timer to a G before it has added it. The run reports that, as it would not in Go.
#[sync::test(restoring)]
fn a_timer_that_is_used_before_it_was_added_is_an_error_of_the_program() {
    let report = report_of(2, &["main: go A; add T 5 set f; sleep 1", "A: stop T"]);
    let wanted =
        "timer T is used before the action that adds it has ended; start the Gs that use it after";
    assert!(report.contains(wanted), "{report}");
}

#[sync::test(restoring)]
fn a_g_that_is_started_again_before_it_has_ended_is_an_error_of_the_program() {
    let report = report_of(1, &["main: go A; go A", "A: sleep 3"]);
    assert!(
        report.contains("G1 is started again before it has ended; let what starts it"),
        "{report}"
    );
}

/// What comes of a program on so many Ps.
fn report_of(ps: u32, lines: &[&str]) -> String {
    let scenario = harness::scenario::Scenario::new("wrong", "", ps, ps, lines);
    let job = Job {
        scenario: "wrong".into(),
        program: Some(Box::new(scenario)),
        ..crate::common::job("preempted-add", Mode::Invariants)
    };
    let prepared = regressions::CONTENT.prepare(&job).expect("a job");
    format!("{:?}", prepared.run(|_| sync::driver::Control::Go).map(|outcome| outcome.report))
}

/// The table of states in `docs/states.md`: the program, and how many there are before and now.
#[sync::test(restoring)]
fn the_table_of_states_is_what_the_searches_visit() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let document = std::fs::read_to_string(root.join("docs/states.md")).expect("the document");
    let rows: Vec<Vec<&str>> = document
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() > 8, "{document}");
    let states = |row: &[&str], steps| {
        let job = crate::common::job(row[1].trim_matches('`'), Mode::Invariants);
        let report = crate::common::run_with(steps, &job);
        assert_eq!((report.verdict, &*report.extent), (Verdict::Held, "exhaustive"), "{report:?}");
        report.searched.expect("a search").states
    };
    let counted =
        rows.iter().map(|row| (row[1], [WITH_OLDER_TIMERS, GO_FIXED].map(|s| states(row, s))));
    let number = |text: &str| text.replace(',', "").parse().expect("a number");
    let written = rows.iter().map(|row| (row[1], [number(row[2]), number(row[3])]));
    assert_eq!(counted.collect::<Vec<_>>(), written.collect::<Vec<_>>());
}
