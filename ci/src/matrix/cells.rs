//! The cells of the matrix: the runs of each variant of each bug, and what came of them.

use std::collections::BTreeSet;

use checks::scenarios;
use checks::suite::{self, Suite};
use harness::kernel::KERNEL;
use harness::report::{Expect, Job, Limits, Mode, Report};
use harness::scenario::Clock;
use harness::scenario_file::Written;
use harness::verdict::Verdict;
use regressions::bug::{Bug, Mutant, Shows, Symptom};
use regressions::BUGS;
use sync::driver::Engine;

/// The engines of the matrix.
pub const ENGINES: [Engine; 3] = [Engine::Explore, Engine::Loom, Engine::Shuttle];

/// explore: more preemptions than these are not tried, but no bound then.
const MOST_PREEMPTIONS: usize = 4;

/// shuttle: executions for each seed and sampler where nothing is expected to fail, or another program may.
const FEW: u64 = 100;

/// In the table: no general program kills the row.
pub const NO_PROGRAM: &str = "–";

/// Runs that are tried one after the other, until one fails.
pub struct Cell {
    /// The bug.
    pub bug: &'static Bug,
    /// The row.
    pub mutant: &'static Mutant,
    /// What is asked.
    pub kind: Kind,
    /// Whether a failure is what is said of the row.
    pub fails: bool,
    /// The runs, each with the place of its engine in [`ENGINES`].
    pub attempts: Vec<(usize, Job)>,
}

/// What a cell asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Which check kills the row on its own scenario, on that engine.
    Own(Engine, Mode),
    /// Which program of the general suites kills it.
    General,
}

/// What came of a cell.
pub struct Tried {
    /// The run that failed, or the last one.
    pub last: Report,
    /// Executions of all its runs.
    pub executions: u64,
    /// Seconds of all its runs.
    pub seconds: f64,
}

impl Tried {
    /// The fewest preemptions in which it was found, where bounds are tried.
    pub fn preemptions(&self) -> Option<usize> {
        let found = self.last.found.as_ref()?;
        let on_loom = self.last.engine == Engine::Loom.name();
        let bound = self.last.job.limits.bound.filter(|_| on_loom);
        bound.or(found.preemptions.map(|n| n as usize))
    }

    /// It is no answer: stopped, or the harness failed.
    pub fn is_trouble(&self) -> bool {
        matches!(self.last.verdict, Verdict::Incomplete | Verdict::Error)
    }
}

impl Cell {
    /// What was expected of it, and what came instead.
    pub fn complaint(&self, tried: &Tried) -> String {
        let Report { engine, job, verdict, found, note, .. } = &tried.last;
        let expected = match &job.expect {
            Expect::Fails { check, .. } if self.fails => format!("to fail: {check}"),
            _ if self.fails => "to fail".into(),
            _ => "to hold".into(),
        };
        let came = found.as_ref().map_or("no failure", |found| found.ending());
        format!(
            "{verdict}: {engine} {}/{} {}: expected {expected}; came: {came}. {note}",
            job.suite, job.scenario, job.row,
        )
    }
}

/// Each row on each engine, by what is said of it first in each mode; and on the general programs, if they have all that some
/// program has which shows it, or if one of them killed it in `known`, the committed table.
pub fn cells(known: &str) -> Vec<Cell> {
    let (mut cells, files) = (Vec::new(), suite::files());
    let general_parts = general_suites().flat_map(|suite| suite.runs(&files));
    let general_parts: BTreeSet<String> =
        general_parts.flat_map(|(name, _)| parts(&name)).collect();
    for bug in BUGS {
        for mutant in bug.mutants {
            for (at, engine) in ENGINES.into_iter().enumerate() {
                for mode in [Mode::Invariants, Mode::Symptoms] {
                    cells.extend(own(bug, mutant, (at, engine), mode));
                }
            }
            let was_killed = is_killed_by_general_in(known, &mutant.row(bug));
            if is_for_programs(mutant, &general_parts) || was_killed {
                let (kind, attempts) = (Kind::General, general(bug, mutant, &files));
                cells.push(Cell { bug, mutant, kind, fails: false, attempts });
            }
        }
    }
    cells
}

/// Some program shows the row, so it is not masked, and no mere kernel's; and the general programs have all of its parts. A row
/// that shows only where timers are stopped, say, is not tried on programs without such timers.
fn is_for_programs(mutant: &Mutant, general: &BTreeSet<String>) -> bool {
    let shows = |s: &&Shows| s.symptom != Symptom::Holds && !s.scenario.starts_with(KERNEL);
    mutant.shows.iter().filter(shows).any(|shows| parts(shows.scenario).is_subset(general))
}

/// The table has a general program for the row.
fn is_killed_by_general_in(table: &str, row: &str) -> bool {
    let mut lines = table.lines().filter(|line| line.split_whitespace().next() == Some(row));
    lines.any(|line| !line.trim_end().ends_with(NO_PROGRAM))
}

/// What of the model a scenario uses: the first words of its actions, and its switches.
fn parts(scenario: &str) -> BTreeSet<String> {
    let Some(scenario) = scenarios::find(scenario) else { return BTreeSet::new() };
    let actions = scenario.lines.iter().filter_map(|line| line.split_once(':'));
    let actions = actions.flat_map(|(_, actions)| actions.split([';', ',', ':']));
    let words = actions.filter_map(|action| action.split_whitespace().next()).map(String::from);
    let real = (scenario.clock == Clock::Real).then(|| "real time".into());
    let sysmon = scenario.sysmon.then(|| "sysmon".into());
    words.chain(real).chain(sysmon).collect()
}

fn general_suites() -> impl Iterator<Item = &'static Suite> {
    suite::ALL.iter().filter(|suite| suite::GENERAL.contains(&suite.name))
}

/// What is said of the row on that engine and in that mode: the first that fails, else the first.
fn own(
    bug: &'static Bug,
    mutant: &'static Mutant,
    (at, engine): (usize, Engine),
    mode: Mode,
) -> Option<Cell> {
    let here = || mutant.shows.iter().filter(|s| s.concerns(engine) && s.mode == mode);
    let fails = |shows: &&Shows| shows.symptom != Symptom::Holds;
    // A scenario says more than a kernel does.
    let scenario = |shows: &&Shows| fails(shows) && !shows.scenario.starts_with(KERNEL);
    let shows = here().find(scenario).or_else(|| here().find(fails)).or_else(|| here().next())?;
    let job = shows.job(bug, mutant, engine);
    let bounds = match (engine, job.limits.bound) {
        (Engine::Loom, Some(bound)) if fails(&shows) => (0..=bound).map(Some).collect(),
        // A search tries smaller bounds first by itself.
        (Engine::Explore, None) if fails(&shows) => vec![Some(MOST_PREEMPTIONS), None],
        (_, bound) => vec![bound],
    };
    let attempts = bounds.into_iter().map(|bound| {
        let mut job = job.clone();
        job.limits.bound = bound;
        if !fails(&shows) {
            job.limits.executions = FEW;
        }
        (at, job)
    });
    let attempts = attempts.collect();
    Some(Cell { bug, mutant, kind: Kind::Own(engine, mode), fails: fails(&shows), attempts })
}

/// The row on the general programs, searched.
fn general(bug: &'static Bug, mutant: &'static Mutant, files: &[Written]) -> Vec<(usize, Job)> {
    let on = |engine: Engine| general_suites().flat_map(move |suite| suite.jobs(engine, files));
    let row = mutant.row(bug);
    let of_row = |job: Job| Job {
        row: row.clone(),
        sometimes: Vec::new(),
        limits: Limits { executions: FEW, ..job.limits },
        ..job
    };
    // What shows under weak memory only is looked for there.
    let weak = mutant.shows.iter().any(|s| s.needs(Engine::Loom) && s.symptom != Symptom::Holds);
    let at = usize::from(weak);
    on(ENGINES[at]).map(|job| (at, of_row(job))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_parts_that_no_general_program_has_are_not_tried_on_one() {
        let known = "stale-send/as-in-1.23  explore  x  y  z  sleep-twice: y";
        let cells = cells(known);
        let general = |row: &str| {
            let of_row: Vec<&Cell> =
                cells.iter().filter(|cell| cell.mutant.row(cell.bug) == row).collect();
            assert!(!of_row.is_empty(), "{row}");
            of_row.iter().any(|cell| cell.kind == Kind::General)
        };
        let tried = ["53294/unlinked-by-hand", "45867/as-in-1.20", "stale-send/as-in-1.23"];
        for row in tried {
            assert!(general(row), "{row}");
        }
        for row in ["lost-modification/as-in-1.23", "missed-safe-point/as-in-go"] {
            assert!(!general(row), "{row}");
        }
    }
}
