//! `--trace` prints the model's events, and nothing does without it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What is printed to stderr. The program is its own worker: nothing is built.
fn stderr_of(arguments: &[&str]) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("traced");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let mut pidle = Command::new(env!("CARGO_BIN_EXE_pidle"));
    let output = pidle.args(arguments).env("CARGO", "no-cargo").current_dir(folder).output();
    let output = output.unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    stderr
}

#[sync::test(restoring)]
fn the_models_events_are_printed_with_trace_and_not_without() {
    let check = ["check", "two-newprocs", "--variant", "last-look/left-out"];
    let traced = stderr_of(&[&check[..], &["--trace"]].concat());
    for (event, m) in [("Execute(G0)", "m=M0"), ("Newm(M1)", "m=M0"), ("Park", "m=M1")] {
        let is =
            |line: &&str| line.contains("pidle::model") && line.contains(event) && line.contains(m);
        assert!(traced.lines().any(|line| is(&line)), "no {event} of {m}:\n{traced}");
    }
    // Of the idle list, which is no M's.
    assert!(traced.contains("Pidleget(P1)"), "{traced}");
    assert!(!stderr_of(&check).contains("pidle::model"));
}
