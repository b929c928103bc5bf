//! `pidle repro --all`: each bug reproduced, and the table of what was found in `docs/found.md`.

use std::path::Path;
use std::time::Instant;

use harness::report::{Fewest, Job, Report};
use harness::verdict::Verdict;
use regressions::bug::{Bug, Mutant};
use regressions::BUGS;
use sync::driver::Engine;

use crate::engines::builder;
use crate::engines::run::run;
use crate::error::Error;
use crate::repro::showing;
use crate::results::Results;
use crate::text::output::{self, count, counted};
use crate::text::progress::Progress;
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
    let worker = builder::build(ENGINE)?;
    let lines = lines()?;
    let start = Instant::now();
    let progress = Progress::new(lines.len());
    let reproduced = at_once::map(&lines, at_once::cores(), |line| {
        line.job.as_ref().map(|job| run(&worker, job, true, &progress).report)
    });
    progress.clear();
    let reports: Option<Vec<Option<Report>>> = reproduced.into_iter().collect();
    let reports = reports.ok_or(Error::Interrupted)?;
    output::print(&markdown(&lines, &reports))?;
    let (lines, seconds) = (counted(reports.len() as u64, "line"), start.elapsed().as_secs_f64());
    output::remark(&format!("{lines} in {seconds:.1} s"));
    let results = Results::new(reports.into_iter().flatten().collect(), None);
    json.map_or(Ok(()), |path| results.write(path))?;
    Ok(results.verdict)
}

/// A line for each bug in its smallest form, and for each variant that some release contained.
///
/// # Errors
/// If a bug has no run on the engine, which a test rules out.
pub fn lines() -> Result<Vec<Line>, Error> {
    let mutants = BUGS.iter().flat_map(|&bug| {
        let told = move |(n, mutant): &(usize, &Mutant)| *n == 0 || mutant.releases(bug).is_some();
        let mutants = bug.mutants.iter().enumerate().filter(told);
        mutants.map(move |(_, mutant)| (bug, mutant))
    });
    let line = |(bug, mutant): (&'static Bug, &'static Mutant)| {
        let elsewhere = mutant.shows.iter().any(|shows| shows.needs(Engine::Loom));
        let job = if elsewhere { None } else { Some(showing::job(bug, mutant, ENGINE)?) };
        Ok(Line { bug, mutant, job })
    };
    mutants.map(line).collect()
}

/// The table in Markdown, with a report for each line that has a job.
pub fn markdown(lines: &[Line], reports: &[Option<Report>]) -> String {
    let heads = "| bug | in releases | program | how it ends | preemptions | steps |\n";
    let rule = "|---|---|---|---|---|---|\n";
    let rows = lines.iter().zip(reports).map(|(line, report)| line.row(report.as_ref()));
    format!("{heads}{rule}{}", rows.collect::<String>())
}

impl Line {
    fn row(&self, report: Option<&Report>) -> String {
        let (bug, mutant) = (self.bug, self.mutant);
        let is_first = mutant.name == bug.mutants[0].name;
        let title = match is_first {
            true => format!("{}: {}", bug.name(), bug.title),
            false => format!("`{}`: {}", mutant.row(bug), mutant.about),
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
