//! GC workers: what a search remembers of them; and the end of marking.

use crate::common::{hold_in, no_checkpoint_forgets, shows};
use runtime_model::steps::{GO_1_19_FIXED, GO_FIXED};

#[sync::test(restoring)]
fn no_checkpoint_of_a_gc_worker_forgets_what_matters() {
    no_checkpoint_forgets(&[
        "gc-assist",
        "gc-at-start",
        "gc-beside-busy",
        "gc-dedicated",
        "gc-long",
        "gc-wait-beside-retake",
    ]);
}

/// The numbers are the model's: they change with every operation and every checkpoint of it.
#[sync::test(restoring)]
fn programs_that_wait_for_the_end_of_marking_hold_in_every_state() {
    hold_in(
        GO_1_19_FIXED,
        &[
            ("gc-wait-beside-handoff", 383),
            ("gc-wait-beside-retake", 461),
            ("gc-wait-beside-mark", 108_344),
        ],
    );
    hold_in(
        GO_FIXED,
        &[
            ("gc-wait-beside-handoff", 379),
            ("gc-wait-beside-retake", 465),
            ("gc-wait-beside-mark", 106_538),
        ],
    );
}

#[sync::test(exploring)]
fn each_row_of_an_allocation_that_assists_shows_what_it_says() {
    shows(&["10573"]);
}
