//! What tests with scripts for workers share.

pub(crate) mod stage;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use checks::suite;
use harness::report::{Job, Limits, Mode};
use sync::driver::Engine;

/// A job that is to hold.
pub(crate) fn job() -> Job {
    let limits = Limits { executions: 1, seeds: vec![1], ..suite::limits(Engine::Loom) };
    Job::new("core", "sleep-ready-park", suite::FIXED, Mode::Invariants, limits)
}

/// Writes a program. A process of its own does: were the file open for writing here, a process that
/// another test starts at this moment would inherit that, and the program could not be started.
pub(crate) fn script(path: &Path, text: &str) {
    let mut shell = Command::new("sh")
        .args(["-c", "cat >\"$0\" && chmod +x \"$0\""])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let text = format!("#!/bin/sh\n{text}\n");
    shell.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(shell.wait().unwrap().success());
}
