//! Bad input ends in exit code 4, before anything is built.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn fails(arguments: &[&str], words: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pidle-mutants"));
    // Nothing here may get as far as a build.
    let output =
        command.env("CARGO", "no-such-cargo").arg("mutants").args(arguments).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{arguments:?}: {stderr}");
    for word in words {
        assert!(stderr.contains(word), "{arguments:?}: no {word:?} in: {stderr}");
    }
}

#[test]
fn what_cannot_be_drawn_or_read_is_told() {
    fails(&["--count", "100000"], &["--count 100000: there are "]);
    fails(&["--count", "0"], &["--count"]);
    fails(&["--only", "nowhere"], &["--only nowhere: no file in runtime-model/src begins so"]);
    fails(&["--sample", "no-such-file.toml"], &["no-such-file.toml"]);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("garbage.toml");
    fs::write(&path, "mutant = 3\n").unwrap();
    let path = path.display().to_string();
    fails(&["--sample", &path], &["garbage.toml", "not a file of mutants"]);
    fails(&["--save", &path], &["exists already; name another one"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "mutant = 3\n");
    fails(&["--sample", &path, "--seed", "2"], &["--seed", "cannot be used with"]);
}
