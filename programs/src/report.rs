//! What a run reports: as text for a terminal, and as JSON.

use std::fmt;

use comfy_table::{presets, ContentArrangement, Table};
use serde::{Deserialize, Serialize};
use sync::driver::Schedule;

use crate::Verdict;

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The program's name.
    pub program: String,
    /// The engine.
    pub engine: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, if it did not hold.
    pub why: String,
    /// How far the run went: `exhaustive`, `bound 2`, ….
    pub extent: String,
    /// The number of executions, of all searches of the run.
    pub executions: u64,
    /// The number of states, of the largest search; 0 on an engine that does not search.
    pub states: u64,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// What a reader of the verdict should know.
    pub warnings: Vec<String>,
    /// The failure, if there is one.
    pub found: Option<Found>,
}

/// A failure, and the execution that shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// What does not hold: the name of a check, `panic`, `deadlock` or `race`.
    pub check: String,
    /// What is wrong.
    pub message: String,
    /// Its preemptions and steps, if the engine knows them.
    pub preemptions: Option<u32>,
    /// See `preemptions`.
    pub steps: Option<u32>,
    /// What is known of smaller executions that fail in the same way.
    pub smallest: Fewest,
    /// How the engine gets there.
    pub schedule: Schedule,
    /// What the threads do.
    pub story: Vec<Step>,
}

/// Whether a failure is the smallest of its kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fewest {
    /// Not known: there was no search for a smaller one, or it did not finish.
    #[default]
    Unknown,
    /// No other has fewer preemptions.
    Preemptions,
    /// No other has fewer preemptions, or as few and fewer steps.
    Steps,
}

impl fmt::Display for Fewest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fewest::Unknown => "it is not known whether fewer are enough",
            Fewest::Preemptions => {
                "no execution fails like this with fewer preemptions; it is not known whether fewer steps are enough"
            }
            Fewest::Steps => {
                "no execution fails like this with fewer preemptions, or with as many in fewer steps"
            }
        })
    }
}

/// An operation that a thread has performed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The number of the thread.
    pub thread: usize,
    /// The kind: `load`, `lock`, `park`, ….
    pub action: String,
    /// The object.
    pub object: String,
    /// What was read or written; for a lock, the data under it.
    pub value: String,
    /// The place in the program: `src/pool.rs:17`.
    pub at: String,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Step { thread, .. } = self;
        write!(f, "thread {thread}: {}", operation(self))
    }
}

fn operation(Step { action, object, value, .. }: &Step) -> String {
    format!("{action} {object} {}", value.replace(" -> ", " → ")).trim_end().to_owned()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { program, engine, verdict, extent, executions, states, seconds, .. } = self;
        write!(f, "{program}: {verdict}")?;
        if !extent.is_empty() {
            write!(f, ", {extent}")?;
        }
        write!(f, " ({engine}: ")?;
        if *states > 0 {
            write!(f, "{states} states, ")?;
        }
        writeln!(f, "{executions} executions, {seconds:.2} s)")?;
        if !self.why.is_empty() {
            writeln!(f, "  {}", self.why)?;
        }
        self.warnings.iter().try_for_each(|warning| writeln!(f, "  warning: {warning}"))?;
        self.found.as_ref().map_or(Ok(()), |found| write!(f, "\n{}", found.text()))
    }
}

impl Found {
    /// The failure in a word: a panic by its message, anything else by its check.
    pub fn kind(&self) -> &str {
        if self.check == "panic" {
            &self.message
        } else {
            &self.check
        }
    }

    /// The story as a table with one column a thread, and how small the execution is.
    pub(crate) fn text(&self) -> String {
        let mut table = Table::new();
        table.load_preset(presets::UTF8_FULL_CONDENSED);
        table.set_content_arrangement(ContentArrangement::Disabled);
        let threads = self.story.iter().map(|step| step.thread + 1).max().unwrap_or(0);
        let heads = (0..threads).map(|thread| format!("thread {thread}"));
        table.set_header(["step".to_owned(), "where".to_owned()].into_iter().chain(heads));
        for (number, step) in self.shown() {
            let cell = |thread| if thread == step.thread { operation(step) } else { String::new() };
            let cells = (0..threads).map(cell);
            table.add_row([number.to_string(), step.at.clone()].into_iter().chain(cells));
        }
        format!("{}\n{}", table.trim_fmt(), self.size())
    }

    /// The steps with their numbers, except releases of a lock whose data is as it was when the lock was taken.
    fn shown(&self) -> impl Iterator<Item = (usize, &Step)> {
        let story = self.story.iter().enumerate();
        story
            .filter(|(number, step)| !self.releases_unchanged(*number, step))
            .map(|(n, s)| (n + 1, s))
    }

    fn releases_unchanged(&self, number: usize, step: &Step) -> bool {
        let same = |earlier: &&Step| {
            (earlier.thread, &earlier.object) == (step.thread, &step.object)
                && earlier.action == "lock"
        };
        let taken = self.story[..number].iter().rfind(same);
        step.action == "unlock" && taken.is_some_and(|taken| taken.value == step.value)
    }

    fn size(&self) -> String {
        let (Some(preemptions), Some(steps)) = (self.preemptions, self.steps) else {
            return String::new();
        };
        let count = |n: u32, of| format!("{n} {of}{}", if n == 1 { "" } else { "s" });
        format!(
            "{}, {}; {}\n",
            count(preemptions, "preemption"),
            count(steps, "step"),
            self.smallest
        )
    }
}
