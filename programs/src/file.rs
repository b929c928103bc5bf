//! Counterexample files ([`lines`]), and replays.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::report::{Found, Step};
use crate::{lines, Program, Report, ENGINE};

/// The version of the format: a file of another is refused.
const FORMAT: u32 = 1;

/// The first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    /// [`FORMAT`].
    program_counterexample: u32,
    program: String,
    engine: String,
    /// Whether waits may end without a reason.
    spurious: bool,
    /// The failure; its story is in the lines below.
    found: Found,
}

impl Header {
    fn read(line: &str) -> Result<Header, String> {
        let header: Header = serde_json::from_str(line)
            .map_err(|error| format!("not the header of a program's counterexample: {error}"))?;
        match header.program_counterexample {
            FORMAT => Ok(header),
            version => Err(format!("format version {version}; this program reads {FORMAT}")),
        }
    }
}

/// A counterexample.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterexample {
    header: Header,
    steps: Vec<Step>,
}

/// How a replay went.
#[derive(Clone, Debug, PartialEq)]
pub enum Replayed {
    /// The same failure, by the same steps.
    Same(Found),
    /// The program no longer does that.
    Diverged {
        /// At which step, from 1.
        step: usize,
        /// What the file says.
        expected: String,
        /// What happened.
        got: String,
    },
}

/// A file is not a counterexample of this program, or could not be read, written or run.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

impl FileError {
    fn new(path: &Path, why: impl ToString) -> FileError {
        FileError { path: path.into(), why: why.to_string() }
    }
}

impl Counterexample {
    /// The counterexample of a report; `None` if it has no failure.
    pub fn of(program: &Program, report: &Report) -> Option<Counterexample> {
        let mut found = report.found.clone()?;
        let steps = std::mem::take(&mut found.story);
        let header = Header {
            program_counterexample: FORMAT,
            program: report.program.clone(),
            engine: report.engine.clone(),
            spurious: program.limits.spurious,
            found,
        };
        Some(Counterexample { header, steps })
    }

    /// The name of the program.
    pub fn program(&self) -> &str {
        &self.header.program
    }

    /// Writes a new file in `dir`, with the program's name. Returns its path.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, dir: &Path) -> Result<PathBuf, FileError> {
        let name = self.header.program.replace(|c: char| !c.is_alphanumeric(), "-");
        let text = lines::to_text(&self.header, &self.steps);
        lines::write_numbered(dir, &name, &text)
            .map_err(|(path, error)| FileError::new(&path, error))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, or is not a whole counterexample of this format.
    pub fn read(path: &Path) -> Result<Counterexample, FileError> {
        let text = fs::read_to_string(path).map_err(|error| FileError::new(path, error))?;
        if text.lines().count() < 2 {
            return Err(FileError::new(path, "no counterexample: it has fewer than two lines"));
        }
        let (header, steps) = lines::from_text(&text, Header::read)
            .map_err(|(line, why)| FileError::new(path, format!("line {line}: {why}")))?;
        Ok(Counterexample { header, steps })
    }

    /// Runs the execution again on its program, and compares each step and the failure. `path` is for errors.
    ///
    /// # Errors
    /// If it belongs to another engine or another program, or the engine cannot run it.
    pub fn replay(&self, program: &Program, path: &Path) -> Result<Replayed, FileError> {
        let Header { engine, found, spurious, .. } = &self.header;
        if *engine != ENGINE.to_string() {
            let why = format!(
                "it was found by {engine}, and this is built for {ENGINE}: build it with --features programs/{engine}"
            );
            return Err(FileError::new(path, why));
        }
        let limits = crate::program::Limits { spurious: *spurious, ..program.limits.clone() };
        let program = program.clone().with(limits);
        let again = program.again(&found.schedule).map_err(|error| FileError::new(path, error))?;
        let (recorded, seen) = again;
        let unfit =
            recorded.diverged.map_or(String::new(), |unfit| format!(": {}", unfit.expected));
        let shown = |step: Option<&Step>| {
            step.map_or_else(|| format!("the end{unfit}"), |step| format!("{step}, at {}", step.at))
        };
        for step in 0..seen.steps.len().max(self.steps.len()) {
            let (expected, got) = (self.steps.get(step), seen.steps.get(step));
            if expected != got {
                let (expected, got) = (shown(expected), shown(got));
                return Ok(Replayed::Diverged { step: step + 1, expected, got });
            }
        }
        let expected = format!("{}: {}", found.check, found.message);
        let got = recorded.failure.map(|failure| format!("{}: {}", failure.cause, failure.message));
        let got = got.unwrap_or_else(|| format!("the end{unfit}"));
        if got != expected {
            return Ok(Replayed::Diverged { step: seen.steps.len() + 1, expected, got });
        }
        Ok(Replayed::Same(Found { story: seen.steps, ..found.clone() }))
    }
}
