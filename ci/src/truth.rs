//! `pidle truth`: the programs that the real runtime was measured with, model and reality side by side.

use std::time::Instant;

use checks::report::{Job, Report};
use checks::verdict::Verdict;
use regressions::truth;
use sync::driver::Engine;

use crate::error::Error;
use crate::gate::{run_all, Task};
use crate::worker::Worker;
use crate::{at_once, builder, cli, interrupt, output, truth_table};

/// The command.
///
/// # Errors
/// If an engine cannot be built, or the table not be printed.
pub fn truth(arguments: &cli::Truth, trace: bool) -> Result<Verdict, Error> {
    interrupt::catch()?;
    let workers = [Engine::Explore, Engine::Shuttle].map(|engine| builder::build(engine, trace));
    let workers = workers.into_iter().collect::<Result<Vec<Worker>, Error>>()?;
    let jobs = |worker: &Worker| -> Vec<Job> { truth::jobs(worker.engine) };
    let tasks: Vec<Task> = workers
        .iter()
        .flat_map(|worker| jobs(worker).into_iter().map(move |job| (worker, job)))
        .collect();
    let start = Instant::now();
    let reports: Vec<Report> = run_all(&tasks, at_once::cores(), trace);
    output::print(&match arguments.markdown {
        true => truth_table::markdown(&reports),
        false => truth_table::render(&reports, start.elapsed().as_secs_f64()),
    })?;
    Ok(Verdict::worst(reports.iter().map(|report| report.verdict)))
}
