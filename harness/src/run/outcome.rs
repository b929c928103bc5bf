//! What a run came to.

use std::collections::BTreeMap;

use sync::driver::{End, Explored, Failure, Schedule, ENGINE};

use crate::decide::decide;
use crate::prepare::{extent, left, Prepared};
use crate::report::{Found, Report, LIVELOCK};
use crate::verdict::Verdict;

/// How often executions failed in which way; where states are searched, 1 for each way.
pub(super) type Endings = BTreeMap<String, u64>;

/// What a run came to.
pub struct Outcome {
    /// For the table.
    pub report: Report,
    /// How the engine gets to the failure that was found, if one was.
    pub schedule: Option<Schedule>,
}

/// What happened in the executions of a run, besides its failure.
#[derive(Default)]
pub(super) struct Counts {
    /// How often each thing that must happen did.
    pub(super) sometimes: Vec<(String, u64)>,
    /// How often executions failed in which way.
    pub(super) endings: Endings,
}

impl Prepared {
    /// The outcome, with its verdict.
    pub(super) fn outcome(&self, explored: Explored, seconds: f64, counts: Counts) -> Outcome {
        let Counts { sometimes, mut endings } = counts;
        let target = &self.execution.target;
        let concurrent = explored.concurrent;
        let executions =
            explored.searched.as_ref().map_or(explored.executions, |s| s.statistics.executions);
        let (found, schedule, stopped) = match explored.end {
            End::Complete => (None, None, false),
            End::Stopped => (None, None, true),
            End::Failed { failure, schedule } => {
                let found = Found {
                    preemptions: schedule.preemptions(),
                    steps: schedule.steps(),
                    ..found(&failure, explored.executions)
                };
                endings.insert(found.ending().into(), 1);
                (Some(found), Some(schedule), false)
            }
        };
        let searched = explored.searched.as_ref();
        let mut report = Report {
            job: self.job.clone(),
            engine: ENGINE.to_string(),
            size: target.size(),
            verdict: Verdict::Error,
            executions,
            extent: extent(&self.job, searched),
            searched: searched.map(|searched| searched.statistics),
            seconds,
            found,
            endings,
            sometimes,
            note: String::new(),
        };
        let stopped = stopped.then(|| left(searched));
        (report.verdict, report.note) = decide(&report, stopped, target.variety(concurrent));
        if concurrent && target.is_deterministic() {
            report.verdict = Verdict::Error;
            report.note = "the scenario is marked `deterministic`, but two Ms could move at once: \
                           remove `deterministic = true`"
                .into();
        }
        Outcome { report, schedule }
    }
}

/// The failure as a reader sees it.
pub(super) fn found(failure: &Failure, execution: u64) -> Found {
    let check = match &failure.cause {
        sync::driver::Cause::Panic => "throw".to_string(),
        sync::driver::Cause::Check(name) => name.clone(),
        sync::driver::Cause::Deadlock => "deadlock".to_string(),
        sync::driver::Cause::Race => "race".to_string(),
        sync::driver::Cause::Livelock => LIVELOCK.to_string(),
    };
    Found { check, message: failure.message.clone(), execution, ..Found::default() }
}
