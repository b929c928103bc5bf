//! Two Ms ready one G at the same time.

mod common;

use harness::report::Mode;
use harness::run::{self, Subject, What};
use harness::scenario::Scenario;
use harness::verdict::Verdict;
use runtime_model::steps::GO_FIXED;
use sync::driver::Control;
use sync::Arc;

sync::exhausted! {
    /// B starts once A has parked, as main keeps the only other P. So of the two wakeups for A, the first ends a park,
    /// and the second ends the other one or leaves a permit for it; neither finds a permit. But between two looks that
    /// main takes at A, A may park and B may wake it: to main, A is away before and after, and was parked in between.
    fn the_second_of_two_wakers_leaves_a_permit() {
        let lines = [
            "main: go A; ready A; busy-until a",
            "A: go B; park; park; set a",
            "B: ready A",
        ];
        let subject = Subject {
            what: What::Scenario(Scenario::new("two-wakers", "two wakers of one G", 2, 2, &lines)),
            steps: GO_FIXED,
            sources: Vec::new(),
            content: &checks::CONTENT,
        };
        for mode in [Mode::Symptoms, Mode::Invariants] {
            let job = common::job("two-wakers", mode);
            let report = run::run(&subject, &job, Arc::new(|_| Control::Go)).expect("a run").report;
            assert_eq!((report.verdict, &*report.extent), (Verdict::Held, "exhaustive"), "{report:?}");
        }
    }
}
