//! The command line of a list of programs.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::file::{Counterexample, FileError, Replayed};
use crate::program::{Bound, Limits};
use crate::{Program, Report, Verdict};

/// Searches all interleavings of the programs, and reports what fails.
///
/// Exit codes: 0 held, 1 violated, 2 vacuous (nothing was really checked), 3 incomplete, 4 error; the worst of several
/// counts: error, violated, incomplete, vacuous, held.
#[derive(Parser, Debug)]
#[command(name = "programs")]
struct Arguments {
    /// The programs to run, by name; all if none is named
    programs: Vec<String>,
    /// Print the programs' names
    #[arg(long)]
    list: bool,
    /// The most preemptions in an execution, or `none`
    #[arg(long, value_parser = bound)]
    bound: Option<Bound>,
    /// The most seconds for each program
    #[arg(long, value_name = "SECONDS")]
    max_seconds: Option<u64>,
    /// The most operations in an execution
    #[arg(long, value_name = "OPERATIONS", value_parser = clap::value_parser!(u64).range(1..))]
    max_steps: Option<u64>,
    /// OS threads that search
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=64))]
    jobs: Option<u64>,
    /// Let each Parker and Condvar wake a thread once without a reason
    #[arg(long)]
    spurious: bool,
    /// Compare every so many restored states with a run from scratch, all along; 0 is never
    #[arg(long, value_name = "STATES")]
    audit: Option<u64>,
    /// No short searches afterwards for checkpoints that leave a local out and for programs that are not deterministic
    #[arg(long)]
    no_probes: bool,
    /// Run the execution of a counterexample file again, and compare each step
    #[arg(long, value_name = "FILE", conflicts_with_all = ["programs", "bound"])]
    replay: Option<PathBuf>,
    /// Write counterexample files to this directory
    #[arg(long, value_name = "DIRECTORY", default_value = ".")]
    cex: PathBuf,
    /// Write no counterexample file
    #[arg(long)]
    no_cex: bool,
    /// Add a line of JSON for each program to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn bound(text: &str) -> Result<Bound, String> {
    match text {
        "none" => Ok(Bound::None),
        _ => text.parse().map(Bound::Most).map_err(|_| "a number, or `none`".to_owned()),
    }
}

/// Runs the programs that the command line names, and prints what they come to.
pub fn main(programs: &[Program]) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help is no error. If it cannot be printed, neither can that.
            let _ = error.print();
            let verdict = if error.use_stderr() { Verdict::Error } else { Verdict::Held };
            return ExitCode::from(verdict.exit_code());
        }
    };
    let verdict = arguments.run(programs).unwrap_or_else(|why| {
        eprintln!("error: {why}");
        Verdict::Error
    });
    ExitCode::from(verdict.exit_code())
}

impl Arguments {
    fn run(&self, programs: &[Program]) -> Result<Verdict, String> {
        unlike(programs)?;
        if self.list {
            programs.iter().for_each(|program| println!("{}", program.name()));
            return Ok(Verdict::Held);
        }
        if let Some(path) = &self.replay {
            return replay(programs, path);
        }
        let mut verdicts = Vec::new();
        for program in self.chosen(programs)? {
            let report = self.limited(program).run();
            print!("{report}");
            self.keep(program, &report)?;
            verdicts.push(report.verdict);
        }
        Ok(Verdict::worst(verdicts))
    }

    fn chosen<'p>(&self, programs: &'p [Program]) -> Result<Vec<&'p Program>, String> {
        if self.programs.is_empty() {
            return Ok(programs.iter().collect());
        }
        self.programs.iter().map(|name| named(programs, name)).collect()
    }

    /// The program with the limits of the command line.
    fn limited(&self, program: &Program) -> Program {
        let own = program.limits.clone();
        let limits = Limits {
            bound: self.bound.unwrap_or(own.bound),
            time: self.max_seconds.map_or(own.time, Duration::from_secs),
            steps: self.max_steps.map_or(own.steps, |steps| steps as usize),
            spurious: self.spurious || own.spurious,
            audit: self.audit.unwrap_or(own.audit),
            probes: own.probes && !self.no_probes,
            jobs: self.jobs.map_or(own.jobs, |jobs| jobs as usize),
            ..own
        };
        program.clone().with(limits)
    }

    /// Writes the files for a report.
    fn keep(&self, program: &Program, report: &Report) -> Result<(), String> {
        if let Some(path) = &self.json {
            let line = serde_json::to_string(report).expect("plain data is always JSON") + "\n";
            let file = OpenOptions::new().create(true).append(true).open(path);
            let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
            written.map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let cex = Counterexample::of(&self.limited(program), report).filter(|_| !self.no_cex);
        let Some(cex) = cex else { return Ok(()) };
        let path = cex.write(&self.cex).map_err(|error| error.to_string())?;
        println!("written: {0}; run it again with --replay {0}\n", path.display());
        Ok(())
    }
}

/// An error if two programs have one name.
fn unlike(programs: &[Program]) -> Result<(), String> {
    let twice = programs.iter().enumerate().find(|(number, program)| {
        programs[..*number].iter().any(|other| other.name() == program.name())
    });
    match twice {
        Some((_, program)) => {
            Err(format!("two programs are called {:?}: rename one of them", program.name()))
        }
        None => Ok(()),
    }
}

fn named<'p>(programs: &'p [Program], name: &str) -> Result<&'p Program, String> {
    programs.iter().find(|program| program.name() == name).ok_or_else(|| {
        let names: Vec<&str> = programs.iter().map(Program::name).collect();
        format!("there is no program {name:?}; there are: {}", names.join(", "))
    })
}

/// Runs a counterexample again. Reproducing it is the same as finding it: *violated*.
fn replay(programs: &[Program], path: &Path) -> Result<Verdict, String> {
    let text = |error: FileError| error.to_string();
    let cex = Counterexample::read(path).map_err(text)?;
    let program = named(programs, cex.program())?;
    match cex.replay(program, path).map_err(text)? {
        Replayed::Same(found) => {
            println!("{}: reproduced\n  {}: {}\n\n{}", program.name(), found.check, found.message, found.text());
            Ok(Verdict::Violated)
        }
        Replayed::Diverged { step, expected, got } => Err(format!(
            "{}: the program no longer does this: at step {step}, the file has {expected}; the program has {got}",
            path.display()
        )),
    }
}
