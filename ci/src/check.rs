//! `pidle check`: one scenario, and a counterexample file if it fails.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use checks::suite;
use harness::cex::Counterexample;
use harness::kernel::NO_VARIANT;
use harness::report::{Expect, Job, Limits, Mode, Report, Search};
use harness::scenario::{At, Scenario};
use harness::scenario_file::{self, Written};
use harness::verdict::Verdict;
use sync::driver::{Engine, Probing, Statistics};

use crate::error::Error;
use crate::gate_table::{mode, verdict};
use crate::output::{count, counted, wrap, WIDTH};
use crate::progress::Progress;
use crate::run::{run, Ran};
use crate::{builder, cli, engine, interrupt, lookup, output, story};

/// The command.
///
/// # Errors
/// On bad input, before anything runs. If the engine cannot be built, or the file not be written.
pub fn check(arguments: &cli::Check, trace: bool) -> Result<Verdict, Error> {
    let cli::Check { engine, out, .. } = arguments;
    let job = job(arguments)?;
    out.as_deref().map_or(Ok(()), output::must_be_new)?;
    interrupt::catch()?;
    let worker = builder::build(*engine, trace)?;
    let progress = Progress::new(1, trace);
    let Ran { report, counterexample } = run(&worker, &job, true, &progress);
    progress.clear();
    output::print(&summary(&report))?;
    if let Some(counterexample) = counterexample {
        output::print(&format!("\n{}", story(&counterexample, arguments.full)))?;
        let path = write(&counterexample, out.as_deref())?;
        output::print(&format!("\n{}", written(&path, *engine)))?;
    }
    Ok(report.verdict)
}

/// What is asked for, and that it is to hold.
fn job(arguments: &cli::Check) -> Result<Job, Error> {
    let cli::Check { scenario, row, mode, only, engine, .. } = arguments;
    let kernel = lookup::is_kernel(scenario);
    if kernel && only.is_some() {
        return Err(Error::Usage("a kernel has its own check: leave out --only".into()));
    }
    let row = row.as_deref().unwrap_or(if kernel { NO_VARIANT } else { suite::FIXED });
    let written = match is_file(scenario) {
        true => Some(scenario_file::read(Path::new(scenario))?),
        false => None,
    };
    if lookup::known(scenario, row).is_err() && written.is_none() && Path::new(scenario).is_file() {
        let what = format!("{scenario}: a scenario file's name ends in .toml; this one's does not");
        return Err(Error::Usage(what));
    }
    match &written {
        Some(written) => fits(written, *engine).and_then(|()| lookup::known_row(row))?,
        None => lookup::known(scenario, row)?,
    }
    only.as_deref().map_or(Ok(()), |only| lookup::known_check(only, *mode))?;
    let program = written.map(|written| Box::new(written.scenario));
    Ok(Job {
        suite: "check".into(),
        scenario: program.as_ref().map_or(scenario, |program| &program.name).clone(),
        program,
        row: row.into(),
        // A kernel has no invariants.
        mode: if kernel && *mode == Mode::Invariants { Mode::Symptoms } else { *mode },
        only: only.clone(),
        limits: limits(arguments)?,
        sometimes: Vec::new(),
        expect: Expect::Holds,
    })
}

/// The name is a scenario file's.
fn is_file(scenario: &str) -> bool {
    Path::new(scenario).extension().is_some_and(|extension| extension == "toml")
}

/// Makes sure that the engine has a thread for each M.
fn fits(written: &Written, engine: Engine) -> Result<(), Error> {
    let Some(most) = engine::most_threads(engine) else { return Ok(()) };
    let Scenario { ps, ms, fairness, .. } = written.scenario;
    let choices = ps > 2 || fairness;
    let most = most - usize::from(choices);
    if ms as usize <= most {
        return Ok(());
    }
    let besides = if choices { ", and one for its choices" } else { "" };
    let what = format!(
        "{ms} Ms: {engine} has threads for {most}{besides}; use at most {most}, or --engine shuttle"
    );
    Err(written.error(At::Field("ms"), &what).into())
}

/// A run in a paragraph: what, its verdict, its numbers, and why.
pub fn summary(report: &Report) -> String {
    let Report { job, engine, size, extent, seconds, .. } = report;
    let (subject, mode, verdict) = (subject(job), mode(job.mode), verdict(report));
    let head = format!("{subject} on {engine}, {size}, {mode}: {verdict}");
    let executions = counted(report.executions, "execution");
    let numbers = format!("  {executions}, {extent}, {seconds:.1} s\n");
    let asked = job.limits.search.as_ref().is_some_and(|search| search.probes > 0);
    let searched =
        report.searched.as_ref().map_or_else(String::new, |s| searched(s, asked, *seconds));
    wrap(&head, "", WIDTH)
        + &numbers
        + &wrap(&searched, "  ", WIDTH)
        + &wrap(&report.note, "  ", WIDTH)
}

/// What a search has come to, in a sentence. `asked`: how much there is was to be estimated.
fn searched(searched: &Statistics, asked: bool, seconds: f64) -> String {
    let Statistics { executions, complete, cut_by_cache, cut_by_sleep, states, .. } = searched;
    let Statistics { depth, transitions, probes, traces, estimated, digest, .. } = searched;
    let rate = count((*states as f64 / seconds.max(0.001)) as u64);
    let mut text = format!(
        "{} ({rate} a second), {}, depth {depth}; of the executions {} complete, {} cut by the cache, {} \
         cut by sleep sets",
        counted(*states, "state"),
        counted(*transitions, "step"),
        count(*complete),
        count(*cut_by_cache),
        count(*cut_by_sleep),
    );
    // n² / 2 pairs, each with a chance of 2⁻¹²⁸, or less than four times that where a state is known by the least of
    // six fingerprints. The next power of ten.
    let chance = 2.0 * (*states as f64).powi(2) / 2f64.powi(128);
    let chance = 10f64.powf(chance.log10().ceil());
    text += &format!("; the chance that two states were taken for one is below {chance:.0e}");
    text += &format!("; their digest, to compare with another search's: {digest:016x}");
    text += &match (estimated, asked) {
        (Some(estimated), _) => format!("; all there is, by an estimate: {estimated}"),
        (None, true) => "; no estimate of all executions came to its end".into(),
        (None, false) => String::new(),
    };
    if *probes > 0 {
        text += &format!("; {} beyond known states", counted(*probes, "probe"));
    }
    if *traces > 0 {
        let redundancy = *executions as f64 / *traces as f64;
        text +=
            &format!("; {}, {redundancy:.2} executions each", counted(*traces, "distinct trace"));
    }
    text
}

/// What is run: the scenario with its row, or the kernel.
pub fn subject(job: &Job) -> String {
    match job.row == NO_VARIANT {
        true => job.scenario.clone(),
        false => format!("{} with {}", job.scenario, job.row),
    }
}

/// That a counterexample was written, and what to do with it. On std nothing brings the same interleaving
/// about again.
pub fn written(path: &Path, engine: Engine) -> String {
    let path = path.display();
    match engine.explores() {
        true => format!("written to {path}; replay it with\n  cargo pidle replay {path}\n"),
        false => format!("written to {path}; {engine} cannot replay it exactly\n"),
    }
}

/// The counterexample's story, as wide as stdout.
pub fn story(counterexample: &Counterexample, full: bool) -> String {
    let width = (!io::stdout().is_terminal()).then_some(WIDTH as u16);
    story::render(counterexample, full, width)
}

/// Writes the counterexample to the file, or to a new one in the current directory. Returns its path.
fn write(counterexample: &Counterexample, out: Option<&Path>) -> Result<PathBuf, Error> {
    let job = &counterexample.header.job;
    let engine = &counterexample.header.engine;
    let path = match out {
        Some(path) => counterexample.write(path).map(|()| path.to_path_buf()),
        None => {
            counterexample.write_new(Path::new(""), &file_name(&job.scenario, &job.row, engine))
        }
    };
    Ok(path?)
}

/// A file name that tells what is in it, in letters that no shell minds.
fn file_name(scenario: &str, row: &str, engine: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    format!("{scenario}-{row}-{engine}").chars().map(plain).collect()
}

/// How a search goes about it, if there is to be one.
fn search(arguments: &cli::Search, engine: Engine) -> Option<Search> {
    let searches = engine == Engine::Explore || arguments.search && engine == Engine::Shuttle;
    searches.then(|| Search {
        cache: !arguments.no_cache,
        sleep: !arguments.no_sleep_sets,
        symmetry: !arguments.no_symmetry,
        paranoid: arguments.paranoid,
        traces: arguments.traces,
        jobs: arguments.jobs.map_or(1, usize::from),
        probes: match arguments.probes {
            _ if !arguments.no_cache => 0,
            Some(probes) => probes,
            // Who replays begins each step of a probe at the start.
            None if engine == Engine::Shuttle => 4,
            None => Probing::default().probes,
        },
        beside_unbounded: !arguments.no_cache,
        max_memory: arguments.max_memory,
    })
}

/// The engine's limits, with what was asked for. What does not concern the engine is refused: it would
/// look as if it did.
fn limits(arguments: &cli::Check) -> Result<Limits, Error> {
    let engine = arguments.engine;
    let foreign = |option: &str, engines: &str| {
        Err(Error::Usage(format!("{option} means nothing to {engine}; it is for {engines}")))
    };
    let mut limits = suite::limits(engine);
    limits.search = search(&arguments.search, engine);
    let searches = limits.search.is_some();
    if arguments.mode == Mode::Races && !searches {
        return foreign("--mode races", "explore, and for shuttle with --search");
    }
    if arguments.search.is_asked_for() && !searches {
        return foreign("how to search", "explore, and for shuttle with --search");
    }
    if searches || lookup::is_kernel(&arguments.scenario) {
        limits.bound = None;
    }
    if let Some(cli::Bound(bound)) = arguments.bound {
        if engine != Engine::Loom && !searches {
            return foreign("--bound", "loom, explore, and --search");
        }
        limits.bound = bound;
    }
    if let Some(executions) = arguments.executions {
        if ![Engine::Shuttle, Engine::Std].contains(&engine) || searches {
            return foreign("--executions", "shuttle without --search, and std");
        }
        limits.executions = executions;
    }
    if !arguments.seeds.is_empty() {
        if engine != Engine::Shuttle || searches {
            return foreign("--seed", "shuttle without --search");
        }
        limits.seeds.clone_from(&arguments.seeds);
    }
    if let Some(audit) = arguments.audit {
        if engine != Engine::Explore {
            return foreign("--audit", "explore");
        }
        limits.audit = audit;
    }
    limits.max_seconds = arguments.max_seconds.or(limits.max_seconds);
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::sample;

    #[test]
    fn a_summary_has_size_verdict_numbers_and_reason() {
        let expected = "S1 with UNLINKED_BY_HAND on loom, 2P/2M/3G/1T, symptoms: violated\n  \
                        1,234 executions, bound 2, 0.5 s\n  must be able to track idle limiter event\n";
        assert_eq!(summary(&sample::report()), expected);
    }

    #[test]
    fn a_file_name_has_no_letter_that_a_shell_minds() {
        assert_eq!(file_name("S1-3m", "a b/$c", "loom"), "S1-3m-a-b--c-loom");
    }
}
