//! The commands from end to end, with a cargo that builds nothing and workers that are shell scripts.
#![cfg(unix)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use ci::bench::Measured;
use ci::protocol::Answer;
use common::{job, script};
use harness::cex::{Counterexample, Header, Step, FORMAT};
use harness::report::{Found, Job, Line, Report};
use harness::verdict::Verdict;
use soundness::compare::Family;
use soundness::tally::{Differ, Tally};
use sync::driver::Schedule;

/// A folder with a cargo and a worker.
struct Stage {
    folder: PathBuf,
}

impl Stage {
    /// `name` is the test's, as tests run at once. The worker answers the request for jobs by `jobs`,
    /// and any other by `rest`, and then does what `then` says.
    fn new(name: &str, jobs: &[Job], rest: &[Answer], then: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let stage = Stage { folder };
        stage.write("jobs", &line(&Answer::Jobs(jobs.to_vec())));
        stage.write("rest", &rest.iter().map(line).collect::<String>());
        // It is copied elsewhere before it is started.
        let here = stage.folder.display().to_string();
        stage.script("worker", &format!(
            "read -r request; here='{here}'\n\
             case \"$request\" in '{{\"jobs\"'*) cat \"$here/jobs\";; *) cat \"$here/rest\"; {then};; esac"
        ));
        let worker = stage.folder.join("worker").display().to_string();
        let message = serde_json::json!({"target": {"name": "pidle-engine"}, "executable": worker});
        stage.script("cargo", &format!("echo '{message}'"));
        stage
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    fn script(&self, name: &str, text: &str) {
        script(&self.folder.join(name), text);
    }

    fn pidle(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pidle"));
        command.env("CARGO", self.folder.join("cargo")).env("PIDLE_OTHER_WORKER", "1");
        command.env("CARGO_TARGET_DIR", &self.folder).current_dir(&self.folder).args(arguments);
        command
    }

    /// The exit code, what is printed, and what is remarked.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        told(self.pidle(arguments).output().unwrap())
    }

    fn counterexamples(&self) -> Vec<String> {
        let names = fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().file_name());
        let names = names.map(|name| name.into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".cex.ndjson")).collect();
        names.sort();
        names
    }
}

fn told(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn line(answer: &Answer) -> String {
    serde_json::to_string(answer).unwrap() + "\n"
}

fn found() -> Found {
    Found {
        check: "throw".into(),
        message: "must be able".into(),
        execution: 9,
        ..Found::default()
    }
}

fn report(verdict: Verdict) -> Answer {
    Answer::Line(Line::Report(Box::new(Report {
        job: job(),
        engine: "loom".into(),
        size: "2P/2M/3G/1T".into(),
        verdict,
        executions: 9,
        extent: "bound 2".into(),
        searched: None,
        seconds: 0.1,
        found: (verdict == Verdict::Violated).then(found),
        endings: Default::default(),
        sometimes: Vec::new(),
        note: format!("why {verdict}"),
    })))
}

fn counterexample() -> Counterexample {
    let schedule = Schedule::Loom { bound: Some(2), execution: 9 };
    let step = Step {
        step: 1,
        thread: 0,
        p: Some(0),
        g: None,
        action: "store".into(),
        function: "pidleput".into(),
        object: "npidle".into(),
        value: "1".into(),
        changed: vec!["npidle 0 → 1".into()],
    };
    let header = Header {
        pidle_counterexample: FORMAT,
        job: job(),
        engine: "loom".into(),
        found: found(),
        schedule,
    };
    Counterexample { header, steps: vec![step] }
}

fn violated() -> [Answer; 2] {
    [report(Verdict::Violated), Answer::Counterexample(Box::new(counterexample()))]
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

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
        let (code, text, _) = stage.run(&["check", "S1"]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("P0: pidleput") && text.contains("throw: must be able"), "{text}");
    }
    let expected = ["S1-GO_FIXED-loom-2.cex.ndjson", "S1-GO_FIXED-loom.cex.ndjson"];
    assert_eq!(stage.counterexamples(), expected);
    let read = Counterexample::read(&stage.folder.join(expected[1])).unwrap();
    assert_eq!(read, counterexample());
}

#[test]
fn a_check_that_holds_writes_nothing() {
    let stage = Stage::new("check-held", &[], &[report(Verdict::Held)], ":");
    let (code, text, _) = stage.run(&["check", "S1", "--out", "x.cex.ndjson"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("S1 with GO_FIXED on loom, 2P/2M/3G/1T, invariants: held"), "{text}");
    assert_eq!(stage.counterexamples(), [""; 0]);
}

#[test]
fn a_replay_is_violated_if_it_fails_the_same_way_and_an_error_if_it_no_longer_fits() {
    let diverged = Answer::Diverged { step: 7, expected: "load a".into(), got: "store b".into() };
    for (name, answer, code, words) in [
        ("same", Answer::Same, 1, "S1 with GO_FIXED on loom fails the same way"),
        (
            "diverged",
            diverged,
            4,
            "no longer fits, at step 7\n  expected: load a\n  got:      store b",
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
    assert!(remarks.contains("the explore engine was not built"), "{remarks}");
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

/// Interrupts a command whose worker would go on until its stdin is closed.
fn interrupted(stage: &Stage, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = stage.pidle(arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while !exists(&stage.folder.join("begun")) {
        thread::sleep(Duration::from_millis(10));
    }
    interrupt(&child);
    told(child.wait_with_output().unwrap())
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

const UNTIL_CLOSED: &str = "touch \"$here/begun\"; cat >/dev/null";

#[test]
fn an_interrupted_gate_is_incomplete_and_tells_what_was_done() {
    let progress = Answer::Line(Line::Progress { executions: 7, searched: None, seconds: 0.1 });
    let stage = Stage::new("interrupted-gate", &[job(), job()], &[progress], UNTIL_CLOSED);
    let (code, text, _) = interrupted(&stage, &["gate", "--engine", "loom", "--jobs", "1"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("stopped after 7 executions"), "{text}");
    assert!(text.contains("not begun when the gate was interrupted"), "{text}");
    assert!(text.contains("2 runs: 2 incomplete; 7 executions"), "{text}");
}

#[test]
fn an_interrupted_check_is_incomplete() {
    let stage = Stage::new("interrupted-check", &[], &[], UNTIL_CLOSED);
    let (code, text, _) = interrupted(&stage, &["check", "S1"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("invariants: incomplete"), "{text}");
}

#[test]
fn an_interrupt_while_an_engine_is_built_is_incomplete() {
    let stage = Stage::new("interrupted-build", &[], &[], ":");
    stage.script("cargo", "touch \"$(dirname \"$0\")/begun\"; sleep 1; exit 1");
    let (code, _, remarks) = interrupted(&stage, &["gate"]);
    assert_eq!(code, Some(3), "{remarks}");
    assert!(remarks.contains("interrupted; nothing was run"), "{remarks}");
}

/// What a comparison says of so many programs of each family.
fn tally(same: u64) -> Tally {
    let mut tally = Tally::default();
    tally.families.iter_mut().for_each(|row| row.same = same);
    tally
}

#[test]
fn soundness_holds_only_if_all_programs_were_compared_and_agree() {
    let run = |name: &str, answers: &[Answer], then: &str| {
        let stage = Stage::new(name, &[], answers, then);
        stage.run(&["soundness", "--cases", "5"])
    };
    let (code, stdout, _) = run("sound", &[Answer::Compared(tally(5))], "exit 0");
    assert_eq!(code, Some(0), "{stdout}");
    assert!(stdout.contains("held: 5 of 5 programs of each kind, from seed 1"), "{stdout}");
    let (code, stdout, _) = run("sound-in-part", &[Answer::Compared(tally(4))], "exit 0");
    assert_eq!(code, Some(3), "{stdout}");
    assert!(stdout.contains("incomplete: 4 of 5 programs"), "{stdout}");
    let differ = Differ {
        family: Family::Bounded,
        seed: 9,
        what: "outcomes".into(),
        program: "thread 0: Sleep\n".into(),
        smallest: "states".into(),
    };
    let unsound = Tally { differ: Some(differ), ..tally(3) };
    let (code, stdout, _) = run("unsound", &[Answer::Compared(unsound)], "exit 0");
    assert_eq!(code, Some(1), "{stdout}");
    assert!(stdout.contains("seed 9, bounds 0 to 3: outcomes"), "{stdout}");
    let (code, _, stderr) = run("sound-refused", &[Answer::Refused("no".into())], "exit 4");
    assert_eq!(code, Some(4), "{stderr}");
    let (code, _, stderr) = run("sound-lost", &[Answer::Compared(tally(5))], "kill -ABRT $$");
    assert_eq!(code, Some(4), "what comes before an abort is no verdict: {stderr}");
}

#[test]
fn an_interrupted_comparison_is_incomplete() {
    let stage = Stage::new("sound-interrupted", &[], &[Answer::Compared(tally(2))], UNTIL_CLOSED);
    let (code, stdout, _) = interrupted(&stage, &["soundness", "--cases", "5"]);
    assert_eq!(code, Some(3), "{stdout}");
    assert!(stdout.contains("incomplete: 2 of 5 programs"), "{stdout}");
}

#[test]
fn peers_have_a_line_each_and_what_did_not_finish_says_so() {
    let measured = Measured { states: Some(7), cpu: Some(0.5), ..Measured::default() };
    let finished = Measured { finished: true, ..measured.clone() };
    for (name, came, code, words) in [
        ("peers", finished, 0, "finished"),
        ("peers-late", measured.clone(), 0, "did not finish"),
        ("peers-failed", Measured { failed: Some("throw".into()), ..measured }, 1, "failed: throw"),
    ] {
        let stage = Stage::new(name, &[], &[Answer::Measured(came)], "exit 0");
        let arguments = ["bench", "peers", "--scenario", "S2", "--ms", "2"];
        let output = stage.pidle(&arguments).env("PIDLE_SPIN", "no-such-spin").output().unwrap();
        let (exit, stdout, stderr) = told(output);
        assert_eq!(exit, Some(code), "{stdout}{stderr}");
        assert!(stdout.contains(words), "{stdout}");
        assert!(
            stdout.contains("Spin is not measured: `no-such-spin` is not installed"),
            "{stdout}"
        );
    }
}
