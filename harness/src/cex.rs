//! Counterexamples: a file with a header and a line for each step, `*.cex.ndjson`.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use programs::lines;
use runtime_model::m::MId;
use serde::{Deserialize, Serialize};
use sync::driver::Schedule;

use crate::file_error;
use crate::report::{Found, Job};

/// The version of the format: a file of another is refused.
pub const FORMAT: u32 = 1;

/// The first line: what failed, and how to get there again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub pidle_counterexample: u32,
    /// What was run: scenario, variant, mode, limits.
    pub job: Job,
    /// The engine that found it; a schedule is that engine's own.
    pub engine: String,
    /// What it found.
    pub found: Found,
    /// How the engine gets there.
    pub schedule: Schedule,
    /// Of a livelock: the number of the first step of the cycle. Its steps are there twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<u64>,
}

/// One step of one thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number, from 1.
    pub step: u64,
    /// The thread: the number of its M. In real time, the world's thread has the number after those of all Ms.
    pub thread: usize,
    /// The P that the M had after the step.
    pub p: Option<u32>,
    /// The G that the M executed after the step.
    pub g: Option<u32>,
    /// What was done: `load`, `cas`, `lock`, …; `event` for something that the model reports.
    pub action: String,
    /// The Go function it belongs to.
    pub function: String,
    /// The object it was done to.
    pub object: String,
    /// What was read or written.
    pub value: String,
    /// What is different after it: `npidle 1 → 0`.
    pub changed: Vec<String>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Step { thread, function, action, object, value, .. } = self;
        write!(f, "thread {thread} in {function}: {action} {object} {value}")
    }
}

/// A counterexample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// Its first line.
    pub header: Header,
    /// The others.
    pub steps: Vec<Step>,
}

/// Why a file is not a counterexample, or could not be written.
#[derive(Debug, thiserror::Error)]
pub enum CexError {
    /// The file could not be read or written.
    #[error("{}: {}", path.display(), file_error::in_words(path, error))]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Its content is not that of a counterexample.
    #[error("{}:{line}: {what}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// Nothing is written over an existing file.
    #[error("{}: this file exists already; name another one, or move it away", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
}

impl Counterexample {
    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read, is not a counterexample of this format, or its end is missing.
    pub fn read(path: &Path) -> Result<Self, CexError> {
        let text = fs::read(path).map_err(|error| CexError::Io { path: path.into(), error })?;
        let text = String::from_utf8_lossy(&text);
        let (header, steps) = lines::from_text(&text, Header::read)
            .map_err(|(line, what)| CexError::Content { path: path.into(), line, what })?;
        Ok(Counterexample { header, steps })
    }

    /// Writes the file, which must not exist.
    ///
    /// # Errors
    /// If it exists, or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), CexError> {
        lines::write_new(path, &self.to_text()).map_err(|error| CexError::writing(path, error))
    }

    /// Writes to `NAME.cex.ndjson` in `dir`, or `NAME-2.cex.ndjson` and so on if that exists. Returns the
    /// path.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_new(&self, dir: &Path, name: &str) -> Result<PathBuf, CexError> {
        lines::write_numbered(dir, name, &self.to_text())
            .map_err(|(path, error)| CexError::writing(&path, error))
    }

    /// The same with one round of the cycle only, and without its repetition; for readers.
    #[must_use]
    pub fn first_round(&self) -> Counterexample {
        let mut shown = self.clone();
        if let Some(first) = self.header.cycle {
            let before = first as usize - 1;
            shown.steps.truncate(before + self.steps.len().saturating_sub(before) / 2);
            shown.header.schedule = shown.header.schedule.first_round();
        }
        shown
    }

    fn to_text(&self) -> String {
        lines::to_text(&self.header, &self.steps)
    }
}

impl CexError {
    fn writing(path: &Path, error: io::Error) -> CexError {
        match error.kind() {
            io::ErrorKind::AlreadyExists => CexError::Exists { path: path.into() },
            _ => CexError::Io { path: path.into(), error },
        }
    }
}

impl Header {
    fn read(line: &str) -> Result<Header, String> {
        let header: Header = serde_json::from_str(line)
            .map_err(|error| format!("not the header of a counterexample: {error}"))?;
        match header.pidle_counterexample {
            FORMAT => Ok(header),
            got => Err(format!("format version {got}; this program reads version {FORMAT}")),
        }
    }
}

/// What the thread with that number is called: as its M, or sysmon.
#[must_use]
pub fn thread_name(thread: usize) -> String {
    u32::try_from(thread).map_or_else(|_| thread.to_string(), |m| MId(m).to_string())
}
