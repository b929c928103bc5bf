//! `pidle gate --ask-always`: checks that are asked on change, compared with those that are asked at each step.

use harness::report::{Job, Limits, Report};
use harness::verdict::Verdict;
use sync::driver::Engine;

use crate::gate::gated::{Remark, Task};
use crate::gate::shard::Costs;

/// Each task and, of one that a search carries out and that took no more than `within` seconds when it was last
/// measured, the same once more, with each check asked at each step.
pub fn twice(tasks: Vec<Task>, within: Option<f64>) -> Vec<Task> {
    let costs = Costs::known();
    let with_always = |(engine, job): Task| {
        let short = within.is_none_or(|seconds| costs.of(engine, &job) <= seconds);
        let searched = short && (engine == Engine::Explore || job.limits.search.is_some());
        let limits = Limits { ask_always: true, ..job.limits.clone() };
        let always = searched.then(|| (engine, Job { limits, ..job.clone() }));
        [Some((engine, job)), always].into_iter().flatten()
    };
    tasks.into_iter().flat_map(with_always).collect()
}

/// The reports of [`twice`] without those in which checks were asked always; and where those say something else.
pub fn once(reports: Vec<Report>) -> (Vec<Report>, Vec<Remark>) {
    let mut once: Vec<Report> = Vec::new();
    let mut remarks = Vec::new();
    for report in reports {
        match once.last().filter(|_| report.job.limits.ask_always) {
            Some(on_change) => remarks.extend(differs(on_change, &report)),
            None => once.push(report),
        }
    }
    (once, remarks)
}

/// What differs: of the verdict, the failing execution, the endings, and all that is counted.
fn differs(on_change: &Report, always: &Report) -> Option<Remark> {
    let all = |report: &Report| {
        let Report {
            verdict, executions, extent, searched, found, endings, sometimes, note, ..
        } = report;
        let came = (verdict, executions, extent, searched, found, endings, sometimes, note);
        format!("{came:?}")
    };
    let (on_change_all, always_all) = (all(on_change), all(always));
    let Report { job, engine, .. } = on_change;
    (on_change_all != always_all).then(|| Remark {
        verdict: Verdict::Error,
        what: format!(
            "{} with {} on {engine}: checks asked on change say {on_change_all}; asked at each step, they say \
             {always_all}",
            job.scenario, job.row
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::story::sample;

    fn always(report: Report) -> Report {
        let limits = Limits { ask_always: true, ..report.job.limits.clone() };
        Report { job: Job { limits, ..report.job }, ..report }
    }

    #[test]
    fn what_is_the_same_is_reported_once() {
        let report = sample::report();
        // Of a sample, only one run is made.
        let sampled = Report { engine: "shuttle".into(), ..sample::report() };
        let again = Report { seconds: 9.0, ..always(sample::report()) };
        let (reports, remarks) = once(vec![report.clone(), again, sampled.clone()]);
        assert_eq!((reports, remarks), (vec![report, sampled], Vec::new()));
    }

    #[test]
    fn what_differs_is_an_error() {
        let report = sample::report();
        let others = [
            Report { verdict: Verdict::Held, ..report.clone() },
            Report { executions: 7, ..report.clone() },
            Report { found: None, ..report.clone() },
            Report { endings: [("throw".into(), 2)].into(), ..report.clone() },
            Report { sometimes: Vec::new(), ..report.clone() },
            Report { searched: Some(sync::driver::Statistics::default()), ..report.clone() },
        ];
        for other in others {
            let (reports, remarks) = once(vec![report.clone(), always(other.clone())]);
            assert_eq!((reports.len(), remarks.len()), (1, 1), "{other:?}");
            assert_eq!(remarks[0].verdict, Verdict::Error);
            assert!(
                remarks[0].what.starts_with("sleep-ready-park with UNLINKED_BY_HAND on loom"),
                "{}",
                remarks[0].what
            );
        }
    }
}
