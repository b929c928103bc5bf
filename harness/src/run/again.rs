//! A run again, step by step: to write it down, or to compare it with what was written down.

use sync::driver::{Failure, Outside, Schedule, ENGINE};
use sync::Arc;

use super::outcome::found;
use super::Outcome;
use crate::cex::{Counterexample, Header, Step, FORMAT};
use crate::prepare::{Prepared, RunError};
use crate::recorder::{Log, Recorder};

/// How a replay went.
#[derive(Clone, Debug, PartialEq)]
pub enum Replayed {
    /// The same failure, by the same steps.
    Same,
    /// It no longer fits.
    Diverged {
        /// At which step.
        step: u64,
        /// What the file says.
        expected: String,
        /// What happened.
        got: String,
    },
}

impl Prepared {
    /// Runs the failure that was found again, and writes down each step. `None` if the outcome has no failure.
    ///
    /// # Errors
    /// If the engine cannot run it.
    pub fn record(&self, outcome: &Outcome) -> Result<Option<Counterexample>, RunError> {
        let Some(schedule) = &outcome.schedule else { return Ok(None) };
        let stem = schedule.stem().map(|stem| self.again(&stem)).transpose()?;
        let header = Header {
            pidle_counterexample: FORMAT,
            job: self.job.clone(),
            engine: ENGINE.to_string(),
            found: outcome.report.found.clone().unwrap_or_default(),
            schedule: schedule.clone(),
            cycle: stem.map(|stem| stem.steps.len() as u64 + 1),
        };
        Ok(Some(Counterexample { header, steps: self.again(schedule)?.steps }))
    }

    /// Runs the counterexample's schedule again and compares each step, and the failure.
    ///
    /// # Errors
    /// If it is of another engine, or the engine cannot run it.
    pub fn replay(&self, cex: &Counterexample) -> Result<Replayed, RunError> {
        let header = &cex.header;
        if header.engine != ENGINE.to_string() {
            return Err(RunError::Engine { of: header.engine.clone(), here: ENGINE.to_string() });
        }
        let Again { steps, failure, unfit } = self.again(&header.schedule)?;
        let nothing = || unfit.map_or("the end".to_string(), |why| format!("the end: {why}"));
        for i in 0..steps.len().max(cex.steps.len()) {
            let (expected, got) = (cex.steps.get(i), steps.get(i));
            if !same(expected, got) {
                let expected = expected.map_or_else(|| "the end".to_string(), ToString::to_string);
                let got = got.map_or_else(nothing, ToString::to_string);
                return Ok(Replayed::Diverged { step: i as u64 + 1, expected, got });
            }
        }
        let expected = format!("{}: {}", header.found.check, header.found.message);
        let got = failure
            .map(|f| found(&f, 0))
            .map_or_else(nothing, |f| format!("{}: {}", f.check, f.message));
        if expected == got {
            Ok(Replayed::Same)
        } else {
            Ok(Replayed::Diverged { step: steps.len() as u64 + 1, expected, got })
        }
    }

    /// The failure that the schedule ends with now, if it does.
    pub(super) fn failure_again(&self, schedule: &Schedule) -> Result<Option<Failure>, RunError> {
        Ok(self.again(schedule)?.failure)
    }

    fn again(&self, schedule: &Schedule) -> Result<Again, RunError> {
        // loom gets to the execution by running those before it: the last one's log is the one that counts.
        let last = Outside::new(Log::default());
        let (log, execution, sources) =
            (last.clone(), self.execution.clone(), self.content.sources);
        let recorded = sync::driver::record(&self.plan(), schedule, move || {
            let recorder = Arc::new(Recorder::new(sources, log.clone()));
            execution.run(recorder.clone(), Some(recorder));
        })?;
        let unfit = recorded.diverged.map(|diverged| diverged.expected);
        Ok(Again { steps: last.get().steps, failure: recorded.failure, unfit })
    }
}

/// The same step. A file that is older than the names of types before methods has `start` for `limiterEvent.start`.
fn same(expected: Option<&Step>, got: Option<&Step>) -> bool {
    match (expected, got) {
        (Some(expected), Some(got)) => {
            let method = got.function.strip_suffix(&expected.function);
            let named = method.is_some_and(|of| of.is_empty() || of.ends_with('.'));
            named && *got == Step { function: got.function.clone(), ..expected.clone() }
        }
        (expected, got) => expected == got,
    }
}

/// An execution, run again.
struct Again {
    steps: Vec<Step>,
    failure: Option<Failure>,
    /// What the schedule expects where it does not fit, if so.
    unfit: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_an_older_file_may_name_a_method_without_its_type() {
        let step = |function: &str, value: &str| Step {
            step: 1,
            thread: 0,
            p: None,
            g: None,
            action: "load".into(),
            function: function.into(),
            object: "P1.limiterEvent".into(),
            value: value.into(),
            changed: Vec::new(),
        };
        let (old, new) = (step("start", "None"), step("limiterEvent.start", "None"));
        assert!(same(Some(&old), Some(&new)) && same(Some(&new), Some(&new)) && same(None, None));
        assert!(!same(Some(&new), Some(&old)));
        for other in [step("restart", "None"), step("limiterEvent.start", "Idle")] {
            assert!(!same(Some(&old), Some(&other)), "{other}");
        }
        assert!(!same(Some(&old), None) && !same(None, Some(&new)));
    }
}
