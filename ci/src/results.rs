//! What `check --json` and `repro --json` write. The keys that `gate --json` has mean the same there.

use std::path::{Path, PathBuf};

use harness::report::Report;
use harness::verdict::Verdict;
use serde::Serialize;

use crate::error::Error;
use crate::text::output;

/// The results of a command that runs a few jobs.
#[derive(Debug, Serialize)]
pub struct Results {
    /// The worst verdict of all reports: the exit code says the same.
    pub verdict: Verdict,
    /// Seconds of all runs together.
    pub seconds: f64,
    /// A report for each run.
    pub reports: Vec<Report>,
    /// The file that the counterexample was written to.
    pub counterexample: Option<PathBuf>,
}

impl Results {
    /// The results of these runs.
    pub fn new(reports: Vec<Report>, counterexample: Option<PathBuf>) -> Self {
        let verdict = Verdict::worst(reports.iter().map(|report| report.verdict));
        let seconds = reports.iter().map(|report| report.seconds).sum();
        Results { verdict, seconds, reports, counterexample }
    }

    /// Writes them as JSON to a new file.
    ///
    /// # Errors
    /// If the file exists, or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let json = serde_json::to_string_pretty(self).expect("plain data is always JSON");
        output::write_new(path, &(json + "\n"))
    }
}
