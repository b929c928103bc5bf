//! The result of a model: a line of text, a line of JSON, and, of a failure, the interleaving.

use std::fmt;
use std::io::Write;

use explore::options::Statistics;
use serde::Serialize;

use super::limits::Limits;
use super::table;
use crate::rt::record::Record;

/// What a search found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// No execution fails.
    Held,
    /// An execution fails.
    Violated,
    /// The search has not ended.
    Incomplete,
    /// The search could not be run.
    Error,
}

/// The result of a model.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    test: String,
    /// The number of the model in the test.
    model: usize,
    pub(super) verdict: Verdict,
    /// How far the search went: `exhaustive`, or the largest bound whose search ended.
    pub(super) extent: String,
    pub(super) why: Option<String>,
    /// The states of the largest search; the executions of all of them.
    states: u64,
    executions: u64,
    /// The steps of the longest execution.
    steps: u64,
    /// The bytes of the largest saved state.
    image: usize,
    seconds: f64,
    cpu_seconds: f64,
    /// Two threads could move at the same time in some execution, also while the model had switched exploration off.
    pub(super) concurrent: bool,
    #[serde(flatten)]
    pub(super) found: Option<Found>,
    #[serde(skip)]
    began: std::time::Instant,
}

/// A failed execution.
#[derive(Debug, Serialize)]
pub(super) struct Found {
    pub(super) preemptions: Option<u32>,
    pub(super) schedule: String,
    #[serde(rename = "interleaving", serialize_with = "as_table")]
    pub(super) record: Record,
}

/// Writes the interleaving as the table that is printed.
fn as_table<S: serde::Serializer>(record: &Record, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&table::interleaving(record))
}

impl Report {
    pub(super) fn new(limits: &Limits) -> Report {
        Report {
            test: limits.test.clone(),
            model: limits.model,
            verdict: Verdict::Incomplete,
            extent: "no bound done".to_owned(),
            why: None,
            states: 0,
            executions: 0,
            steps: 0,
            image: 0,
            seconds: 0.0,
            cpu_seconds: 0.0,
            concurrent: false,
            found: None,
            began: limits.began,
        }
    }

    /// Adds the numbers of a search.
    pub(super) fn add(&mut self, statistics: &Statistics, cpu: f64, image: usize) {
        self.states = self.states.max(statistics.states);
        self.executions += statistics.executions;
        self.steps = self.steps.max(statistics.depth);
        self.image = self.image.max(image);
        self.cpu_seconds += cpu;
        self.seconds = self.began.elapsed().as_secs_f64();
    }

    /// Whether the test fails.
    pub(super) fn is_failure(&self, limits: &Limits) -> bool {
        match self.verdict {
            Verdict::Held => false,
            Verdict::Violated | Verdict::Error => true,
            Verdict::Incomplete => limits.strict,
        }
    }

    /// Prints the line, and adds one to the file of JSON lines.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub(super) fn publish(&self, limits: &Limits) {
        eprintln!("{}", self.line());
        let Some(path) = &limits.json else { return };
        let line = serde_json::to_string(self).expect("a report is JSON") + "\n";
        let file = std::fs::File::options().create(true).append(true).open(path);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        written.unwrap_or_else(|error| panic!("PIDLE_JSON: {}: {error}", path.display()));
    }

    fn line(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Held => format!("held, {}", self.extent),
            Verdict::Incomplete => format!("incomplete, {} ({})", self.extent, self.reason()),
            Verdict::Violated => "violated".to_owned(),
            Verdict::Error => "error".to_owned(),
        };
        format!(
            "pidle: {} (model {}): {verdict}: {} states, {} executions, at most {} steps, {:.2} CPU s, {:.2} s",
            self.test,
            self.model,
            self.states,
            self.executions,
            self.steps,
            self.cpu_seconds,
            self.seconds,
        )
    }

    fn reason(&self) -> &str {
        self.why.as_deref().unwrap_or("not all is searched")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.reason())?;
        let Some(Found { preemptions, schedule, record }) = &self.found else { return Ok(()) };
        writeln!(f, "\n\n{}\n", table::interleaving(record))?;
        let preemptions = preemptions.map_or_else(String::new, |n| format!("{n} preemptions; "));
        writeln!(f, "{preemptions}schedule: {schedule}")?;
        write!(
            f,
            "to run exactly this execution again, also under a debugger:\n    \
             PIDLE_MODEL={} PIDLE_SCHEDULE='{schedule}' cargo test {} -- --exact --nocapture",
            self.model, self.test
        )
    }
}
