//! One test, run in a process of its own, which writes a line of JSON for each model.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use harness::verdict::Verdict;
use serde::{Deserialize, Serialize};

use crate::cli;
use crate::error::Error;
use crate::interrupt;
use crate::loom_tests::programs::Program;
use crate::text::output::remark;

/// How often the process is looked at.
const TICK: Duration = Duration::from_millis(20);

/// What a process may take beyond the time of a model before it is ended: a search stops between two steps only.
const GRACE: Duration = Duration::from_secs(20);

/// The lines of its output that are kept.
const TAIL: usize = 12;

/// What runs the models.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Engine {
    /// Our search.
    Explore,
    /// The real loom.
    Loom,
}

/// A line that a model writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Model {
    /// Its number in the test, from 1.
    pub(super) model: usize,
    pub(super) verdict: Verdict,
    /// How far the search went.
    pub(super) extent: String,
    pub(super) why: Option<String>,
    pub(super) states: u64,
    pub(super) executions: u64,
    pub(super) steps: u64,
    pub(super) cpu_seconds: f64,
    pub(super) seconds: f64,
    /// Two threads could move at the same time in some execution.
    pub(super) concurrent: bool,
    pub(super) preemptions: Option<u32>,
    pub(super) schedule: Option<String>,
    pub(super) interleaving: Option<String>,
}

/// How the process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    Passed,
    Failed,
    /// It was interrupted.
    Interrupted,
    /// It did not end as tests do: why.
    Broken(String),
}

/// A test that was run.
#[derive(Clone, Debug)]
pub(super) struct Tested {
    /// The target: `lib`, `tests/loom`.
    pub(super) target: String,
    pub(super) name: String,
    pub(super) models: Vec<Model>,
    pub(super) end: End,
    /// The last lines of its output.
    pub(super) tail: String,
    /// The program, to run it again.
    pub(super) program: PathBuf,
}

/// How tests run.
pub(super) struct Run {
    /// Where processes write.
    folder: PathBuf,
    max_seconds: u64,
    bound: Option<cli::Bound>,
    next: AtomicUsize,
}

impl Run {
    /// # Errors
    /// If the folder for what processes write cannot be made.
    pub(super) fn new(arguments: &cli::Loom, folder: &Path) -> Result<Self, Error> {
        let folder = folder.join(format!("run-{}", std::process::id()));
        let cleared = fs::create_dir_all(&folder);
        cleared.map_err(|error| Error::Io { path: folder.clone(), error })?;
        let (max_seconds, bound) = (arguments.max_seconds, arguments.bound);
        Ok(Run { folder, max_seconds, bound, next: AtomicUsize::new(0) })
    }

    /// Runs one test.
    pub(super) fn one(&self, engine: Engine, program: &Program, name: &str) -> Tested {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let file = |ending: &str| self.folder.join(format!("{number}.{ending}"));
        let (json, output) = (file("json"), file("output"));
        let end = self.start(engine, program, name, &json, &output);
        let end = end
            .map_or_else(|error| End::Broken(error.to_string()), |child| self.attend(child, &json));
        let (models, end) = match read(&json) {
            Ok(models) => (models, end),
            Err(why) => (Vec::new(), End::Broken(why)),
        };
        let text = fs::read(&output).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let tail = tail(&text);
        let (target, name, program) =
            (program.target.clone(), name.to_owned(), program.path.clone());
        remark(&format!("{}: {target} {name}", in_a_word(&end)));
        Tested { target, name, models, end, tail, program }
    }

    fn start(
        &self,
        engine: Engine,
        program: &Program,
        name: &str,
        json: &Path,
        output: &Path,
    ) -> std::io::Result<Child> {
        let output = File::create(output)?;
        let mut command = Command::new(&program.path);
        command.args([name, "--exact", "--nocapture"]).current_dir(&program.folder);
        command.env("CARGO_MANIFEST_DIR", &program.folder).env("PIDLE_JSON", json);
        // What a failure needs is its text; the interleaving has the places.
        command.env("RUST_BACKTRACE", "0");
        command.env("PIDLE_SECONDS", self.max_seconds.to_string());
        for variable in ["PIDLE_STRICT", "PIDLE_SCHEDULE", "PIDLE_MODEL"] {
            command.env_remove(variable);
        }
        match (engine, self.bound) {
            (_, None) => {}
            (Engine::Explore, Some(cli::Bound(Some(bound)))) => {
                command.env("PIDLE_BOUND", bound.to_string());
            }
            (Engine::Explore, Some(cli::Bound(None))) => {
                command.env("PIDLE_BOUND", "none");
            }
            (Engine::Loom, Some(cli::Bound(Some(bound)))) => {
                command.env("LOOM_MAX_PREEMPTIONS", bound.to_string());
            }
            (Engine::Loom, Some(cli::Bound(None))) => {
                command.env_remove("LOOM_MAX_PREEMPTIONS");
            }
        }
        // Its default length of an execution, 1,000, ends many tests with a panic.
        if engine == Engine::Loom && std::env::var_os("LOOM_MAX_BRANCHES").is_none() {
            command.env("LOOM_MAX_BRANCHES", "100000");
        }
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        command.spawn()
    }

    /// Waits for the end of the process; ends it if there is an interrupt, or if no model ends for too long.
    fn attend(&self, mut child: Child, json: &Path) -> End {
        let patience = Duration::from_secs(self.max_seconds) * 3 / 2 + GRACE;
        let (mut written, mut since) = (0, Instant::now());
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return end_of(status),
                Ok(None) => {}
                Err(error) => return End::Broken(error.to_string()),
            }
            let now = json.metadata().map_or(0, |found| found.len());
            if now != written {
                (written, since) = (now, Instant::now());
            }
            let late = since.elapsed() > patience;
            if late || interrupt::requested() {
                let _ = child.kill();
                let _ = child.wait();
                let seconds = patience.as_secs();
                let why = format!(
                    "no model ended within {seconds} s, so the test was ended: a loop without an operation of loom cannot \
                     be stopped otherwise"
                );
                return if late { End::Broken(why) } else { End::Interrupted };
            }
            thread::sleep(TICK);
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The exit code of Rust's test harness if a test fails.
const FAILED: i32 = 101;

fn end_of(status: ExitStatus) -> End {
    match status.code() {
        Some(0) => End::Passed,
        Some(FAILED) => End::Failed,
        _ => End::Broken(format!("the process ended with {status}")),
    }
}

fn in_a_word(end: &End) -> &'static str {
    match end {
        End::Passed => "passed",
        End::Failed => "failed",
        End::Interrupted => "interrupted",
        End::Broken(_) => "error",
    }
}

/// The last lines of what a test prints, from its last panic on if that is among them.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let panic = lines
        .iter()
        .rposition(|line| line.contains("' panicked at ") || line.contains(") panicked at "));
    let from = panic.unwrap_or(lines.len().saturating_sub(TAIL));
    lines[from..].iter().take(TAIL).copied().collect::<Vec<_>>().join("\n")
}

/// The models' lines; none if there is no file.
fn read(path: &Path) -> Result<Vec<Model>, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("what the models wrote cannot be read: {error}")),
    };
    let line = |line| serde_json::from_str(line);
    let lines: Result<Vec<Model>, _> = text.lines().map(line).collect();
    lines.map_err(|error| format!("what the models wrote cannot be read: {error}"))
}
