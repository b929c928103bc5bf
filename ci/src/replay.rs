//! `pidle replay`: runs a counterexample again, exactly.

use harness::cex::Counterexample;
use harness::verdict::Verdict;
use sync::driver::Engine;

use crate::check::story;
use crate::engines::builder;
use crate::engines::protocol::{Answer, Request};
use crate::engines::run::{one_answer, unexpected};
use crate::error::Error;
use crate::text::output;
use crate::text::words::subject;
use crate::{cli, interrupt, lookup};

/// The command. A failure that comes again is *violated*, a counterexample that no longer fits an error.
///
/// # Errors
/// If the file is no counterexample, or of something that is not there any more. If the engine cannot be
/// built.
pub fn replay(arguments: &cli::Replay) -> Result<Verdict, Error> {
    let mut counterexample = Counterexample::read(&arguments.file)?;
    let job = &mut counterexample.header.job;
    // The file may be older than the names of today.
    match job.program {
        Some(_) => job.row = lookup::known_row(&job.row)?,
        None => (job.scenario, job.row) = lookup::known(&job.scenario, &job.row)?,
    }
    let header = &counterexample.header;
    let engine = header.engine.parse::<Engine>();
    let engine = engine.map_err(|error| Error::Usage(error.to_string()))?;
    interrupt::catch()?;
    let worker = builder::build(engine)?;
    let answer = one_answer(&worker, &Request::Replay(Box::new(counterexample.clone())))?;
    let title = format!("{} on {engine}", subject(&header.job));
    let verdict = match answer {
        Answer::Same => {
            output::print(&format!("{}\n", story(&counterexample, arguments.full)))?;
            output::print(&format!("{title} fails the same way\n"))?;
            Verdict::Violated
        }
        Answer::Diverged { step, expected, got } => {
            // The header is the file's first line.
            let (file, line) = (arguments.file.display(), step + 1);
            output::print(&format!("{title} no longer fits, at {file}:{line}\n"))?;
            output::print(&format!("  expected: {expected}\n  got:      {got}\n"))?;
            if !engine.explores() {
                output::print("on std, threads run as the machine has them: nothing is exact\n")?;
            }
            Verdict::Error
        }
        other => return Err(unexpected(&worker, &other)),
    };
    Ok(verdict)
}
