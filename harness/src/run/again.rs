//! A run again, step by step: to write it down, or to compare it with what was written down.

use std::fmt;

use sync::driver::{Failure, Outside, Schedule, ENGINE};
use sync::Arc;

use super::{found, plans, Replayed, RunError, Subject};
use crate::cex::{Counterexample, Header, Step, FORMAT};
use crate::judge::Judged;
use crate::recorder::{Log, Recorder};
use crate::report::{Job, Report};

/// Runs the schedule again and writes down each step.
///
/// # Errors
/// If the scenario is none, or the engine cannot run it.
pub fn record(
    subject: &Subject,
    report: &Report,
    schedule: &Schedule,
) -> Result<Counterexample, RunError> {
    let found = report.found.clone().unwrap_or_default();
    let Again { steps, .. } = again(subject, &report.job, schedule)?;
    let header = Header {
        pidle_counterexample: FORMAT,
        job: report.job.clone(),
        engine: ENGINE.to_string(),
        found,
        schedule: schedule.clone(),
    };
    Ok(Counterexample { header, steps })
}

/// Runs the counterexample's schedule again and compares each step, and the failure.
///
/// # Errors
/// If it is of another engine, the scenario is none, or the engine cannot run it.
pub fn replay(subject: &Subject, cex: &Counterexample) -> Result<Replayed, RunError> {
    let header = &cex.header;
    if header.engine != ENGINE.to_string() {
        return Err(RunError::Engine { of: header.engine.clone(), here: ENGINE.to_string() });
    }
    let Again { steps, failure, unfit } = again(subject, &header.job, &header.schedule)?;
    let nothing = || unfit.map_or("the end".to_string(), |why| format!("the end: {why}"));
    for i in 0..steps.len().max(cex.steps.len()) {
        let (expected, got) = (cex.steps.get(i), steps.get(i));
        if expected != got {
            let expected = expected.map_or_else(|| "the end".to_string(), ToString::to_string);
            let got = got.map_or_else(nothing, ToString::to_string);
            return Ok(Replayed::Diverged { step: i as u64 + 1, expected, got });
        }
    }
    let expected = format!("{}: {}", header.found.check, header.found.message);
    let got = failure
        .map(|f| found(&f, 0))
        .map_or_else(nothing, |f| format!("{}: {}", f.check, f.message));
    match expected == got {
        true => Ok(Replayed::Same),
        false => Ok(Replayed::Diverged { step: steps.len() as u64 + 1, expected, got }),
    }
}

/// An execution, run again.
pub(super) struct Again {
    steps: Vec<Step>,
    pub(super) failure: Option<Failure>,
    /// What the schedule expects where it does not fit, if so.
    unfit: Option<String>,
}

pub(super) fn again(subject: &Subject, job: &Job, schedule: &Schedule) -> Result<Again, RunError> {
    let target = subject.what.checked()?;
    let judged = Judged::of(job, subject.content)?;
    let plan = plans(job, &target).swap_remove(0);
    let (sources, steps) = (subject.sources.clone(), subject.steps);
    // loom gets to the execution by running those before it: the last one's is the one that counts.
    let last = Outside::new(Log::default());
    let log = last.clone();
    let recorded = sync::driver::record(&plan, schedule, move || {
        let recorder = Arc::new(Recorder::new(sources.clone(), log.clone()));
        target.execute(steps, &judged, recorder.clone(), Some(recorder));
    })?;
    let unfit = recorded.diverged.map(|diverged| diverged.expected);
    Ok(Again { steps: last.get().steps, failure: recorded.failure, unfit })
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "thread {} in {}: {} {} {}",
            self.thread, self.function, self.action, self.object, self.value
        )
    }
}
