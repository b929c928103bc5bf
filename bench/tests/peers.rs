//! `bench peers` from end to end, with workers that are shell scripts.
#![cfg(unix)]

#[path = "../../ci/tests/common/mod.rs"]
#[allow(dead_code, reason = "the tests of the command use all of it")]
mod common;

use std::process::{Command, Stdio};

use common::stage::{output_of, Stage};
use pidle::engines::measure::Measured;
use pidle::engines::protocol::Answer;

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
        let arguments = ["bench", "peers", "--scenario", "newproc-busy", "--ms", "2"];
        let output = stage.pidle(&arguments).env("PIDLE_SPIN", "no-such-spin").output().unwrap();
        let (exit, stdout, stderr) = output_of(output);
        assert_eq!(exit, Some(code), "{stdout}{stderr}");
        assert!(stdout.contains(words), "{stdout}");
        assert!(
            stdout.contains("Spin is not measured: `no-such-spin` is not installed"),
            "{stdout}"
        );
    }
}

#[test]
fn the_program_is_its_own_worker() {
    let mut worker = Command::new(env!("CARGO_BIN_EXE_pidle-bench"));
    let output = worker.arg("worker").stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("{\"refused\":\"not a request: "), "{text}");
}
