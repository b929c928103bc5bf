//! `pidle matrix`: each variant of each bug, what kills it on which engine, and how soon.
//!
//! Bounds are tried from 0 up, so the one that finds a failure is the fewest preemptions it takes. Besides,
//! each row of parts that these have is run on the programs that were written for no bug, until one kills it.

pub mod cells;
pub mod table;

use std::time::Instant;

use harness::report::Expect;
use harness::verdict::Verdict;
use regressions::BUGS;

use crate::engines::builder;
use crate::engines::run::run;
use crate::engines::worker::Worker;
use crate::error::Error;
use crate::matrix::cells::{cells, Cell, Kind, Tried, ENGINES};
use crate::repro::all;
use crate::text::output;
use crate::text::output::{remark, write_new};
use crate::text::progress::Progress;
use crate::{at_once, cli, interrupt};

/// The number of bugs, at least, that programs find which were written for none. Those programs use no changed timers, no
/// descriptors and no system calls, so the bugs of these parts are not among them.
const FOUND_BY_GENERAL: usize = 12;

/// The table that is committed: the matrix without its numbers.
const COMMITTED: &str = "regressions/matrix.txt";

/// The command.
///
/// # Errors
/// If an engine cannot be built, or the table not be read or written.
pub fn matrix(arguments: &cli::Matrix) -> Result<Verdict, Error> {
    arguments.table.as_deref().map_or(Ok(()), output::must_be_new)?;
    interrupt::catch()?;
    let workers = ENGINES.map(builder::build);
    let workers = workers.into_iter().collect::<Result<Vec<Worker>, Error>>()?;
    let cells = cells(&committed()?);
    let start = Instant::now();
    let progress = Progress::new(cells.iter().map(|cell| cell.attempts.len()).sum());
    let tried = at_once::map(&cells, at_once::cores(), |cell| attempt(&workers, cell, &progress));
    progress.clear();
    let tried: Option<Vec<Tried>> = tried.into_iter().collect();
    let tried = tried.ok_or(Error::Interrupted)?;
    let done: Vec<(Cell, Tried)> = cells.into_iter().zip(tried).collect();
    let mut verdict = output::print(&table::render(&done, start.elapsed().as_secs_f64()))
        .map(|()| judge(&done))?;
    let table = table::without_numbers(&done);
    match &arguments.table {
        Some(path) => write_new(path, &table)?,
        None if arguments.write => {
            output::replace(&builder::root().join(COMMITTED), &table)?;
            verdict = verdict.max(all::write()?);
        }
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

/// Held, if each cell came out as is said of it, and each bug is killed by some engine. Says what did not.
fn judge(done: &[(Cell, Tried)]) -> Verdict {
    let mut verdict = Verdict::Held;
    for (cell, tried) in done {
        let of_cell = match cell.kind {
            _ if tried.is_trouble() => tried.last.verdict,
            Kind::Own(..) if cell.fails != as_said(tried) => Verdict::Violated,
            Kind::Own(..) | Kind::General => continue,
        };
        remark(&cell.complaint(tried));
        verdict = verdict.max(of_cell);
    }
    for bug in BUGS.iter().filter(|bug| table::seconds(done, bug).is_none()) {
        remark(&format!("{}: no engine kills its first variant", bug.number));
        verdict = verdict.max(Verdict::Violated);
    }
    let general = BUGS.iter().filter(|bug| table::is_killed_by_general(done, bug)).count();
    if general < FOUND_BY_GENERAL {
        remark(&format!("general programs kill {general} bugs, fewer than {FOUND_BY_GENERAL}"));
        verdict = verdict.max(Verdict::Violated);
    }
    verdict
}

/// A failure was found, and it is the one that is said.
fn as_said(tried: &Tried) -> bool {
    let expected = matches!(tried.last.job.expect, Expect::Fails { .. });
    tried.last.found.is_some() && (!expected || tried.last.verdict == Verdict::Held)
}

fn committed() -> Result<String, Error> {
    let path = builder::root().join(COMMITTED);
    std::fs::read_to_string(&path).map_err(|error| Error::Io { path: path.clone(), error })
}

/// Compares the table with the committed one.
fn compare(table: &str) -> Result<Verdict, Error> {
    let committed = committed()?;
    if committed == table {
        return Ok(Verdict::Held);
    }
    remark(&format!("{COMMITTED} says otherwise (- is the file, + is this run):"));
    let (old, new): (Vec<&str>, Vec<&str>) = (committed.lines().collect(), table.lines().collect());
    old.iter().filter(|line| !new.contains(line)).for_each(|line| remark(&format!("- {line}")));
    new.iter().filter(|line| !old.contains(line)).for_each(|line| remark(&format!("+ {line}")));
    remark("to take this run's: cargo pidle matrix --write");
    Ok(Verdict::Violated)
}
