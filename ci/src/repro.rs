//! `pidle repro`: reproduces a documented bug, or a part of it, and tells its story.
//!
//! Some parts of a bug are *masked*: left out alone, they show nothing, as something else makes up for
//! them. Then two things are to be reproduced: that the part alone holds, and that it fails unmasked. Some
//! cannot be unmasked, as they only save work: for these the first is all.

use std::path::Path;

use harness::report::{Expect, Job};
use harness::verdict::Verdict;
use regressions::bug::{Bug, Mutant, Shows, Symptom};
use sync::driver::Engine;

use crate::check::{story, summary, written};
use crate::error::Error;
use crate::output::{wrap, WIDTH};
use crate::progress::Progress;
use crate::run::{run, Ran};
use crate::worker::Worker;
use crate::{builder, cli, found, interrupt, lookup, output};

/// The command. What comes out as documented is *held*.
///
/// # Errors
/// On bad input, before anything runs. If the engine cannot be built, or the file not be written.
pub fn repro(arguments: &cli::Repro, trace: bool) -> Result<Verdict, Error> {
    let cli::Repro { engine, out, full, .. } = arguments;
    let Some(number) = &arguments.bug else { return found::all(trace) };
    let bug = lookup::bug(number)?;
    let mutant = lookup::mutant(bug, arguments.mutant.as_deref())?;
    let pair = mutant.masked.as_ref().and_then(|masked| masked.unmasked_by);
    let unmasked = pair.map(|name| lookup::mutant(bug, Some(name))).transpose()?;
    let shown = unmasked.unwrap_or(mutant);
    let job = telling(bug, shown, *engine)?;
    out.as_deref().map_or(Ok(()), output::must_be_new)?;
    interrupt::catch()?;
    let worker = builder::build(*engine, trace)?;
    output::print(&introduction(bug, mutant))?;
    if let Some(masked) = &mutant.masked {
        let alone = reproduce(&worker, &telling(bug, mutant, *engine)?, *full)?;
        if alone.report.verdict != Verdict::Held {
            return Ok(alone.report.verdict);
        }
        output::print(&masked_by(mutant, masked.because, unmasked))?;
        if unmasked.is_none() {
            return Ok(Verdict::Held);
        }
    }
    let ran = reproduce(&worker, &job, *full)?;
    if let Some(counterexample) = ran.counterexample {
        if let Some(path) = out {
            counterexample.write(path)?;
        }
        output::print(&how_to_replay(bug, shown, *engine, out.as_deref()))?;
    }
    Ok(ran.report.verdict)
}

/// The run that tells most of the mutant: the first on this engine in which something shows, and for a
/// masked one the first in which nothing does.
pub fn telling(bug: &Bug, mutant: &Mutant, engine: Engine) -> Result<Job, Error> {
    let on_engine = || mutant.shows.iter().filter(|shows| shows.concerns(engine));
    let telling = |shows: &&Shows| (shows.symptom == Symptom::Holds) == mutant.masked.is_some();
    let first = on_engine().find(telling).or_else(|| on_engine().next());
    first.map(|shows| shows.job(bug, mutant, engine)).ok_or_else(|| {
        let mut engines: Vec<&str> =
            mutant.shows.iter().flat_map(|shows| shows.only_on).map(|on| on.name()).collect();
        engines.dedup();
        let engines = engines.join(", ");
        Error::Usage(format!("{} is not reached on {engine}; it is on: {engines}", mutant.name))
    })
}

/// Runs the job, and shows what came of it.
fn reproduce(worker: &Worker, job: &Job, full: bool) -> Result<Ran, Error> {
    let progress = Progress::new(1, worker.trace);
    let ran = with_fewest_preemptions(worker, job, &progress);
    progress.clear();
    output::print(&(summary(&ran.report) + "\n"))?;
    if let Some(counterexample) = &ran.counterexample {
        output::print(&(story(counterexample, full) + "\n"))?;
    }
    let shows = matches!(job.expect, Expect::Fails { .. });
    match ran.report.verdict {
        Verdict::Held if shows && ran.counterexample.is_none() => {
            let why = "the failure was found, but not recorded".into();
            return Err(Error::Worker { engine: worker.engine, why });
        }
        Verdict::Held if !shows => output::print("nothing shows, as documented\n\n")?,
        Verdict::Held => {}
        other => output::print(&format!("not reproduced: {other}\n\n"))?,
    }
    Ok(ran)
}

/// Runs the job; on loom, with 0 preemptions, 1, and so on up to its bound, until it comes out as documented.
fn with_fewest_preemptions(worker: &Worker, job: &Job, progress: &Progress) -> Ran {
    let fails = matches!(job.expect, Expect::Fails { .. });
    let most = job.limits.bound.filter(|_| fails && worker.engine == Engine::Loom);
    for bound in 0..most.unwrap_or(0) {
        let mut job = job.clone();
        job.limits.bound = Some(bound);
        let ran = run(worker, &job, true, progress);
        if ran.report.verdict == Verdict::Held {
            return ran;
        }
    }
    run(worker, job, true, progress)
}

/// The story in a few lines, and which part of it this is.
fn introduction(bug: &Bug, mutant: &Mutant) -> String {
    let lines = [
        format!("{}: {}", bug.name(), bug.title),
        format!("What a user saw: {}", bug.saw),
        format!("Releases: {}", bug.releases),
        format!("Fixed by: {}", bug.fixed),
        format!("To read: {}", bug.references.join(", ")),
        format!("Here, {}: {}", mutant.name, mutant.about),
    ];
    lines.map(|line| wrap(&line, "", WIDTH)).concat() + "\n"
}

fn masked_by(mutant: &Mutant, because: &str, shown: Option<&Mutant>) -> String {
    let Some(shown) = shown else {
        return wrap(&format!("{} shows nothing: {because}.", mutant.name), "", WIDTH) + "\n";
    };
    let masked = format!("{} alone is masked: {because}.", mutant.name);
    let unmasked = format!("It shows in {}: {}", shown.name, shown.about);
    wrap(&masked, "", WIDTH) + &wrap(&unmasked, "", WIDTH) + "\n"
}

fn how_to_replay(bug: &Bug, mutant: &Mutant, engine: Engine, out: Option<&Path>) -> String {
    if let Some(path) = out {
        return written(path, engine);
    }
    let (number, name) = (bug.number, mutant.name);
    let file = format!("{number}-{name}.cex.ndjson");
    format!(
        "to replay it:\n  \
         cargo pidle repro {number} --mutant {name} --engine {engine} --out {file}\n  \
         cargo pidle replay {file}\n"
    )
}
