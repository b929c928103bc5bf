//! Two Ms ready one G at the same time.

use harness::report::Mode;
use harness::verdict::Verdict;

/// B starts once A has parked, as main keeps the only other P. So of the two wakeups for A, the first ends a park,
/// and the second ends the other one or leaves a permit for it; neither finds a permit. But between two looks that
/// main takes at A, A may park and B may wake it: to main, A is away before and after, and was parked in between.
#[sync::test(restoring)]
fn the_second_of_two_wakers_leaves_a_permit() {
    for mode in [Mode::Symptoms, Mode::Invariants] {
        let report = crate::common::run(&crate::common::job("two-wakers", mode));
        let came_to = (report.verdict, &*report.extent);
        assert_eq!(came_to, (Verdict::Held, "exhaustive"), "{report:?}");
    }
}
