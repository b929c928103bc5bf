//! Finds the worker for an engine: this program, if it was built for that engine; otherwise it builds `pidle-engine`.
//!
//! All engines share one target directory, so that what does not depend on the engine is built once. A build replaces
//! the program of the build before it, so each worker is copied to a place of its own.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use fd_lock::RwLock;
use indicatif::{MultiProgress, ProgressBar};
use sync::driver::{Engine, ENGINE};

use crate::engines;
use crate::engines::worker::Worker;
use crate::error::Error;
use crate::interrupt;

/// Set to have workers built also for the engine of this program.
const OTHER_WORKER: &str = "PIDLE_OTHER_WORKER";

/// A build that takes longer than this is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the build is looked at.
const TICK: Duration = Duration::from_millis(50);

/// A program to build, from this workspace or a copy of it.
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
    /// How much time the compiler takes.
    pub profile: Profile,
    /// What it is, for readers.
    pub what: String,
    /// Variables of cargo's environment, besides those of this process.
    pub variables: Vec<(&'w str, OsString)>,
}

/// The worker for `engine`.
///
/// # Errors
/// If it does not build: with what cargo says. If it was interrupted.
pub fn build(engine: Engine) -> Result<Worker, Error> {
    build_beside(&MultiProgress::new(), engine, Profile::Dev)
}

/// The worker for `engine`. A build that takes long is shown as one of `bars`.
///
/// # Errors
/// As [`build`].
pub fn build_beside(
    bars: &MultiProgress,
    engine: Engine,
    profile: Profile,
) -> Result<Worker, Error> {
    let is_this = engine == ENGINE && profile == Profile::Dev;
    if is_this && env::var_os(OTHER_WORKER).is_none() {
        let program = env::current_exe().map_err(|error| Error::Setup(error.to_string()))?;
        return Ok(Worker { arguments: &["worker"], ..Worker::new(engine, program) });
    }
    let wanted = Wanted { profile, ..Wanted::worker(root(), target(), engine) };
    let program = keep_beside(bars, &wanted, &format!("pidle-engine-{engine}-{}", profile.name()))?;
    Ok(Worker::new(engine, program))
}

/// Builds a program and copies it to a place of its own, where no other build replaces it.
///
/// # Errors
/// As [`compile`], or if it cannot be copied.
pub fn keep(wanted: &Wanted, name: &str) -> Result<PathBuf, Error> {
    keep_beside(&MultiProgress::new(), wanted, name)
}

fn keep_beside(bars: &MultiProgress, wanted: &Wanted, name: &str) -> Result<PathBuf, Error> {
    let folder = wanted.target.join("workers");
    let io = |error| Error::Io { path: folder.clone(), error };
    fs::create_dir_all(&folder).map_err(io)?;
    // Between a build and its copy no other process may build.
    let mut lock = RwLock::new(File::create(folder.join("lock")).map_err(io)?);
    let _locked = lock.write().map_err(io)?;
    let built = compile_beside(bars, wanted)?;
    let program = folder.join(name);
    copy(&built, &program).map_err(io)?;
    Ok(program)
}

/// Copies a program to where an older copy of it may be running: that one goes on with what it has.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let new = to.with_extension(process::id().to_string());
    fs::copy(from, &new)?;
    fs::rename(new, to)
}

/// A profile of the workspace's `Cargo.toml`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Profile {
    /// That of tests, so that their parts are the same.
    Dev,
    /// For searches of hours: optimized as a whole.
    Nightly,
}

impl Profile {
    /// As cargo calls it.
    fn name(self) -> &'static str {
        match self {
            Profile::Dev => "dev",
            Profile::Nightly => "nightly",
        }
    }
}

impl Wanted<'_> {
    /// The worker for `engine`, of the workspace in `root`.
    pub fn worker(root: PathBuf, target: PathBuf, engine: Engine) -> Self {
        let what = format!("the {engine} engine");
        let (package, program) = ("pidle", "pidle-engine");
        let (profile, variables) = (Profile::Dev, Vec::new());
        Wanted { root, target, package, program, engine, profile, what, variables }
    }
}

/// Builds a program, or finds it built, and returns where it is.
///
/// # Errors
/// If it does not build: with what cargo says. If it was interrupted.
pub fn compile(wanted: &Wanted) -> Result<PathBuf, Error> {
    compile_beside(&MultiProgress::new(), wanted)
}

fn compile_beside(bars: &MultiProgress, wanted: &Wanted) -> Result<PathBuf, Error> {
    let message = format!("building {} (about a minute the first time)", wanted.what);
    let output = succeeds(bars, command(wanted), &wanted.what, message)?;
    let failed = |why: String| Error::Build { what: wanted.what.clone(), why };
    executable(&output, wanted.program).ok_or_else(|| failed("cargo reported no executable".into()))
}

/// Runs cargo to its end, which builds `what`. If that takes long, the message is shown as one of `bars`.
///
/// # Errors
/// If it does not succeed: with what cargo says. If it was interrupted.
pub fn succeeds(
    bars: &MultiProgress,
    mut command: Command,
    what: &str,
    message: String,
) -> Result<Output, Error> {
    let failed = |why: String| Error::Build { what: what.into(), why };
    let building = thread::spawn(move || command.output());
    let start = Instant::now();
    let mut spinner = None;
    while !building.is_finished() {
        if spinner.is_none() && start.elapsed() > PATIENCE {
            spinner = Some(show(bars, &message));
        }
        thread::sleep(TICK);
    }
    if let Some(spinner) = spinner {
        spinner.finish_and_clear();
    }
    let output =
        building.join().map_err(|_| failed("the thread that ran cargo panicked".into()))?;
    let output = output.map_err(|error| failed(format!("cargo could not be started: {error}")))?;
    if interrupt::requested() {
        return Err(Error::Interrupted);
    }
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(failed(format!("cargo ended with {}\n{}", output.status, said.trim_end())));
    }
    Ok(output)
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

/// What builds it.
fn command(wanted: &Wanted) -> Command {
    let mut command = cargo();
    command.args(["build", "--locked", "--message-format", "json-render-diagnostics"]);
    command.args(["--package", wanted.package, "--bin", wanted.program]);
    command.args(["--profile", wanted.profile.name()]);
    command.args(engines::feature(wanted.engine).into_iter().flat_map(|name| ["--features", name]));
    command.arg("--target-dir").arg(&wanted.target);
    command.arg("--manifest-path").arg(wanted.root.join("Cargo.toml"));
    command.envs(wanted.variables.iter().map(|(name, value)| (name, value)));
    command
}

/// The cargo that runs this program, or the one that is found.
pub fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Shows that the build takes a while: as a spinner on a terminal, else as a line.
fn show(bars: &MultiProgress, message: &str) -> ProgressBar {
    if bars.is_hidden() {
        crate::text::output::remark(message);
    }
    let spinner = bars.add(ProgressBar::new_spinner()).with_message(message.to_owned());
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
