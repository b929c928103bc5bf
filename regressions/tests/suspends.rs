//! Gs that are suspended: the number of the states of their programs, what each row shows, and which plain accesses are ordered.

use crate::common::{failing, hold_in, job, no_checkpoint_forgets, run_with, shows};
use harness::report::Mode;
use runtime_model::steps::{GO_1_19_FIXED, GO_FIXED};

/// The numbers are the model's: they change with every operation and every checkpoint of it.
#[sync::test(restoring)]
fn programs_that_suspend_a_g_hold_in_every_state() {
    hold_in(
        GO_1_19_FIXED,
        &[
            ("suspend-beside-ready", 174_364),
            ("suspend-busy", 12_794),
            ("suspend-beside-call", 31_639),
            ("suspend-stopper", 23_613),
        ],
    );
    hold_in(
        GO_FIXED,
        &[
            ("suspend-beside-ready", 169_670),
            ("suspend-busy", 12_466),
            ("suspend-beside-call", 31_396),
            ("suspend-stopper", 22_951),
        ],
    );
}

#[sync::test(restoring)]
fn each_row_shows_what_it_says() {
    shows(&["suspend", "scanned-call"]);
}

#[sync::test(restoring)]
fn no_checkpoint_of_a_suspension_forgets_what_matters() {
    no_checkpoint_forgets(&["suspend-busy", "suspend-beside-call"]);
}

/// The scan bit orders what the M that has it does to the G, and what the G's own M does.
#[sync::test(restoring)]
fn a_suspended_g_is_accessed_by_one_m() {
    for steps in [GO_1_19_FIXED, GO_FIXED] {
        let mut job = job("suspend-busy", Mode::Races);
        job.limits.bound = Some(2);
        assert_eq!(failing(&run_with(steps, &job)), None);
    }
}
