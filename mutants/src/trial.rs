//! One mutant: its runs, until one kills it.

use std::time::{Duration, Instant};

use harness::report::{Job, Report};
use harness::verdict::Verdict;
use pidle::engines::run::run;
use pidle::engines::worker::Worker;
use pidle::text::progress::Progress;

use crate::baseline::{Baseline, Kind, Run};
use crate::switch::ON;

/// What came of a mutant.
#[derive(Clone, Debug)]
pub enum Fate {
    /// A check or a throw has noticed it.
    Killed(Kill),
    /// Nothing has.
    Survived(Survival),
}

/// What has killed a mutant.
#[derive(Clone, Debug)]
pub struct Kill {
    /// The kind of the run.
    pub kind: Kind,
    /// The check that failed, `throw: …`, or what was expected and did not come.
    pub by: String,
    /// The run: suite, scenario and row.
    pub run: String,
    /// Seconds of that run, and of all runs of the mutant.
    pub seconds: [f64; 2],
}

/// How a mutant survived.
#[derive(Clone, Debug, Default)]
pub struct Survival {
    /// The number of runs that reach it, and how many of them ended by themselves.
    pub runs: [usize; 2],
    /// Runs that were stopped, found too little, or failed for another reason, and why.
    pub notes: Vec<String>,
    /// One of them found too little, for which the gate fails.
    pub is_vacuous: bool,
    /// Seconds of all its runs.
    pub seconds: f64,
}

/// A run with a mutant may take so much longer than without: seconds, and as a multiple.
const LATE: (f64, f64) = (5.0, 4.0);

/// More memory than any run takes without a mutant.
const MOST_MEMORY: u64 = 2048;

/// The runs that count for the mutant of this number; `function`: the numbers of all of its function.
pub fn runs<'b>(baseline: &'b Baseline, number: u32, function: &[u32]) -> Vec<&'b Run> {
    let reaches = |run: &&Run| run.reached.contains(&number);
    let uses = |run: &&Run| function.iter().any(|number| run.reached.contains(number));
    let first = || baseline.runs.iter().filter(|run| run.kind != Kind::Row);
    if first().any(|run| uses(&run)) {
        first().filter(reaches).collect()
    } else {
        baseline.runs.iter().filter(reaches).collect()
    }
}

/// Runs the mutant, for at most so long.
pub fn attempt(worker: &Worker, runs: &[&Run], number: u32, most: Duration) -> Fate {
    let worker =
        Worker { variables: vec![(ON.into(), number.to_string().into())], ..worker.clone() };
    let start = Instant::now();
    let mut survival = Survival { runs: [runs.len(), 0], ..Survival::default() };
    for before in runs {
        let left = most.saturating_sub(start.elapsed());
        if left.is_zero() {
            survival.notes.push(format!("stopped after {} s", most.as_secs()));
            break;
        }
        let report = run(&worker, &limited(before, left), false, &Progress::plain(0)).report;
        let name = name(&before.job);
        match report.verdict {
            Verdict::Violated => {
                let seconds = [report.seconds, start.elapsed().as_secs_f64()];
                let by = killer(&report);
                return Fate::Killed(Kill { kind: before.kind, by, run: name, seconds });
            }
            Verdict::Held => survival.runs[1] += 1,
            Verdict::Vacuous | Verdict::Incomplete | Verdict::Error => {
                survival.is_vacuous |= report.verdict == Verdict::Vacuous;
                survival.notes.push(format!("{name} is {}: {}", report.verdict, report.note));
            }
        }
    }
    survival.seconds = start.elapsed().as_secs_f64();
    Fate::Survived(survival)
}

/// The job with limits, since a mutant may go on for ever.
fn limited(before: &Run, left: Duration) -> Job {
    let mut job = before.job.clone();
    let most = (LATE.0 + LATE.1 * before.seconds).min(left.as_secs_f64());
    job.limits.max_seconds = Some(most.ceil() as u64);
    let search = job.limits.search.get_or_insert_default();
    search.max_memory = search.max_memory.or(Some(MOST_MEMORY));
    job
}

fn killer(report: &Report) -> String {
    match &report.found {
        Some(found) if found.check == "throw" => format!("throw: {}", found.message),
        Some(found) => found.check.clone(),
        None => report.note.clone(),
    }
}

fn name(job: &Job) -> String {
    format!("{}/{} {}", job.suite, job.scenario, job.row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use checks::suite;
    use sync::driver::Engine;

    fn baseline() -> Baseline {
        let job = suite::jobs(Engine::Explore).remove(0);
        let run = |kind, reached: &[u32]| Run {
            job: job.clone(),
            kind,
            seconds: 2.0,
            reached: reached.iter().copied().collect(),
        };
        Baseline::of(vec![
            run(Kind::Suite, &[1]),
            run(Kind::Row, &[1, 2, 3]),
            run(Kind::Release, &[4]),
        ])
    }

    #[test]
    fn a_row_counts_for_a_function_that_nothing_else_uses() {
        let baseline = baseline();
        let kinds = |number, function: &[u32]| -> Vec<Kind> {
            runs(&baseline, number, function).iter().map(|run| run.kind).collect()
        };
        assert_eq!(kinds(1, &[1]), [Kind::Suite]);
        assert_eq!(kinds(2, &[1, 2]), []);
        assert_eq!(kinds(2, &[2, 3]), [Kind::Row]);
        assert_eq!(kinds(3, &[3, 4]), []);
        assert_eq!(kinds(5, &[5]), []);
    }

    #[test]
    fn a_run_is_stopped_some_time_after_it_would_have_ended() {
        let baseline = baseline();
        let seconds =
            |left| limited(&baseline.runs[0], Duration::from_secs(left)).limits.max_seconds;
        assert_eq!(seconds(100), Some(13));
        assert_eq!(seconds(7), Some(7));
    }
}
