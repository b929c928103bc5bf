//! `pidle gate --nightly`: what the gate searches within a bound, with more preemptions and then without a bound, as
//! far as the time goes.
//!
//! The programs share the time that the gate leaves. Of each program, the report is that of the last search that came
//! to an end, and its note says which one did not.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use checks::suite::further::{ladders, Ladder};
use harness::report::{Job, Limits, Report};
use harness::verdict::Verdict;
use sync::driver::Engine;

use crate::engines::run::{run, unfinished};
use crate::engines::workers::Workers;
use crate::gate::gated::Gated;
use crate::text::progress::Progress;
use crate::{at_once, cli, interrupt};

/// Searches further than `gated`, until the time since `start` is used up, and adds the reports to it.
pub fn go_further(
    gated: Gated,
    start: Instant,
    arguments: &cli::Gate,
    workers: &Workers,
    progress: &Progress,
) -> Gated {
    let (ladders, begun) = (ladders(), Instant::now());
    let by_the_gate =
        |ladder: &Ladder| gated.reports.iter().find(|report| is_first_of(ladder, report));
    let left = |ladder: &Ladder| ladder.bounds.len() - usize::from(by_the_gate(ladder).is_some());
    progress.expect(ladders.iter().map(left).sum());
    let at_once = arguments.jobs.unwrap_or_else(at_once::cores);
    let shares = Shares {
        end: start + Duration::from_secs(60 * arguments.minutes),
        left: AtomicUsize::new(ladders.len()),
        at_once,
    };
    let reports = at_once::map(&ladders, at_once, |ladder| {
        let worker = workers.get(Engine::Explore)?;
        let search = |job: &Job| run(&worker, job, false, progress).report;
        Some(climb(ladder, by_the_gate(ladder), Instant::now() + shares.next(), search))
    });
    let begun_or_not = reports.into_iter().map(Option::flatten).zip(&ladders);
    let further = begun_or_not.map(|(report, ladder)| {
        report.unwrap_or_else(|| without_any(&ladder.job, "not begun when it was interrupted"))
    });
    gated.with(further.collect(), begun.elapsed().as_secs_f64())
}

/// How the ladders share the time.
struct Shares {
    end: Instant,
    /// Ladders that have not been begun.
    left: AtomicUsize,
    at_once: NonZeroUsize,
}

impl Shares {
    /// The time of the next ladder: an equal share of what is left now, so that what a short one leaves goes to the
    /// others.
    fn next(&self) -> Duration {
        let rounds = self.left.fetch_sub(1, Ordering::Relaxed).div_ceil(self.at_once.get());
        let left = self.end.saturating_duration_since(Instant::now());
        left / u32::try_from(rounds.max(1)).unwrap_or(u32::MAX)
    }
}

/// The report is of the ladder's first search, which the gate has run already, and it held.
fn is_first_of(ladder: &Ladder, report: &Report) -> bool {
    let (job, first) = (&report.job, &ladder.job);
    let same = (&job.scenario, &job.row, job.mode) == (&first.scenario, &first.row, first.mode);
    let of_explore = report.engine == Engine::Explore.name();
    same && of_explore && job.limits == first.limits && report.verdict == Verdict::Held
}

/// One search after the other, until one does not end by `end`, or does not hold. The first one may have been run
/// before.
fn climb(
    ladder: &Ladder,
    first: Option<&Report>,
    end: Instant,
    search: impl Fn(&Job) -> Report,
) -> Report {
    let mut last = first.map(|report| Report {
        job: Job { suite: ladder.job.suite.clone(), ..report.job.clone() },
        ..report.clone()
    });
    for bound in ladder.bounds.iter().skip(usize::from(last.is_some())) {
        let left = end.saturating_duration_since(Instant::now()).as_secs();
        if left == 0 || interrupt::requested() {
            return not_ended(ladder, last, *bound, None);
        }
        let limits = Limits { bound: *bound, max_seconds: Some(left), ..ladder.job.limits.clone() };
        let report = search(&Job { limits, ..ladder.job.clone() });
        match report.verdict {
            Verdict::Held => last = Some(report),
            Verdict::Incomplete => return not_ended(ladder, last, *bound, Some(report)),
            _ => return report,
        }
    }
    last.unwrap_or_else(|| without_any(&ladder.job, "it has no search"))
}

/// The last search that ended, if one did; and which one did not.
fn not_ended(
    ladder: &Ladder,
    last: Option<Report>,
    bound: Option<usize>,
    stopped: Option<Report>,
) -> Report {
    let bound = bound.map_or("without a bound".into(), |bound| format!("with bound {bound}"));
    let after = stopped.as_ref().map_or("was not begun in time".into(), |report| {
        let states = report.searched.map_or(0, |searched| searched.states);
        format!("did not end in {:.0} s, after {states} states", report.seconds)
    });
    let note = format!("the search {bound} {after}");
    match (last, stopped) {
        (Some(last), _) => Report { note, ..last },
        (None, Some(stopped)) => stopped,
        (None, None) => without_any(&ladder.job, &note),
    }
}

fn without_any(job: &Job, note: &str) -> Report {
    unfinished(Engine::Explore, job, Verdict::Incomplete, note.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::story::sample;

    fn ladder(bounds: &[Option<usize>]) -> Ladder {
        let job = sample::counterexample().header.job;
        Ladder { job, bounds: bounds.to_vec() }
    }

    /// What is reported if the search with each bound ends so.
    fn climbed(searches: &[(Option<usize>, Verdict)]) -> Report {
        let bounds: Vec<_> = searches.iter().map(|(bound, _)| *bound).collect();
        climb(&ladder(&bounds), None, Instant::now() + Duration::from_secs(1_000), |job| {
            let (_, verdict) =
                searches.iter().find(|(bound, _)| *bound == job.limits.bound).unwrap();
            Report { job: job.clone(), verdict: *verdict, ..sample::report() }
        })
    }

    #[test]
    fn the_report_is_of_the_last_search_that_ended_and_names_the_one_that_did_not() {
        use Verdict::{Held, Incomplete};
        let report = climbed(&[(Some(4), Held), (Some(5), Held), (None, Incomplete)]);
        assert_eq!((report.verdict, report.job.limits.bound), (Held, Some(5)));
        assert!(report.note.starts_with("the search without a bound did not end in"), "{report:?}");
        let report = climbed(&[(Some(4), Held), (None, Held)]);
        assert_eq!((report.verdict, report.job.limits.bound), (Held, None));
    }

    #[test]
    fn without_a_search_that_ended_it_is_incomplete() {
        let report = climbed(&[(Some(4), Verdict::Incomplete), (None, Verdict::Held)]);
        assert_eq!(report.verdict, Verdict::Incomplete);
        let never = |_: &Job| -> Report { panic!("there is no time for it") };
        let report = climb(&ladder(&[Some(4)]), None, Instant::now(), never);
        assert_eq!(report.verdict, Verdict::Incomplete);
        assert_eq!(report.note, "the search with bound 4 was not begun in time");
    }

    #[test]
    fn what_the_gate_has_searched_is_not_searched_again() {
        let ladder = ladder(&[Some(4), None]);
        let job = Job { suite: "more-ms".into(), ..ladder.job.clone() };
        let held =
            Report { job, engine: "explore".into(), verdict: Verdict::Held, ..sample::report() };
        let ladder =
            Ladder { job: Job { limits: held.job.limits.clone(), ..ladder.job }, ..ladder };
        assert!(is_first_of(&ladder, &held));
        assert!(!is_first_of(&ladder, &Report { engine: "shuttle".into(), ..held.clone() }));
        assert!(!is_first_of(&ladder, &Report { verdict: Verdict::Vacuous, ..held.clone() }));
        let never = |_: &Job| -> Report { panic!("there is no time for it") };
        let report = climb(&ladder, Some(&held), Instant::now(), never);
        assert_eq!((report.verdict, report.job.suite), (Verdict::Held, ladder.job.suite.clone()));
        assert_eq!(report.note, "the search without a bound was not begun in time");
    }

    #[test]
    fn a_failure_is_the_report() {
        let report = climbed(&[(Some(4), Verdict::Held), (Some(5), Verdict::Violated)]);
        assert_eq!((report.verdict, report.job.limits.bound), (Verdict::Violated, Some(5)));
    }

    #[test]
    fn each_ladder_has_a_share_of_what_is_left() {
        let at_once = NonZeroUsize::new(2).unwrap();
        let end = Instant::now() + Duration::from_secs(1_000);
        let shares = Shares { end, left: AtomicUsize::new(5), at_once };
        // Three rounds of two at once are to come, then two, then one.
        let shares: Vec<u64> = (0..5).map(|_| shares.next().as_secs().div_ceil(10)).collect();
        assert_eq!(shares, [34, 50, 50, 100, 100]);
    }
}
