//! `pidle repro --all`: each bug reproduced, and what `docs/found.md` has of it: the table of what was found, and the
//! schedules.

use std::fs;
use std::path::Path;
use std::time::Instant;

use harness::report::{Fewest, Job, Report};
use harness::verdict::Verdict;
use regressions::bug::{Bug, Mutant};
use regressions::BUGS;
use sync::driver::Engine;

use crate::engines::builder;
use crate::engines::run::{run, Ran};
use crate::error::Error;
use crate::repro::showing;
use crate::results::Results;
use crate::text::output::{self, count, counted};
use crate::text::progress::Progress;
use crate::text::story;
use crate::{at_once, interrupt};

/// The engine that reproduces them: it finds the smallest execution that fails.
const ENGINE: Engine = Engine::Explore;

/// A line of the table.
pub struct Line {
    bug: &'static Bug,
    mutant: &'static Mutant,
    /// The run that reproduces it; `None` if the engine cannot.
    pub job: Option<Job>,
}

/// The command.
///
/// # Errors
/// If the engine cannot be built, or the file of `--json` cannot be written. If it was interrupted.
pub fn all(json: Option<&Path>) -> Result<Verdict, Error> {
    interrupt::catch()?;
    let (text, reports) = reproduced()?;
    output::print(&text)?;
    let results = Results::new(reports, None);
    json.map_or(Ok(()), |path| results.write(path))?;
    Ok(results.verdict)
}

/// The document that has them, by its path from the root of the repository.
pub const DOCUMENT: &str = "docs/found.md";

/// Reproduces each bug and writes what comes of it to the document, if all are reproduced. The caller catches interrupts.
///
/// # Errors
/// As [`all`], and if the document cannot be read or written.
pub fn write() -> Result<Verdict, Error> {
    let (text, reports) = reproduced()?;
    let verdict = Verdict::worst(reports.iter().map(|report| report.verdict));
    if verdict != Verdict::Held {
        output::remark(&format!(
            "{DOCUMENT} was left as it is, since not all bugs were reproduced"
        ));
        return Ok(verdict);
    }
    let path = builder::root().join(DOCUMENT);
    let old = fs::read_to_string(&path).map_err(|error| Error::Io { path: path.clone(), error })?;
    let new = with_table(&old, &text);
    let new = new.ok_or_else(|| Error::Usage(format!("{DOCUMENT} has no table of bugs")))?;
    output::replace(&path, &new)?;
    Ok(verdict)
}

/// The document with another table and other schedules. `None` if it has none.
fn with_table(document: &str, text: &str) -> Option<String> {
    let (before, rest) = document.split_once(HEADS)?;
    let (_, rest) = rest.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{text}{after}"))
}

/// Reproduces each bug: the table with the schedules, and the reports.
fn reproduced() -> Result<(String, Vec<Report>), Error> {
    let worker = builder::build(ENGINE)?;
    let lines = lines()?;
    let start = Instant::now();
    let progress = Progress::new(lines.len());
    let reproduced = at_once::map(&lines, at_once::cores(), |line| {
        line.job.as_ref().map(|job| run(&worker, job, true, &progress))
    });
    progress.clear();
    let reproduced: Option<Vec<Option<Ran>>> = reproduced.into_iter().collect();
    let reproduced = reproduced.ok_or(Error::Interrupted)?;
    let text = markdown(&lines, &reproduced);
    let count = counted(reproduced.len() as u64, "line");
    output::remark(&format!("{count} in {:.1} s", start.elapsed().as_secs_f64()));
    Ok((text, reproduced.into_iter().flatten().map(|ran| ran.report).collect()))
}

/// The table begins with this.
const HEADS: &str = "| bug | in releases | program | how it ends | preemptions | steps |\n";

/// The schedules stand between these.
const BEGIN: &str = "```text\n";
const END: &str = "```\n";

/// A line for each bug in its smallest form, and for each variant that some release contained.
///
/// # Errors
/// If a bug has no run on the engine, which a test rules out.
pub fn lines() -> Result<Vec<Line>, Error> {
    let mutants = BUGS.iter().flat_map(|&bug| {
        let listed =
            move |(n, mutant): &(usize, &Mutant)| *n == 0 || mutant.releases(bug).is_some();
        let mutants = bug.mutants.iter().enumerate().filter(listed);
        mutants.map(move |(_, mutant)| (bug, mutant))
    });
    let line = |(bug, mutant): (&'static Bug, &'static Mutant)| {
        let elsewhere = mutant.shows.iter().any(|shows| shows.needs(Engine::Loom));
        let job = if elsewhere { None } else { Some(showing::job(bug, mutant, ENGINE)?) };
        Ok(Line { bug, mutant, job })
    };
    mutants.map(line).collect()
}

/// The table in Markdown, and the schedules below it. `reproduced` has a run for each line that has a job.
pub fn markdown(lines: &[Line], reproduced: &[Option<Ran>]) -> String {
    let rule = "|---|---|---|---|---|---|\n";
    let report = |ran: &'_ Option<Ran>| ran.as_ref().map(|ran| ran.report.clone());
    let rows = lines.iter().zip(reproduced).map(|(line, ran)| line.row(report(ran).as_ref()));
    let schedules = lines.iter().zip(reproduced).filter_map(|(line, ran)| {
        let counterexample = ran.as_ref()?.counterexample.as_ref()?;
        Some(format!("{}\n{}", line.name(), story::schedule(counterexample)))
    });
    let schedules = schedules.collect::<Vec<_>>().join("\n");
    let meaning = story::meaning("thread");
    let rows: String = rows.collect();
    format!("{HEADS}{rule}{rows}\n{BEGIN}{schedules}\n{meaning}{END}")
}

impl Line {
    /// The bug's name, or the variant's if it is not the bug itself.
    fn name(&self) -> String {
        if self.mutant.name == self.bug.mutants[0].name {
            self.bug.name()
        } else {
            self.mutant.row(self.bug)
        }
    }

    fn row(&self, report: Option<&Report>) -> String {
        let (bug, mutant) = (self.bug, self.mutant);
        let is_first = mutant.name == bug.mutants[0].name;
        let title = if is_first {
            format!("{}: {}", bug.name(), bug.title)
        } else {
            format!("`{}`: {}", mutant.row(bug), mutant.about)
        };
        let releases = mutant.releases(bug).unwrap_or(bug.releases);
        let cells = [&title, releases].join(" | ");
        let Some(report) = report else {
            return format!("| {cells} | needs weak memory: `--engine loom` | – | – | – |\n");
        };
        let scenario = &report.job.scenario;
        let found = report.found.as_ref().filter(|_| report.verdict == Verdict::Held);
        let Some(found) = found else {
            return format!(
                "| {cells} | `{scenario}` | not reproduced: {} | – | – |\n",
                report.verdict
            );
        };
        let number = |n: Option<u32>, proven: bool| match n {
            Some(n) if proven => count(n.into()),
            Some(n) => format!("at most {}", count(n.into())),
            None => "–".into(),
        };
        let preemptions = number(found.preemptions, found.fewest >= Fewest::Preemptions);
        let steps = number(found.steps, found.fewest == Fewest::Steps);
        format!("| {cells} | `{scenario}` | *{}* | {preemptions} | {steps} |\n", found.ending())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_keeps_what_is_not_the_table() {
        let table = |row: &str| format!("{HEADS}{row}\n\n{BEGIN}M0{row}\n{END}");
        let document = |row: &str| format!("# Found\n\n{}\nMore.\n", table(row));
        assert_eq!(with_table(&document("a"), &table("b")), Some(document("b")));
        assert_eq!(with_table("# Found\n", &table("b")), None);
    }
}
