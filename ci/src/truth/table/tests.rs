//! What a cell says.

use std::collections::BTreeMap;

use harness::report::Report;

use super::*;
use crate::text::story::sample;

const T1: &str = "must be able to track idle limiter event";
const T3: &str = "findrunnable: negative nmspinning";
const BESIDE: &str = "startm: negative nmspinning";
const ROW: &str = "GO_1_19/without-spinning";

/// A search of the row's program that ended in these ways.
fn searched(row: &str, scenario: &str, endings: &[&str]) -> Report {
    let mut report = Report { verdict: Verdict::Held, ..sample::report() };
    report.job.suite = SUITE.into();
    report.job.mode = Mode::Symptoms;
    report.job.row = row.into();
    report.job.scenario = scenario.into();
    report.engine = Engine::Explore.name().into();
    report.endings = endings.iter().map(|&ending| (ending.into(), 1)).collect::<BTreeMap<_, _>>();
    report
}

/// The cell of a run that ended in these ways, where the file that allows `ends` allows it.
fn said(ends: &str, real: Real, endings: &[&str]) -> String {
    let all = allowed::all();
    let (_, allowed) = all.iter().find(|(_, allowed)| allowed.ends == ends).expect("a file");
    let allowed::Execution { row, scenario, .. } = &allowed.execution[0];
    cell(&[&searched(row, scenario, endings)], real)
}

#[test]
fn a_cell_says_whether_the_model_does_as_the_real_runtime() {
    for (real, endings, expected) in [
        (Real::Ok, &[][..], "ok"),
        (Real::T1, &[T1], "T1"),
        (Real::Unknown, &[T1, checks::HANG], "T1 and hang"),
        (Real::T3, &[T3, BESIDE], "T3 (b)"),
        (Real::Ok, &[BESIDE], "model finds more (b)"),
        (Real::Ok, &[T1], "model finds more: T1"),
        (
            Real::T3,
            &[T3, "all goroutines are asleep"],
            "model finds more: all goroutines are asleep",
        ),
        (Real::T1, &[], "model finds less"),
        (Real::T1, &[BESIDE], "model finds less (b)"),
    ] {
        assert_eq!(said(BESIDE, real, endings), expected, "{endings:?}");
    }
}

#[test]
fn a_bug_of_the_release_is_named_where_it_shows() {
    let named = said(checks::HANG, Real::Ok, &[checks::HANG]);
    assert_eq!(named, "model finds more by golang/go#45867 (a)");
    // In another cell, the same ending is allowed by nothing.
    let other = cell(&[&searched(ROW, "sleepers", &[checks::HANG])], Real::Ok);
    assert_eq!(other, "model finds more: hang");
}

/// The row of the table for `stealrunq` where the bug shows: the release with it, mended, and `GO_1_19_FIXED`.
#[test]
fn the_row_with_the_bug_mended_and_go_fixed_stand_in_the_table() {
    let fixed = "53294/without-spinning";
    let mended = "GO_1_19/without-spinning+fix-45867";
    let row = |mended_ends: &[&str], fixed_ends: &[&str]| {
        let reports = [
            searched(ROW, "stealrunq", &[checks::HANG]),
            searched(mended, "stealrunq", mended_ends),
            searched(fixed, "stealrunq", fixed_ends),
        ];
        let rows = rows(&reports.iter().collect::<Vec<_>>(), false);
        let line = LINES.iter().position(|line| line.row == fixed).expect("a line");
        let before: usize = LINES[..line].iter().map(|line| line.programs().count()).sum();
        let program = LINES[line].programs().position(|(program, _)| program.name == "stealrunq");
        rows[before + program.expect("a program")].clone()
    };
    let held = row(&[], &[]);
    assert_eq!(
        held[1..4],
        ["stealrunq", "ok (4)", "model finds more by golang/go#45867 (a); mended: ok"]
    );
    assert_eq!(held[4..6], ["not run", "2 Ps: ok"]);
    let same = row(&[T1], &[checks::HANG]);
    assert!(same[3].ends_with("; mended: model finds more: T1"), "{}", same[3]);
    assert_eq!(same[5], "");
}

#[test]
fn a_cell_that_was_not_run_to_its_end_says_so() {
    let report = Report { verdict: Verdict::Incomplete, ..sample::report() };
    assert_eq!(cell(&[&report], Real::Ok), "incomplete");
}

#[test]
fn each_note_names_its_file_and_the_lines_of_go() {
    let notes = notes().split_whitespace().collect::<Vec<_>>().join(" ");
    for (path, allowed) in allowed::all() {
        assert!(notes.contains(path), "{notes}");
        for Lines { function, lines: [first, last], .. } in &allowed.go {
            let lines = format!("proc.go {first}–{last} ({function})");
            assert!(notes.contains(&lines), "{notes}");
        }
    }
}
