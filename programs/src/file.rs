//! Counterexample files: a header, a line for each step, and a last line that says how many there are.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::report::{Found, Step};
use crate::{Program, Report, ENGINE};

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

/// The last line, so that a truncated file is not taken for a whole one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    end: usize,
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
        for number in 1.. {
            let suffix = if number == 1 { String::new() } else { format!("-{number}") };
            let path = dir.join(format!("{name}{suffix}.cex.ndjson"));
            match write_new(&path, &self.to_text()) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(FileError::new(&path, error)),
                Ok(()) => return Ok(path),
            }
        }
        unreachable!("there is always a next number")
    }

    fn to_text(&self) -> String {
        let json =
            |line: serde_json::Result<String>| line.expect("plain data is always JSON") + "\n";
        let steps: String =
            self.steps.iter().map(|step| json(serde_json::to_string(step))).collect();
        let end = End { end: self.steps.len() };
        json(serde_json::to_string(&self.header)) + &steps + &json(serde_json::to_string(&end))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, or is not a whole counterexample of this format.
    pub fn read(path: &Path) -> Result<Counterexample, FileError> {
        let text = fs::read_to_string(path).map_err(|error| FileError::new(path, error))?;
        let at = |line: usize, why: String| FileError::new(path, format!("line {line}: {why}"));
        let lines: Vec<&str> = text.lines().collect();
        let [first, steps @ .., last] = &lines[..] else {
            return Err(FileError::new(path, "no counterexample: it has fewer than two lines"));
        };
        let header: Header = serde_json::from_str(first).map_err(|error| {
            at(1, format!("not the header of a program's counterexample: {error}"))
        })?;
        if header.program_counterexample != FORMAT {
            let version = header.program_counterexample;
            return Err(at(1, format!("format version {version}; this program reads {FORMAT}")));
        }
        let read = |(number, line): (usize, &&str)| {
            serde_json::from_str(line)
                .map_err(|error| at(number + 2, format!("not a step: {error}")))
        };
        let steps: Vec<Step> = steps.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        let end: Result<End, _> = serde_json::from_str(last);
        if end.map_or(true, |end| end.end != steps.len()) {
            return Err(at(lines.len(), "the end is missing: the file is truncated".to_owned()));
        }
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

/// Writes a file that must not exist. If it cannot be written whole, as on a full disk, no part of it is left.
///
/// # Errors
/// If it exists, or cannot be written.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    fill(OpenOptions::new().write(true).create_new(true).open(path)?, path, text)
}

/// Writes `text` to the new file at `path`, or removes it.
fn fill(mut file: File, path: &Path, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes()).inspect_err(|_| {
        // The error that is reported is the first one.
        let _ = fs::remove_file(path);
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_leaves_no_part_of_a_file() {
        let path = std::env::temp_dir().join(format!("pidle-full-disk-{}", std::process::id()));
        fs::write(&path, "").unwrap();
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        assert_eq!(fill(full, &path, "x").unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert!(!path.exists());
    }
}
