//! The words between `pidle` and its workers: lines of JSON.
//!
//! 1. The worker is given one [`Request`], a line on its stdin, which then stays open.
//! 2. It answers on its stdout, a line for each [`Answer`], and exits.
//! 3. If its stdin is closed meanwhile, it stops: a run ends as *incomplete* and is reported so. Within
//!    [`GRACE`] it has left, whatever it was doing.
//!
//! So a worker ends when its parent dies. A terminal sends Ctrl-C to both; the worker ignores it, and the parent closes
//! stdin.

use std::time::Duration;

use harness::cex::Counterexample;
use harness::report::{Job, Line};
use serde::{Deserialize, Serialize};
use soundness::tally::Tally;
use sync::driver::{Engine, Sampler};

use crate::engines::measure::Measured;

/// How long a worker may take to leave once its stdin is closed.
pub const GRACE: Duration = Duration::from_secs(3);

/// How often a worker says how far it is.
pub const PROGRESS: Duration = Duration::from_millis(200);

/// What a worker is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Request {
    /// The gate's jobs on an engine, which need not be the worker's. Answered by [`Answer::Jobs`].
    Jobs(Engine),
    /// A run. Answered by lines, the last of them a report; then, if asked for and there is one, by
    /// the counterexample.
    Run {
        /// What to run.
        job: Box<Job>,
        /// Whether a failure is run again to record it.
        record: bool,
    },
    /// Searches to be compared on generated programs. Answered by [`Answer::Compared`], the last with all.
    Soundness {
        /// How many programs of each family.
        cases: u64,
        /// The first one's seed.
        seed: u64,
    },
    /// A program to be explored in one way, for what it costs. Answered by [`Answer::Measured`].
    Measure {
        /// What to run.
        job: Box<Job>,
        /// Which way; on loom it is ignored.
        sampler: Sampler,
    },
    /// A counterexample, to be run again. Answered by [`Answer::Same`] or [`Answer::Diverged`].
    Replay(Box<Counterexample>),
}

/// What a worker says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The gate's jobs.
    Jobs(Vec<Job>),
    /// The progress of a run, or its report.
    Line(Line),
    /// What has come of the programs so far.
    Compared(Tally),
    /// What it has cost.
    Measured(Measured),
    /// The failure of the run, recorded.
    Counterexample(Box<Counterexample>),
    /// The counterexample fails as it did.
    Same,
    /// The counterexample no longer fits.
    Diverged {
        /// The first step that is another, from 1.
        step: u64,
        /// What it was.
        expected: String,
        /// What it is now.
        got: String,
    },
    /// The request cannot be met: no such scenario, too large for the engine, no request at all.
    Refused(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::story::sample;

    fn round_trip<T>(value: &T) -> T
    where
        T: Serialize + for<'a> Deserialize<'a>,
    {
        let line = serde_json::to_string(value).unwrap();
        assert!(!line.contains('\n'), "one line each: {line}");
        serde_json::from_str(&line).unwrap()
    }

    #[test]
    fn requests_come_out_as_they_went_in() {
        let counterexample = sample::counterexample();
        let job = Box::new(counterexample.header.job.clone());
        let replay = Request::Replay(Box::new(counterexample));
        let soundness = Request::Soundness { cases: 3, seed: 7 };
        let measure = Request::Measure { job: job.clone(), sampler: Sampler::Dfs };
        let run = Request::Run { job, record: true };
        for request in [Request::Jobs(Engine::Loom), run, replay, soundness, measure] {
            assert_eq!(round_trip(&request), request);
        }
    }

    #[test]
    fn answers_come_out_as_they_went_in() {
        let counterexample = sample::counterexample();
        let job = counterexample.header.job.clone();
        let answers = [
            Answer::Jobs(vec![job]),
            Answer::Line(Line::Progress { executions: 7, searched: None, seconds: 0.25 }),
            Answer::Line(Line::Report(Box::new(sample::report()))),
            Answer::Compared(Tally::default()),
            Answer::Measured(Measured::default()),
            Answer::Counterexample(Box::new(counterexample)),
            Answer::Same,
            Answer::Diverged { step: 3, expected: "load a".into(), got: "store b".into() },
            Answer::Refused("no scenario of that name".into()),
        ];
        for answer in answers {
            assert_eq!(round_trip(&answer), answer);
        }
    }
}
