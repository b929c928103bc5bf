//! Builds workers: this package's `pidle-engine`, each engine's in a target directory of its own, so that
//! no build replaces the program that is running, or another engine's.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use sync::driver::Engine;

use crate::error::Error;
use crate::worker::Worker;
use crate::{engine, interrupt};

/// A build that takes longer than this is told of.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the build is looked at.
const TICK: Duration = Duration::from_millis(50);

/// A program to be built: of this workspace, or of a copy of it.
pub struct Wanted<'w> {
    /// The workspace's folder.
    pub root: PathBuf,
    /// Where it is built.
    pub target: PathBuf,
    /// The package.
    pub package: &'w str,
    /// The program.
    pub program: &'w str,
    /// The engine that it is built for.
    pub engine: Engine,
    /// What it is, for readers.
    pub what: String,
    /// Variables of cargo's environment, besides those of this process.
    pub variables: Vec<(&'w str, OsString)>,
}

/// Builds the worker for `engine`, or finds it built.
///
/// # Errors
/// If it does not build: with what cargo says. If it was interrupted.
pub fn build(engine: Engine, trace: bool) -> Result<Worker, Error> {
    let program =
        compile(&Wanted::worker(root(), target().join(format!("engine-{engine}")), engine))?;
    Ok(Worker { engine, program, trace, variables: Vec::new() })
}

impl Wanted<'_> {
    /// The worker for `engine`, of the workspace in `root`.
    pub fn worker(root: PathBuf, target: PathBuf, engine: Engine) -> Self {
        let what = format!("the {engine} engine");
        let (package, program) = ("ci", "pidle-engine");
        Wanted { root, target, package, program, engine, what, variables: Vec::new() }
    }
}

/// Builds a program, or finds it built, and returns where it is.
///
/// # Errors
/// If it does not build: with what cargo says. If it was interrupted.
pub fn compile(wanted: &Wanted) -> Result<PathBuf, Error> {
    let failed = |why: String| Error::Build { what: wanted.what.clone(), why };
    let mut command = command(wanted);
    let building = thread::spawn(move || command.output());
    let start = Instant::now();
    let mut spinner = None;
    while !building.is_finished() {
        if spinner.is_none() && start.elapsed() > PATIENCE {
            spinner = Some(tell(&wanted.what));
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
    executable(&output, wanted.program).ok_or_else(|| failed("cargo names no executable".into()))
}

/// The workspace's folder.
pub fn root() -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    package.parent().map_or(package.clone(), PathBuf::from)
}

/// The folder for what is built.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// What builds it. The profile is the one of tests, so that its parts are the same.
fn command(wanted: &Wanted) -> Command {
    let mut command = cargo();
    command.args(["build", "--locked", "--message-format", "json-render-diagnostics"]);
    command.args(["--package", wanted.package, "--bin", wanted.program]);
    command.args(engine::feature(wanted.engine).into_iter().flat_map(|name| ["--features", name]));
    command.arg("--target-dir").arg(&wanted.target);
    command.arg("--manifest-path").arg(wanted.root.join("Cargo.toml"));
    command.envs(wanted.variables.iter().map(|(name, value)| (name, value)));
    command
}

/// The cargo that runs this program, or the one that is found.
pub fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Says that the build takes a while: as a spinner on a terminal, else as a line.
fn tell(what: &str) -> ProgressBar {
    let message = format!("building {what}");
    let spinner = ProgressBar::new_spinner().with_message(message.clone());
    if spinner.is_hidden() {
        crate::output::remark(&message);
    }
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// The program's path, from cargo's messages: wherever its configuration has it put.
fn executable(output: &Output, program: &str) -> Option<PathBuf> {
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages.lines().filter_map(|line| serde_json::from_str(line).ok());
    let executable = |message: serde_json::Value| {
        let ours = message["target"]["name"] == *program;
        message["executable"].as_str().filter(|_| ours).map(PathBuf::from)
    };
    messages.filter_map(executable).next_back()
}
