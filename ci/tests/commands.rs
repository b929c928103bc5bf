//! `gate`, `check`, `replay` and `repro` from end to end, with workers that are shell scripts.
#![cfg(unix)]

use std::fs;

use harness::cex::Counterexample;
use harness::report::Line;
use harness::verdict::Verdict;
use pidle::engines::protocol::Answer;

use crate::common::job;
use crate::common::stage::{
    counterexample, exists, interrupted, json, report, violated, Stage, UNTIL_CLOSED,
};

#[test]
fn a_gates_exit_code_is_that_of_its_worst_verdict_and_its_reports_are_json() {
    use Verdict::{Error, Held, Incomplete, Vacuous, Violated};
    for verdict in [Held, Vacuous, Incomplete, Violated, Error] {
        let name = format!("gate-{verdict}");
        let stage = Stage::new(&name, &[job(), job()], &[report(verdict)], ":");
        let (code, text, _) = stage.run(&["gate", "--json", "reports.json"]);
        assert_eq!(code, Some(verdict.exit_code().into()), "{text}");
        assert!(text.ends_with(&format!("Verdict: {verdict}\n")), "{text}");
        let json = fs::read_to_string(stage.folder.join("reports.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            json["reports"].as_array().unwrap().len(),
            6,
            "three engines with two jobs each"
        );
        assert_eq!(json["verdict"], verdict.to_string());
    }
}

#[test]
fn a_gate_without_jobs_is_vacuous() {
    let (code, text, _) = Stage::new("no-jobs", &[], &[], ":").run(&["gate", "--engine", "loom"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("loom has no job"), "{text}");
}

#[test]
fn a_check_that_is_violated_writes_a_new_counterexample_each_time() {
    let stage = Stage::new("check", &[], &violated(), ":");
    for _ in 0..2 {
        let (code, text, _) = stage.run(&["check", "sleep-ready-park"]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("P0: pidleput") && text.contains("throw: must be able"), "{text}");
    }
    let expected = [
        "sleep-ready-park-GO_1_19_FIXED-loom-2.cex.ndjson",
        "sleep-ready-park-GO_1_19_FIXED-loom.cex.ndjson",
    ];
    assert_eq!(stage.counterexamples(), expected);
    let read = Counterexample::read(&stage.folder.join(expected[1])).unwrap();
    assert_eq!(read, counterexample());
}

#[test]
fn a_violation_whose_file_cannot_be_written_is_still_a_violation() {
    let stage = Stage::new("check-unwritable", &[], &violated(), ":");
    // The folder is there when the command looks, and gone when the worker has answered.
    fs::create_dir(stage.folder.join("gone")).unwrap();
    let worker = fs::read_to_string(stage.folder.join("worker")).unwrap();
    stage.script("worker", &worker.replace("#!/bin/sh", "rmdir \"$(pwd)/gone\""));
    let (code, text, remarks) =
        stage.run(&["check", "sleep-ready-park", "--out", "gone/x", "--json", "x.json"]);
    assert_eq!(code, Some(1), "{text}{remarks}");
    assert!(text.contains("throw: must be able") && !text.contains("written to"), "{text}");
    assert!(remarks.contains("the counterexample could not be written: gone/x: "), "{remarks}");
    assert_eq!(json(&stage, "x.json")["counterexample"], serde_json::Value::Null);
}

#[test]
fn check_and_repro_write_their_reports_as_json_with_the_keys_of_a_gate() {
    let stage = Stage::new("check-json", &[], &violated(), ":");
    let (code, text, _) = stage.run(&["check", "sleep-ready-park", "--json", "check.json"]);
    assert_eq!(code, Some(1), "{text}");
    let check = json(&stage, "check.json");
    assert_eq!(check["verdict"], "violated");
    assert_eq!(check["reports"][0]["found"]["message"], "must be able");
    assert_eq!(check["counterexample"], "sleep-ready-park-GO_1_19_FIXED-loom.cex.ndjson");
    assert!(check["seconds"].is_number());
    let (code, text, _) = stage.run(&["repro", "53294", "--json", "repro.json"]);
    assert_eq!(code, Some(1), "{text}");
    let repro = json(&stage, "repro.json");
    assert_eq!(
        (&repro["verdict"], repro["reports"].as_array().unwrap().len()),
        (&"violated".into(), 1)
    );
    let (code, _, remarks) = stage.run(&["check", "sleep-ready-park", "--json", "check.json"]);
    assert_eq!(code, Some(4), "{remarks}");
}

#[test]
fn row_and_mutant_are_still_understood_as_variant() {
    let stage = Stage::new("old-options", &[], &[report(Verdict::Held)], ":");
    assert_eq!(stage.run(&["check", "sleep-ready-park", "--row", "GO_1_19_FIXED"]).0, Some(0));
    let (code, text, _) = stage.run(&["repro", "53294", "--mutant", "without-limiter-stop"]);
    assert!(text.contains("Variant without-limiter-stop: "), "{code:?} {text}");
}

#[test]
fn a_check_that_holds_writes_nothing() {
    let stage = Stage::new("check-held", &[], &[report(Verdict::Held)], ":");
    let (code, text, _) = stage.run(&["check", "sleep-ready-park", "--out", "x.cex.ndjson"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("verdict     held\n"), "{text}");
    assert_eq!(stage.counterexamples(), [""; 0]);
}

#[test]
fn a_replay_is_violated_if_it_fails_the_same_way_and_an_error_if_it_no_longer_fits() {
    let diverged = Answer::Diverged { step: 7, expected: "load a".into(), got: "store b".into() };
    for (name, answer, code, words) in [
        ("same", Answer::Same, 1, "sleep-ready-park with GO_1_19_FIXED on loom fails the same way"),
        (
            "diverged",
            diverged,
            4,
            "no longer fits, at x.cex.ndjson:8\n  expected: load a\n  got:      store b",
        ),
    ] {
        let stage = Stage::new(name, &[], &[answer], ":");
        counterexample().write(&stage.folder.join("x.cex.ndjson")).unwrap();
        let (got, text, _) = stage.run(&["replay", "x.cex.ndjson"]);
        assert_eq!(got, Some(code), "{text}");
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn a_counterexample_with_old_names_replays() {
    let stage = Stage::new("old-names", &[], &[Answer::Same], ":");
    let mut old = counterexample();
    (old.header.job.scenario, old.header.job.row) = ("S1-3m".into(), "GO_13F6BE28+45867".into());
    old.write(&stage.folder.join("x.cex.ndjson")).unwrap();
    let (code, text, remarks) = stage.run(&["replay", "x.cex.ndjson"]);
    assert_eq!(code, Some(1), "{text}{remarks}");
    let today = "sleep-ready-park-3m with GO_13F6BE28+fix-45867 on loom fails the same way";
    assert!(text.contains(today), "{text}");
}

#[test]
fn a_bug_is_reproduced_if_it_fails_as_expected() {
    let counterexample = Answer::Counterexample(Box::new(counterexample()));
    let stage = Stage::new("repro", &[], &[report(Verdict::Held), counterexample], ":");
    let (code, text, _) = stage.run(&["repro", "53294", "--out", "x.cex.ndjson"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("golang/go#53294: "), "{text}");
    assert!(text.contains("throw: must be able") && text.contains("replay x.cex.ndjson"), "{text}");
    assert!(exists(&stage.folder.join("x.cex.ndjson")));
}

#[test]
fn a_bug_is_not_reproduced_if_something_else_came_or_nothing() {
    let stage = Stage::new("repro-other", &[], &violated(), ":");
    let (code, text, _) = stage.run(&["repro", "53294"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("not reproduced: violated\n"), "{text}");
}

#[test]
fn a_build_that_fails_is_an_error_with_what_cargo_says() {
    let stage = Stage::new("no-build", &[], &[], ":");
    stage.script("cargo", "echo 'error[E1]: no' >&2; exit 101");
    let (code, _, remarks) = stage.run(&["gate"]);
    assert_eq!(code, Some(4), "{remarks}");
    assert!(remarks.contains("could not build the explore engine"), "{remarks}");
    assert!(remarks.contains("error[E1]: no"), "{remarks}");
}

#[test]
fn what_a_worker_was_built_with_is_its_engine() {
    let stage = Stage::new("built", &[job()], &[report(Verdict::Held)], ":");
    let cargo = fs::read_to_string(stage.folder.join("cargo")).unwrap();
    stage.script("cargo", &cargo.replace("#!/bin/sh", "echo \"$*\" >>\"$(dirname \"$0\")/asked\""));
    let (code, text, _) =
        stage.run(&["gate", "--engine", "shuttle", "--engine", "std", "--engine", "std"]);
    assert_eq!(code, Some(0), "{text}");
    let asked = fs::read_to_string(stage.folder.join("asked")).unwrap();
    let asked: Vec<&str> = asked.lines().collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(!asked[0].contains("--features"), "{asked:?}");
    assert!(asked[1].contains("--features shuttle"), "{asked:?}");
}

#[test]
fn an_interrupted_gate_is_incomplete_and_tells_what_was_done() {
    let progress = Answer::Line(Line::Progress { executions: 7, searched: None, seconds: 0.1 });
    let stage = Stage::new("interrupted-gate", &[job(), job()], &[progress], UNTIL_CLOSED);
    let (code, text, _) = interrupted(&stage, &["gate", "--engine", "loom", "--jobs", "1"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("stopped after 7 executions"), "{text}");
    assert!(text.contains("not started before the interrupt"), "{text}");
    assert!(text.contains("2 runs: 2 incomplete; 7 executions"), "{text}");
}

#[test]
fn an_interrupted_check_is_incomplete() {
    let stage = Stage::new("interrupted-check", &[], &[], UNTIL_CLOSED);
    let (code, text, _) = interrupted(&stage, &["check", "sleep-ready-park"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("verdict     incomplete\n"), "{text}");
}

#[test]
fn an_interrupt_while_an_engine_is_built_is_incomplete() {
    let stage = Stage::new("interrupted-build", &[], &[], ":");
    stage.script("cargo", "touch \"$(dirname \"$0\")/begun\"; sleep 1; exit 1");
    let (code, _, remarks) = interrupted(&stage, &["gate"]);
    assert_eq!(code, Some(3), "{remarks}");
    assert!(remarks.contains("interrupted before anything ran"), "{remarks}");
}
