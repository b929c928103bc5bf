//! `pidle check`: runs one scenario, and writes a counterexample file if it fails.

mod sometimes;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use checks::{scenarios, suite};
use harness::cex::Counterexample;
use harness::kernel::NO_VARIANT;
use harness::report::{Expect, Job, Limits, Mode, Report, Search};
use harness::scenario::{At, Scenario};
use harness::scenario_file::{self, Written};
use harness::verdict::Verdict;
use regressions::rows;
use sync::driver::{Engine, Probing};

use crate::engines;
use crate::engines::builder;
use crate::engines::run::{run, Ran};
use crate::engines::worker::Worker;
use crate::error::Error;
use crate::results::Results;
use crate::text::output;
use crate::text::output::{remark, WIDTH};
use crate::text::progress::Progress;
use crate::text::story;
use crate::text::summary::summary;
use crate::{cli, interrupt, lookup};

/// The command.
///
/// # Errors
/// If the input is bad, before anything runs. If the engine cannot be built, or the file of `--json` cannot be
/// written. A counterexample that cannot be written is reported on stderr, and the verdict stays *violated*.
pub fn check(arguments: &cli::Check) -> Result<Verdict, Error> {
    let cli::Check { engine, output: cli::Output { out, full, json }, .. } = arguments;
    let job = job(arguments)?;
    output::are_new(&arguments.output)?;
    interrupt::catch()?;
    let worker = builder::build(*engine)?;
    let progress = Progress::new(1);
    let Ran { mut report, counterexample } = run(&worker, &job, true, &progress);
    if changes_nothing(&worker, &report, &progress) {
        report.verdict = Verdict::Vacuous;
        report.note =
            "the variant changes nothing here: all states are those of the kernel without it"
                .into();
    }
    progress.clear();
    output::print(&summary(&report))?;
    let mut file = None;
    if let Some(counterexample) = counterexample {
        output::print(&format!("\n{}", story(&counterexample, *full)))?;
        match write(&counterexample, out.as_deref()) {
            Ok(path) => {
                output::print(&format!("\n{}", written(&path, *engine)))?;
                file = Some(path);
            }
            // The violation stands, and has been printed.
            Err(error) => remark(&format!("the counterexample could not be written: {error}")),
        }
    }
    let verdict = report.verdict;
    let results = Results::new(vec![report], file);
    json.as_deref().map_or(Ok(()), |path| results.write(path))?;
    Ok(verdict)
}

/// Whether a kernel held under a bug's variant, and each of its states is one that it has without the variant.
fn changes_nothing(worker: &Worker, report: &Report, progress: &Progress) -> bool {
    let Report { job, verdict, searched, .. } = report;
    let asked = lookup::is_kernel(&job.scenario) && lookup::is_mutant(&job.row);
    let Some(searched) = searched.filter(|_| asked && *verdict == Verdict::Held) else {
        return false;
    };
    let plain = Job { row: NO_VARIANT.into(), ..job.clone() };
    let plain = run(worker, &plain, false, progress).report.searched;
    plain.is_some_and(|plain| (plain.states, plain.digest) == (searched.states, searched.digest))
}

/// The job that the arguments ask for. It is expected to hold.
pub(crate) fn job(arguments: &cli::Check) -> Result<Job, Error> {
    let cli::Check { scenario, variant: row, mode, only, engine, .. } = arguments;
    let kernel = lookup::is_kernel(scenario);
    if kernel && only.is_some() {
        return Err(Error::Usage(
            "--only has no effect on a kernel, which has one check: leave it out".into(),
        ));
    }
    let row = row.as_deref().unwrap_or(if kernel { NO_VARIANT } else { suite::FIXED });
    let file = Path::new(scenario);
    let written = if is_file(scenario) { Some(read(file)?) } else { None };
    if written.is_none() && !kernel && scenarios::find(scenario).is_none() {
        no_file_meant(scenario)?;
    }
    let (scenario, row) = match &written {
        Some(written) => {
            if let Some(known) = scenarios::find(&written.scenario.name) {
                remark(&format!(
                    "note: {}: this file's program is run, not the `{}` that comes with pidle",
                    file.display(),
                    known.name,
                ));
            }
            fits(written, *engine)?;
            lookup::known_runs(written)?;
            let row = lookup::known_row(row)?;
            rows::find(&row).map_or(Ok(()), |row| written.fits(&row.steps))?;
            (written.scenario.name.clone(), row)
        }
        None => lookup::known(scenario, row)?,
    };
    only.as_deref().map_or(Ok(()), |only| lookup::known_check(only, *mode))?;
    let job = Job {
        suite: "check".into(),
        scenario,
        program: None,
        row,
        // A kernel has no invariants.
        mode: if kernel && *mode == Mode::Invariants { Mode::Symptoms } else { *mode },
        only: only.clone(),
        limits: limits(arguments)?,
        sometimes: Vec::new(),
        counted: Vec::new(),
        expect: Expect::Holds,
    };
    let job = sometimes::with(job, written.as_ref(), *engine, arguments.sometimes)?;
    Ok(Job { program: written.map(|written| Box::new(written.scenario)), ..job })
}

/// Reads a scenario file.
fn read(file: &Path) -> Result<Written, Error> {
    let missing =
        file.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    scenario_file::read(file).map_err(|error| {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let hint = match scenarios::find(&stem) {
            _ if !missing => return error.into(),
            Some(known) => format!("the scenario that comes with pidle is `{}`", known.name),
            None => "`cargo pidle list` prints the scenarios that come with pidle".into(),
        };
        Error::Usage(format!("{error}; {hint}"))
    })
}

/// Checks that a name that is no scenario's does not look like a file's.
fn no_file_meant(name: &str) -> Result<(), Error> {
    let (file, whole) = (Path::new(name), format!("{name}.toml"));
    let is_path = name.contains(std::path::is_separator);
    if Path::new(&whole).is_file() {
        Err(Error::Usage(format!("unknown scenario `{name}`; did you mean the file {whole}?")))
    } else if file.is_file() || is_path {
        let must = "the name of a scenario file must end in .toml";
        Err(Error::Usage(format!("unknown scenario `{name}`; {must}")))
    } else {
        Ok(())
    }
}

/// Whether the argument is the name of a scenario file.
fn is_file(scenario: &str) -> bool {
    Path::new(scenario).extension().is_some_and(|extension| extension == "toml")
}

/// Checks that the engine has a thread for each M.
fn fits(written: &Written, engine: Engine) -> Result<(), Error> {
    let Some(most) = engines::most_threads(engine) else { return Ok(()) };
    let Scenario { ps, ms, fairness, .. } = written.scenario;
    let choices = ps > 2 || fairness;
    let most = most - usize::from(choices);
    if ms as usize <= most {
        return Ok(());
    }
    let besides = if choices { " (one more thread makes choices)" } else { "" };
    let what = format!(
        "{ms} Ms: {engine} has threads for at most {most}{besides}; use at most {most}, or --engine shuttle"
    );
    Err(written.error(At::Field("ms"), &what).into())
}

/// Says where a counterexample was written, and how to replay it. On std, the same interleaving cannot be forced.
pub fn written(path: &Path, engine: Engine) -> String {
    let path = path.display();
    if engine.explores() {
        format!("written to {path}; replay it with\n  cargo pidle replay {path}\n")
    } else {
        format!("written to {path}; {engine} cannot replay it exactly\n")
    }
}

/// The counterexample as a table, as wide as stdout.
pub fn story(counterexample: &Counterexample, full: bool) -> String {
    let width = (!io::stdout().is_terminal()).then_some(WIDTH as u16);
    story::render(counterexample, full, width)
}

/// Writes the counterexample to `out`, or to a new file in the current directory. Returns the path.
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

/// A file name made of what was run, without characters that are special to a shell.
fn file_name(scenario: &str, row: &str, engine: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    format!("{scenario}-{row}-{engine}").chars().map(plain).collect()
}

/// The options of the search, if the engine is to search.
fn search(arguments: &cli::Search, engine: Engine) -> Option<Search> {
    let searches = engine == Engine::Explore || arguments.search && engine == Engine::Shuttle;
    searches.then(|| Search {
        cache: !arguments.no_cache,
        sleep: !arguments.no_sleep_sets,
        symmetry: !arguments.no_symmetry,
        paranoid: arguments.paranoid,
        traces: arguments.traces,
        liveness: arguments.liveness,
        jobs: arguments.jobs.map_or(1, usize::from),
        probes: match arguments.probes {
            _ if !arguments.no_cache => 0,
            Some(probes) => probes,
            // shuttle replays: each step of a probe starts from the beginning, so probes cost more there.
            None if engine == Engine::Shuttle => 4,
            None => Probing::default().probes,
        },
        beside_unbounded: !arguments.no_cache,
        max_memory: arguments.max_memory,
    })
}

/// The engine's default limits, changed as the arguments say. An option that has no effect on the engine is refused.
fn limits(arguments: &cli::Check) -> Result<Limits, Error> {
    let engine = arguments.engine;
    let foreign = |option: &str, engines: &str| {
        Err(Error::Usage(format!("{option} has no effect with --engine {engine} (use {engines})")))
    };
    let mut limits = suite::limits(engine);
    limits.search = search(&arguments.search, engine);
    let searches = limits.search.is_some();
    if arguments.mode == Mode::Races && !searches {
        return foreign("--mode races", "explore, or --search");
    }
    if arguments.search.is_asked_for() && !searches {
        return foreign("an option for searches", "explore, or --search");
    }
    if searches || lookup::is_kernel(&arguments.scenario) {
        limits.bound = None;
    }
    if let Some(cli::Bound(bound)) = arguments.bound {
        if engine != Engine::Loom && !searches {
            return foreign("--bound", "loom, explore, or --search");
        }
        if arguments.search.liveness && bound.is_some() {
            return Err(Error::Usage(
                "--liveness cannot be combined with --bound N, which is unfair to the Ms that it holds back: leave one out".into(),
            ));
        }
        limits.bound = bound;
    }
    if let Some(executions) = arguments.executions {
        if ![Engine::Shuttle, Engine::Std].contains(&engine) || searches {
            return foreign("--executions", "shuttle without --search, or std");
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

    #[test]
    fn a_file_name_has_no_letter_that_a_shell_minds() {
        assert_eq!(
            file_name("sleep-ready-park-3m", "a b/$c", "loom"),
            "sleep-ready-park-3m-a-b--c-loom"
        );
    }

    #[test]
    fn the_list_of_commands_replays_the_file_that_its_check_writes() {
        let commands = include_str!("../../docs/commands.md");
        let argument = |of: &str| {
            let (_, rest) = commands.split_once(of)?;
            rest.split_whitespace().next()
        };
        let row = argument("$ cargo pidle check sleep-ready-busy --variant ").expect("a check");
        let file = argument("$ cargo pidle replay ").expect("a replay");
        assert_eq!(file, format!("{}.cex.ndjson", file_name("sleep-ready-busy", row, "explore")));
    }
}
