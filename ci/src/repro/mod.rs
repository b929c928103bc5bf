//! `pidle repro`: reproduces a documented bug or one of its variants, and shows the interleaving.
//!
//! Some variants are *masked*: alone they cause no failure, because another part of the scheduler makes up for what
//! they leave out. For these, two runs are needed: the variant alone holds, and it fails when it is unmasked. Variants
//! that only save work cannot be unmasked, so the first run is all there is.

pub mod all;
pub mod showing;

use std::path::{Path, PathBuf};

use harness::report::{Expect, Job, Report};
use harness::verdict::Verdict;
use regressions::bug::{Bug, Mutant};
use sync::driver::Engine;

use crate::check::{story, written};
use crate::engines::builder;
use crate::engines::run::{run, Ran};
use crate::engines::worker::Worker;
use crate::error::Error;
use crate::results::Results;
use crate::text::output;
use crate::text::output::{wrap, WIDTH};
use crate::text::progress::Progress;
use crate::text::summary::summary;
use crate::{cli, interrupt, lookup, variant_source};

/// The command. The verdict is *held* if the runs end as documented.
///
/// # Errors
/// If the input is bad, before anything runs. If the engine cannot be built, or a file cannot be written.
pub fn repro(arguments: &cli::Repro) -> Result<Verdict, Error> {
    let cli::Repro { engine, output: cli::Output { out, full, json }, .. } = arguments;
    output::are_new(&arguments.output)?;
    let Some(number) = &arguments.bug else { return all::all(json.as_deref()) };
    let bug = lookup::bug(number)?;
    let mutant = lookup::mutant(bug, arguments.mutant.as_deref())?;
    let pair = mutant.masked.as_ref().and_then(|masked| masked.unmasked_by);
    let unmasked = pair.map(|name| lookup::mutant(bug, Some(name))).transpose()?;
    let shown = unmasked.unwrap_or(mutant);
    let job = showing::job(bug, shown, *engine)?;
    interrupt::catch()?;
    let worker = builder::build(*engine)?;
    output::print(&introduction(bug, mutant))?;
    let mut reports = Vec::new();
    if let Some(masked) = &mutant.masked {
        let alone = reproduce(&worker, &showing::job(bug, mutant, *engine)?, *full)?;
        let holds = alone.report.verdict == Verdict::Held;
        reports.push(alone.report);
        if !holds {
            return done(reports, None, json.as_deref());
        }
        output::print(&masked_by(mutant, masked.because, unmasked))?;
        if unmasked.is_none() {
            return done(reports, None, json.as_deref());
        }
    }
    let ran = reproduce(&worker, &job, *full)?;
    reports.push(ran.report);
    let Some(counterexample) = ran.counterexample else {
        let holds = job.expect == Expect::Holds;
        if let Some(other) = showing::fails_on(shown).filter(|_| holds) {
            output::print(&format!("it fails on {other}: use --engine {other}\n"))?;
        }
        return done(reports, None, json.as_deref());
    };
    if let Some(path) = out {
        counterexample.write(path)?;
    }
    output::print(&how_to_replay(bug, shown, *engine, out.as_deref()))?;
    done(reports, out.clone(), json.as_deref())
}

/// The verdict of all reports, which also go to the file of `--json`.
fn done(
    reports: Vec<Report>,
    counterexample: Option<PathBuf>,
    json: Option<&Path>,
) -> Result<Verdict, Error> {
    let results = Results::new(reports, counterexample);
    json.map_or(Ok(()), |path| results.write(path))?;
    Ok(results.verdict)
}

/// Runs the job, and prints the result.
fn reproduce(worker: &Worker, job: &Job, full: bool) -> Result<Ran, Error> {
    let progress = Progress::new(1);
    let ran = with_fewest_preemptions(worker, job, &progress);
    progress.clear();
    output::print(&(summary(&ran.report) + "\n"))?;
    if let Some(counterexample) = &ran.counterexample {
        output::print(&(story(counterexample, full) + "\n"))?;
    }
    let shows = matches!(job.expect, Expect::Fails { .. });
    match ran.report.verdict {
        Verdict::Held if shows && ran.counterexample.is_none() => {
            let why = "found the failure, but did not record it".into();
            return Err(Error::Worker { engine: worker.engine, why });
        }
        Verdict::Held if !shows => {
            output::print(&format!("no failure on {}, as documented\n\n", worker.engine))?;
        }
        Verdict::Held => {}
        other => output::print(&format!("not reproduced: {other}\n\n"))?,
    }
    Ok(ran)
}

/// Runs the job. On loom, the bound is 0 preemptions, then 1, and so on, until the run ends as documented.
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

/// The bug in a few lines, and its variant.
fn introduction(bug: &Bug, mutant: &Mutant) -> String {
    let source = variant_source::of(bug, mutant);
    let written = source.map(|variant_source::Source { file, line, replaced, base, .. }| {
        format!("Replaces: {} of {base}\nSource: {file}:{line}", replaced.join(", "))
    });
    let lines = [
        format!("{}: {}", bug.name(), bug.title),
        format!("Symptom: {}", bug.saw),
        format!("Releases: {}", mutant.releases(bug).unwrap_or(bug.releases)),
        format!("Fixed by: {}", bug.fixed),
        format!("References: {}", bug.references.join(", ")),
        format!("Variant {}: {}", mutant.name, mutant.about),
        written.unwrap_or_default(),
    ];
    lines.map(|line| wrap(&line, "", WIDTH)).concat() + "\n"
}

fn masked_by(mutant: &Mutant, because: &str, shown: Option<&Mutant>) -> String {
    let Some(shown) = shown else {
        return wrap(&format!("{} causes no failure: {because}.", mutant.name), "", WIDTH) + "\n";
    };
    let masked = format!("{} alone causes no failure: {because}.", mutant.name);
    let unmasked = format!("It fails in {}: {}", shown.name, shown.about);
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
         cargo pidle repro {number} --variant {name} --engine {engine} --out {file}\n  \
         cargo pidle replay {file}\n"
    )
}
