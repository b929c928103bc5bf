//! `pidle gate`: all jobs of every engine, and one table.

pub mod asked;
pub mod gated;
pub mod merge;
pub mod nightly;
pub mod shard;
pub mod table;
pub mod unreached;

use std::num::NonZeroUsize;
use std::time::Instant;

use harness::verdict::Verdict;
use sync::driver::Engine;

use crate::engines;
use crate::engines::builder::Profile;
use crate::engines::run::jobs;
use crate::engines::workers::Workers;
use crate::error::Error;
use crate::gate::gated::{judge, run_all, write, Gated, Part, Task};
use crate::gate::shard::Costs;
use crate::text::output;
use crate::text::output::counted;
use crate::text::progress::Progress;
use crate::truth::document;
use crate::{at_once, cli, interrupt};

/// The command.
///
/// # Errors
/// If an engine cannot be built or asked for its jobs, or the results cannot be written.
pub fn gate(arguments: &cli::Gate) -> Result<Verdict, Error> {
    if arguments.coverage {
        return unreached::unreached();
    }
    arguments.json.as_deref().map_or(Ok(()), output::must_be_new)?;
    interrupt::catch()?;
    let engines = in_order(&arguments.engines);
    let progress = Progress::new(0);
    let profile = if arguments.nightly { Profile::Nightly } else { Profile::Dev };
    let start = Instant::now();
    let gated = Workers::build(&engines, profile, &progress, |workers| {
        let gated = run_gate(arguments, &engines, workers, &progress)?;
        if arguments.nightly {
            Ok(nightly::go_further(gated, start, arguments, workers, &progress))
        } else {
            Ok(gated)
        }
    });
    progress.clear();
    let gated = gated?;
    output::print(&table::render(&gated))?;
    arguments.json.as_deref().map_or(Ok(()), |path| write(&gated, path))?;
    Ok(gated.verdict)
}

/// Each engine once. `explore` comes first, as `cargo pidle` is its worker: its runs go on while the others' workers are
/// built.
fn in_order(engines: &[Engine]) -> Vec<Engine> {
    let mut wanted: Vec<Engine> =
        engines::ALL.into_iter().filter(|engine| engines.contains(engine)).collect();
    wanted.sort_by_key(|engine| *engine != Engine::Explore);
    wanted
}

/// The runs of the gate, or of the part of it that was asked for.
fn run_gate(
    arguments: &cli::Gate,
    engines: &[Engine],
    workers: &Workers,
    progress: &Progress,
) -> Result<Gated, Error> {
    // Without a worker there is an error, which is reported in place of this one.
    let any = workers.first().ok_or(Error::Interrupted)?;
    let mut tasks: Vec<Task> = Vec::new();
    let mut idle = Vec::new();
    for engine in engines {
        let jobs = jobs(&any, *engine)?;
        if jobs.is_empty() {
            idle.push(*engine);
        }
        tasks.extend(jobs.into_iter().map(|job| (*engine, job)));
    }
    let part = Part { shard: arguments.shard.unwrap_or_default(), gate: fingerprint(&tasks) };
    let mine = shard::deal(&tasks, part.shard);
    let tasks: Vec<Task> = mine.into_iter().map(|n| tasks[n].clone()).collect();
    let tasks = if arguments.ask_always || arguments.nightly {
        asked::twice(tasks, arguments.within)
    } else {
        tasks
    };
    let at_once = arguments.jobs.unwrap_or_else(at_once::cores);
    progress.say(&how_long(&tasks, at_once));
    let start = Instant::now();
    let (reports, mut remarks) = asked::once(run_all(workers, &tasks, at_once, progress));
    remarks.extend(document::compare(&reports)?);
    let gated = judge(reports, &idle, start.elapsed().as_secs_f64()).and(remarks);
    Ok(Gated { part, ..gated })
}

/// The number of runs, and an estimate of their time.
fn how_long(tasks: &[Task], at_once: NonZeroUsize) -> String {
    let costs = Costs::known();
    let seconds: f64 = tasks.iter().map(|(engine, job)| costs.of(*engine, job)).sum();
    let seconds = (seconds / at_once.get() as f64).ceil();
    format!(
        "{}, {at_once} at a time: about {seconds} s, not counting builds",
        counted(tasks.len() as u64, "run")
    )
}

/// The same for the same jobs, in every process.
fn fingerprint(tasks: &[Task]) -> String {
    let json = serde_json::to_string(tasks).expect("plain data is always JSON");
    format!("{:032x}", explore::fingerprint::of(json))
}
