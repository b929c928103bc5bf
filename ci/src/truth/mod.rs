//! `pidle truth`: the programs that the real runtime was measured with, model and reality side by side.

pub mod document;
pub mod table;

use std::time::Instant;

use harness::verdict::Verdict;
use regressions::truth;
use sync::driver::Engine;

use crate::engines::builder::Profile;
use crate::engines::workers::Workers;
use crate::error::Error;
use crate::gate::gated::{run_all, Task};
use crate::text::output;
use crate::text::progress::Progress;
use crate::{at_once, cli, interrupt};

/// The command.
///
/// # Errors
/// If an engine cannot be built, the table not be printed, or the document not be read.
pub fn truth(arguments: &cli::Truth) -> Result<Verdict, Error> {
    interrupt::catch()?;
    let engines = [Engine::Explore, Engine::Shuttle];
    let jobs = |engine| truth::jobs(engine).into_iter().map(move |job| (engine, job));
    let tasks: Vec<Task> = engines.into_iter().flat_map(jobs).collect();
    let start = Instant::now();
    let progress = Progress::new(0);
    let reports = Workers::build(&engines, Profile::Dev, &progress, |workers| {
        Ok(run_all(workers, &tasks, at_once::cores(), &progress))
    });
    progress.clear();
    let reports = reports?;
    output::print(&if arguments.markdown {
        table::markdown(&reports)
    } else {
        table::render(&reports, start.elapsed().as_secs_f64())
    })?;
    let stale = document::compare(&reports)?;
    stale.iter().for_each(|remark| output::remark(&remark.what));
    let verdicts = reports.iter().map(|report| report.verdict);
    Ok(Verdict::worst(verdicts.chain(stale.map(|remark| remark.verdict))))
}
