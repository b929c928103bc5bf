//! The truth: what its table rests on.

mod common;

use checks::report::{Expect, Job, Mode};
use checks::verdict::Verdict;
use regressions::{rows, truth};
use runtime_model::steps::{Steps, GO_13F6BE28};
use sync::{Engine, ENGINE};

const T3: &str = "findrunnable: negative nmspinning";

sync::explored! {
    /// The cells in which the model throws one text more: with Go 1.19's `wakep` it takes a race that
    /// neither a sample nor two preemptions show, and a search of all executions does.
    fn with_the_wakep_of_1_19_the_second_throw_is_rare() {
        for also in truth::ALSO {
            let row = rows::find(also.row).expect("a row").steps;
            let steps = Steps { wakep: GO_13F6BE28.wakep, ..row };
            let mut job = common::job(also.scenario, Mode::Symptoms);
            job.expect = Expect::Ends { how: vec![T3.into(), also.throws.into()] };
            let report = common::run_with(steps, &job);
            assert_eq!(report.verdict, Verdict::Held, "{report:?}");
            let second = report.endings.contains_key(also.throws);
            assert!(!second || ENGINE == Engine::Explore, "{report:?}");
        }
    }

    /// An ending that was not expected is seen, and so is one that does not come.
    fn a_cell_that_differs_is_violated() {
        let ends = |row: &str, how: &[&str]| {
            let mut job = common::job("sleepers", Mode::Symptoms);
            job.row = row.into();
            job.expect = Expect::Ends { how: how.iter().map(|&name| name.into()).collect() };
            common::run(&Job { limits: checks::report::Limits { executions: 20, ..job.limits.clone() }, ..job })
        };
        assert_eq!(ends("GO_FIXED", &[]).verdict, Verdict::Held);
        let less = ends("GO_FIXED", &[T3]);
        assert_eq!((less.verdict, &*less.note), (Verdict::Violated, "expected was findrunnable: negative nmspinning; nothing failed"));
        let more = ends("53294/unlinked-by-hand", &[]);
        assert_eq!(more.verdict, Verdict::Violated);
        assert!(more.note.contains("found was must be able to track"), "{}", more.note);
        let other = ends("53294/unlinked-by-hand", &[T3]);
        assert_eq!(other.verdict, Verdict::Violated, "{}", other.note);
    }

    /// loom stops at the first failure; a search tells each kind of it; a sample goes on, so that the share
    /// of those that fail is known.
    fn all_but_loom_go_on_after_a_failure() {
        let mut job = common::job("sleepers", Mode::Symptoms);
        job.row = "53294/unlinked-by-hand".into();
        job.limits.executions = 20;
        job.expect = Expect::Ends { how: vec!["must be able to track idle limiter event".into()] };
        let report = common::run(&job);
        let failed: u64 = report.endings.values().sum();
        match ENGINE {
            Engine::Explore => assert_eq!((failed, &*report.extent), (1, "exhaustive")),
            Engine::Loom => assert_eq!((failed, report.executions), (1, 1)),
            _ => assert_eq!((failed, report.executions), (180, 180)),
        }
    }
}
