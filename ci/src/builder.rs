//! Builds workers: this package's `pidle-engine`, each engine's in a target directory of its own, so that
//! no build replaces the program that is running, or another engine's.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use sync::Engine;

use crate::coverage::{self, compiler};
use crate::error::Error;
use crate::worker::Worker;
use crate::{engine, interrupt};

/// A build that takes longer than this is told of.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the build is looked at.
const TICK: Duration = Duration::from_millis(50);

/// Builds the worker for `engine`, or finds it built.
///
/// # Errors
/// If it does not build: with what cargo says. If it was interrupted.
pub fn build(engine: Engine, trace: bool) -> Result<Worker, Error> {
    let program = built(engine, command(engine, &format!("engine-{engine}")))?;
    Ok(Worker { engine, program, trace, profile: None })
}

/// Builds the worker for `engine` so that it counts what it reaches in the model, and writes it to `folder`.
///
/// # Errors
/// As [`build`].
pub fn build_counting(engine: Engine, trace: bool, folder: &Path) -> Result<Worker, Error> {
    let mut command = command(engine, &format!("engine-{engine}-coverage"));
    let this = env::current_exe().map_err(|error| Error::Setup(error.to_string()))?;
    command.env("RUSTC_WORKSPACE_WRAPPER", this).env(compiler::VARIABLE, "1");
    let program = built(engine, command)?;
    Ok(Worker { engine, program, trace, profile: Some(coverage::profile(folder, engine)) })
}

/// Runs the command, and returns the program that it builds.
fn built(engine: Engine, mut command: Command) -> Result<PathBuf, Error> {
    let failed = |why: String| Error::Build { engine, why };
    let building = thread::spawn(move || command.output());
    let start = Instant::now();
    let mut spinner = None;
    while !building.is_finished() {
        if spinner.is_none() && start.elapsed() > PATIENCE {
            spinner = Some(tell(engine));
        }
        thread::sleep(TICK);
    }
    if let Some(spinner) = spinner {
        spinner.finish_and_clear();
    }
    let output = building.join().map_err(|_| failed("its thread panicked".into()))?;
    let output = output.map_err(|error| failed(format!("cargo could not be started: {error}")))?;
    if interrupt::requested() {
        return Err(Error::Interrupted);
    }
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(failed(format!("cargo ended with {}\n{}", output.status, said.trim_end())));
    }
    executable(&output).ok_or_else(|| failed("cargo names no executable".into()))
}

/// The workspace's folder.
pub fn root() -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    package.parent().map_or(package.clone(), PathBuf::from)
}

/// What builds it, in `folder` of the target directory. The profile is the one of tests, so that its parts are
/// the same.
fn command(engine: Engine, folder: &str) -> Command {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--locked", "--message-format", "json-render-diagnostics"]);
    command.args(["--package", "ci", "--bin", "pidle-engine"]);
    command.args(engine::feature(engine).into_iter().flat_map(|feature| ["--features", feature]));
    command.arg("--target-dir").arg(target.join(folder));
    command.arg("--manifest-path").arg(root().join("Cargo.toml"));
    command
}

/// Says that the build takes a while: as a spinner on a terminal, else as a line.
fn tell(engine: Engine) -> ProgressBar {
    let message = format!("building the {engine} engine");
    let spinner = ProgressBar::new_spinner().with_message(message.clone());
    if spinner.is_hidden() {
        crate::output::remark(&message);
    }
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// The worker's path, from cargo's messages: wherever its configuration has it put.
fn executable(output: &Output) -> Option<PathBuf> {
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages.lines().filter_map(|line| serde_json::from_str(line).ok());
    let executable = |message: serde_json::Value| {
        let ours = message["target"]["name"] == "pidle-engine";
        message["executable"].as_str().filter(|_| ours).map(PathBuf::from)
    };
    messages.filter_map(executable).next_back()
}
