//! `pidle matrix`: each row of each bug, what kills it on which engine, and how soon.
//!
//! Bounds are tried from 0 up, so the one that finds a failure is the fewest preemptions it takes. Besides,
//! each row is run on the programs that were written for no bug, until one kills it.

use std::time::Instant;

use checks::suite;
use harness::kernel::KERNEL;
use harness::report::{Expect, Job, Limits, Mode, Report};
use harness::verdict::Verdict;
use regressions::bug::{Bug, Mutant, Shows, Symptom};
use regressions::BUGS;
use sync::driver::Engine;

use crate::error::Error;
use crate::output::{remark, write_new};
use crate::progress::Progress;
use crate::run::run;
use crate::worker::Worker;
use crate::{at_once, builder, cli, interrupt, matrix_table, output};

/// The engines of the matrix.
pub const ENGINES: [Engine; 3] = [Engine::Explore, Engine::Loom, Engine::Shuttle];

/// explore: more preemptions than these are not tried, but no bound then.
const MOST_PREEMPTIONS: usize = 4;

/// shuttle: executions for each seed and sampler where nothing is expected to fail, or another program may.
const FEW: u64 = 100;

/// The table that is committed: the matrix without its numbers.
const COMMITTED: &str = "regressions/matrix.txt";

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
    attempts: Vec<(usize, Job)>,
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
    fn is_trouble(&self) -> bool {
        matches!(self.last.verdict, Verdict::Incomplete | Verdict::Error)
    }
}

/// The command.
///
/// # Errors
/// If an engine cannot be built, or the table not be read or written.
pub fn matrix(arguments: &cli::Matrix, trace: bool) -> Result<Verdict, Error> {
    arguments.table.as_deref().map_or(Ok(()), output::must_be_new)?;
    interrupt::catch()?;
    let workers = ENGINES.map(|engine| builder::build(engine, trace));
    let workers = workers.into_iter().collect::<Result<Vec<Worker>, Error>>()?;
    let cells = cells();
    let start = Instant::now();
    let progress = Progress::new(cells.iter().map(|cell| cell.attempts.len()).sum(), trace);
    let tried = at_once::map(&cells, at_once::cores(), |cell| attempt(&workers, cell, &progress));
    progress.clear();
    let tried: Option<Vec<Tried>> = tried.into_iter().collect();
    let tried = tried.ok_or(Error::Interrupted)?;
    let done: Vec<(Cell, Tried)> = cells.into_iter().zip(tried).collect();
    let mut verdict = output::print(&matrix_table::render(&done, start.elapsed().as_secs_f64()))
        .map(|()| judge(&done))?;
    let table = matrix_table::without_numbers(&done);
    match &arguments.table {
        Some(path) => write_new(path, &table)?,
        None => verdict = verdict.max(compare(&table)?),
    }
    Ok(verdict)
}

/// The runs of a cell, one after the other, until one fails.
fn attempt(workers: &[Worker], cell: &Cell, progress: &Progress) -> Tried {
    let (mut executions, mut seconds, mut last) = (0, 0.0, None);
    for (engine, job) in &cell.attempts {
        let report = run(&workers[*engine], job, false, progress).report;
        executions += report.executions;
        seconds += report.seconds;
        let over = report.found.is_some() || report.verdict >= Verdict::Error;
        last = Some(report);
        if over || interrupt::requested() {
            break;
        }
    }
    let last = last.expect("a cell has a run");
    Tried { last, executions, seconds }
}

/// Each row on each engine, by what is said of it first in each mode; and on the general programs.
pub fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for bug in BUGS {
        for mutant in bug.mutants {
            for (at, engine) in ENGINES.into_iter().enumerate() {
                for mode in [Mode::Invariants, Mode::Symptoms] {
                    cells.extend(own(bug, mutant, (at, engine), mode));
                }
            }
            if is_for_programs(mutant) {
                let (kind, attempts) = (Kind::General, general(bug, mutant));
                cells.push(Cell { bug, mutant, kind, fails: false, attempts });
            }
        }
    }
    cells
}

/// Some program shows the row: it is not masked, and no mere kernel's.
fn is_for_programs(mutant: &Mutant) -> bool {
    let shows = |s: &Shows| s.symptom != Symptom::Holds && !s.scenario.starts_with(KERNEL);
    mutant.shows.iter().any(shows)
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
fn general(bug: &'static Bug, mutant: &'static Mutant) -> Vec<(usize, Job)> {
    let on = |engine: Engine| {
        let suites = suite::ALL.iter().filter(|suite| suite::GENERAL.contains(&suite.name));
        suites.flat_map(move |suite| suite.jobs(engine))
    };
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

/// Held, if each cell came out as is said of it, and each bug is killed by some engine.
fn judge(done: &[(Cell, Tried)]) -> Verdict {
    let cells = done.iter().map(|(cell, tried)| match &cell.kind {
        _ if tried.is_trouble() => tried.last.verdict,
        Kind::General => Verdict::Held,
        Kind::Own(..) if cell.fails == as_said(tried) => Verdict::Held,
        Kind::Own(..) => Verdict::Violated,
    });
    let bugs = BUGS.iter().map(|bug| match matrix_table::seconds(done, bug) {
        Some(_) => Verdict::Held,
        None => Verdict::Violated,
    });
    let general = BUGS.iter().filter(|bug| matrix_table::is_killed_by_general(done, bug)).count();
    let enough = if 3 * general >= 2 * BUGS.len() { Verdict::Held } else { Verdict::Violated };
    Verdict::worst(cells.chain(bugs).chain([enough]))
}

/// A failure was found, and it is the one that is said.
fn as_said(tried: &Tried) -> bool {
    let expected = matches!(tried.last.job.expect, Expect::Fails { .. });
    tried.last.found.is_some() && (!expected || tried.last.verdict == Verdict::Held)
}

/// Compares the table with the committed one.
fn compare(table: &str) -> Result<Verdict, Error> {
    let path = builder::root().join(COMMITTED);
    let committed =
        std::fs::read_to_string(&path).map_err(|error| Error::Io { path: path.clone(), error })?;
    if committed == table {
        return Ok(Verdict::Held);
    }
    remark(&format!("{COMMITTED} says otherwise (- is the file, + is this run):"));
    let (old, new): (Vec<&str>, Vec<&str>) = (committed.lines().collect(), table.lines().collect());
    old.iter().filter(|line| !new.contains(line)).for_each(|line| remark(&format!("- {line}")));
    new.iter().filter(|line| !old.contains(line)).for_each(|line| remark(&format!("+ {line}")));
    remark("to take this run's: cargo pidle matrix --table NEW_FILE, and put it there");
    Ok(Verdict::Violated)
}
