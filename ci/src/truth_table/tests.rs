//! What a cell says.

use std::collections::BTreeMap;

use checks::report::Report;

use super::*;
use crate::story::sample;

const T1: &str = "must be able to track idle limiter event";
const T3: &str = "findrunnable: negative nmspinning";
const BESIDE: &str = "startm: negative nmspinning";

/// The cell of a run that ended in these ways, in the cell of the first note.
fn said(real: Real, endings: &[&str]) -> String {
    let (_, allowed) = allowed::all().swap_remove(0);
    let mut report = Report { verdict: Verdict::Held, ..sample::report() };
    report.job.row.clone_from(&allowed.row);
    report.job.scenario.clone_from(&allowed.scenario);
    report.endings = endings.iter().map(|&told| (told.into(), 1)).collect::<BTreeMap<_, _>>();
    cell(&[&report], real)
}

#[test]
fn a_cell_says_whether_the_model_does_as_the_real_runtime() {
    for (real, endings, expected) in [
        (Real::Ok, &[][..], "ok"),
        (Real::T1, &[T1], "T1"),
        (Real::Unknown, &[T1, checks::HANG], "T1 and hang"),
        (Real::T3, &[T3, BESIDE], "T3 (a)"),
        (Real::Ok, &[BESIDE], "model finds more (a)"),
        (Real::Ok, &[T1], "model finds more: T1"),
        (
            Real::T3,
            &[T3, "all goroutines are asleep"],
            "model finds more: all goroutines are asleep",
        ),
        (Real::T1, &[], "model finds less"),
        (Real::T1, &[BESIDE], "model finds less (a)"),
    ] {
        assert_eq!(said(real, endings), expected, "{endings:?}");
    }
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
            let told = format!("proc.go {first}–{last} ({function})");
            assert!(notes.contains(&told), "{notes}");
        }
    }
}
