//! What the searches of a run came to: the verdict, and why.

use std::time::Duration;

use sync::driver::{End, Explored, Failure, Orders, PlanError, Schedule, ENGINE};

use crate::report::{Fewest, Found};
use crate::watch::Seen;
use crate::{Program, Report, Verdict};

/// The extent of a run that has left nothing out.
const EXHAUSTIVE: &str = "exhaustive";

/// What the searches so far came to.
#[derive(Default)]
pub(crate) struct Came {
    executions: u64,
    states: u64,
    orders: Orders,
    concurrent: bool,
    /// How far it is known that the program holds: `exhaustive`, `bound 2`.
    extent: String,
    /// The run has done what it was to do, or has found a failure.
    is_over: bool,
    /// Why the last search stopped, if it did.
    stopped: Option<String>,
    pub(crate) failed: Option<Failed>,
}

/// A failure.
pub(crate) struct Failed {
    pub(crate) failure: Failure,
    pub(crate) schedule: Schedule,
    pub(crate) smallest: Fewest,
}

impl Came {
    /// Adds a search with this bound. Returns whether there is nothing more to search.
    pub(crate) fn add(&mut self, explored: Explored, bound: Option<usize>) -> bool {
        let searched = explored.searched.as_ref();
        self.executions +=
            searched.map_or(explored.executions, |searched| searched.statistics.executions);
        self.states = self.states.max(searched.map_or(0, |searched| searched.statistics.states));
        self.concurrent |= explored.concurrent;
        self.orders = self.orders.and(explored.orders);
        match explored.end {
            End::Failed { failure, schedule } => {
                self.failed = Some(Failed { failure, schedule, smallest: Fewest::Unknown });
                self.is_over = true;
            }
            End::Complete => {
                // `searched.bound` is none if the bound left nothing out.
                let left_out =
                    searched.map_or(bound, |searched| searched.bound.map(|b| b as usize));
                self.stopped = None;
                self.is_over = true;
                self.extent = match left_out {
                    Some(bound) => format!("bound {bound}"),
                    None if ENGINE.explores() => EXHAUSTIVE.to_owned(),
                    None => "repeated".to_owned(),
                };
            }
            End::Stopped => {
                let why = searched.and_then(|searched| searched.incomplete);
                self.stopped =
                    Some(why.map_or_else(|| "the limit of time".to_owned(), |why| why.to_string()));
                self.is_over = false;
            }
        }
        self.failed.is_some() || (self.is_over && self.extent == EXHAUSTIVE)
    }

    /// Whether all that was to be searched holds.
    pub(crate) fn held(&self) -> bool {
        self.is_over && self.failed.is_none()
    }
}

/// The report of a run.
pub(crate) fn report(
    program: &Program,
    came: Result<Came, PlanError>,
    seen: &Seen,
    took: Duration,
) -> Report {
    let mut report = Report {
        program: program.name.to_owned(),
        engine: ENGINE.to_string(),
        verdict: Verdict::Error,
        why: String::new(),
        extent: String::new(),
        executions: 0,
        states: 0,
        seconds: took.as_secs_f64(),
        warnings: Vec::new(),
        found: None,
    };
    let came = match came {
        Ok(came) => came,
        Err(error) => {
            report.why = explained(&error, seen);
            return report;
        }
    };
    report.executions = came.executions;
    report.states = came.states;
    report.extent.clone_from(&came.extent);
    report.warnings.extend(warning(came.orders));
    if let Some(failed) = &came.failed {
        report.extent = String::new();
        (report.verdict, report.why, report.found) = violated(program, failed);
        return report;
    }
    if let Some(why) = vacuous(&came, seen) {
        (report.verdict, report.why) = (Verdict::Vacuous, why);
    } else if let Some(why) = &came.stopped {
        report.verdict = Verdict::Incomplete;
        report.why = format!("stopped by {why}");
    } else {
        report.verdict = Verdict::Held;
    }
    report
}

/// The failure with its story: the execution is run once more.
fn violated(program: &Program, failed: &Failed) -> (Verdict, String, Option<Found>) {
    let Failed { failure, schedule, smallest } = failed;
    let error = |why: String| (Verdict::Error, why, None);
    let (recorded, seen) = match program.again(schedule) {
        Ok(again) => again,
        Err(failed) => return error(failed.to_string()),
    };
    let again = recorded.failure.as_ref().map(Failure::kind);
    if ENGINE.explores() && again != Some(failure.kind()) {
        return error(format!(
            "an execution that failed ({failure}) does not fail again: the program is not deterministic"
        ));
    }
    let found = found(failure, schedule, *smallest, seen);
    let at = failure.location.as_ref().map_or_else(String::new, |at| format!(", at {at}"));
    (Verdict::Violated, format!("{}: {}{at}", found.check, found.message), Some(found))
}

/// The failure as it is reported.
pub(crate) fn found(failure: &Failure, schedule: &Schedule, smallest: Fewest, seen: Seen) -> Found {
    Found {
        check: failure.cause.to_string(),
        message: failure.message.clone(),
        preemptions: schedule.preemptions(),
        steps: schedule.steps(),
        smallest,
        schedule: schedule.clone(),
        story: seen.steps,
    }
}

/// Why nothing was really checked, if so.
fn vacuous(came: &Came, seen: &Seen) -> Option<String> {
    let Came { executions, orders, concurrent, stopped, .. } = came;
    let why = if !ENGINE.explores() {
        "real threads run it a few times, and explore nothing: build it with --features programs/explore (or \
         programs/loom)"
    } else if seen.says_nothing {
        "nothing must hold at the end: return `AtEnd::finished()`, or say what `holds`"
    } else if !concurrent {
        "no two threads can move at the same time: start threads with `spawn`"
    } else if seen.asked == 0 && stopped.is_none() {
        "no execution ends: each goes round in a loop"
    } else if *executions == 1 {
        "there is one execution, though two threads can move at the same time: what they share is not of this crate \
         (an atomic of std, for example), or they share nothing"
    } else if orders.weak && !orders.total && !has_weak_memory() {
        "all operations on atomics are weak ones, and this engine takes them for strong: build it with --features \
         programs/loom"
    } else {
        return None;
    };
    Some(why.to_owned())
}

fn has_weak_memory() -> bool {
    ENGINE.name() == "loom" || !ENGINE.explores()
}

/// Weak operations that the engine takes for strong ones.
fn warning(orders: Orders) -> Option<String> {
    let warns = orders.weak && !has_weak_memory();
    let text = || {
        format!("{ENGINE} takes weak operations (load_acq, store_rel, …) for strong ones: run it with loom too")
    };
    warns.then(text)
}

/// The error in the words of this crate.
fn explained(error: &PlanError, seen: &Seen) -> String {
    match (error, &seen.too_long) {
        (PlanError::TooLong(_), Some(who)) => format!(
            "{who}, while others could move: if its loop waits for another thread, wait with a `Parker`, a `Condvar` or \
             a `Mutex`, or call `spin` with the loop's live locals in each round; otherwise raise --max-steps"
        ),
        (PlanError::TooLong(most), None) => format!(
            "an execution has more than {most} operations: wait with a `Parker`, a `Condvar` or a `Mutex` instead of in a \
             loop, or raise --max-steps"
        ),
        _ => in_words(&error.to_string()),
    }
}

fn in_words(error: &str) -> String {
    let text = error.replacen("search: ", "", 1);
    let text = text.replace("Plan::", "Limits::");
    if !text.contains("audit:") {
        return text;
    }
    format!(
        "the same steps lead elsewhere: the program depends on what belongs to no execution, such as a static, a \
         thread-local, the order of a `HashMap` or an address ({text})"
    )
}
