//! Counterexamples: a file with a header and a line for each step, `*.cex.ndjson`.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use programs::file::write_new;
use runtime_model::m::MId;
use serde::{Deserialize, Serialize};
use sync::driver::Schedule;

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
    #[error("{}: {error}", path.display())]
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
        Self::parse(&text).map_err(|(line, what)| CexError::Content {
            path: path.into(),
            line,
            what,
        })
    }

    fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
        let (_, first) = lines.next().ok_or((1, "the file is empty".to_string()))?;
        let header: Header = serde_json::from_str(first)
            .map_err(|e| (1, format!("not the header of a counterexample: {e}")))?;
        if header.pidle_counterexample != FORMAT {
            let got = header.pidle_counterexample;
            return Err((1, format!("format version {got}; this program reads version {FORMAT}")));
        }
        let mut steps: Vec<Step> = Vec::new();
        let mut ended = false;
        for (number, line) in lines {
            if ended {
                return Err((number, "a line after the end".into()));
            }
            if let Ok(End { end }) = serde_json::from_str(line) {
                if end != steps.len() as u64 {
                    return Err((
                        number,
                        format!("{end} steps announced, {} are here", steps.len()),
                    ));
                }
                ended = true;
                continue;
            }
            let step: Step =
                serde_json::from_str(line).map_err(|e| (number, format!("not a step: {e}")))?;
            steps.push(step);
        }
        if !ended {
            return Err((steps.len() + 2, "the end is missing: the file is truncated".into()));
        }
        Ok(Counterexample { header, steps })
    }

    /// Writes the file, which must not exist.
    ///
    /// # Errors
    /// If it exists, or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), CexError> {
        let io = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => CexError::Exists { path: path.into() },
            _ => CexError::Io { path: path.into(), error },
        };
        write_new(path, &self.to_text()).map_err(io)
    }

    /// Writes to `NAME.cex.ndjson` in `dir`, or `NAME-2.cex.ndjson` and so on if that exists. Returns the
    /// path.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_new(&self, dir: &Path, name: &str) -> Result<PathBuf, CexError> {
        let numbered = (2..).map(|n| format!("{name}-{n}.cex.ndjson"));
        for file in std::iter::once(format!("{name}.cex.ndjson")).chain(numbered) {
            let path = dir.join(file);
            match self.write(&path) {
                Err(CexError::Exists { .. }) => continue,
                done => return done.map(|()| path),
            }
        }
        unreachable!("there is always a next number")
    }

    fn to_text(&self) -> String {
        let json =
            |line: serde_json::Result<String>| line.expect("plain data is always JSON") + "\n";
        let steps = self.steps.iter().map(|step| json(serde_json::to_string(step)));
        let end = json(serde_json::to_string(&End { end: self.steps.len() as u64 }));
        json(serde_json::to_string(&self.header)) + &steps.collect::<String>() + &end
    }
}

/// The last line: how many steps there are, so that a truncated file is not taken for a whole one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    end: u64,
}

/// What the thread with that number is called: as its M, or sysmon.
#[must_use]
pub fn thread_name(thread: usize) -> String {
    u32::try_from(thread).map_or_else(|_| thread.to_string(), |m| MId(m).to_string())
}
