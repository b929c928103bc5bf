//! A G is suspended, and one of the steps is left out.
//!
//! `runtime-model/src/suspend.rs` has the steps, and the schedule of two Gs that wait for each other.

use runtime_model::g::{AtomicStatus, GStatus, G};
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use sync::driver::Engine;

use crate::bug::Symptom::{Hang, Throw};
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const STAYS: &str = "a suspended G stays as it is";
const SCANNED: &str = "casfrom_Gscanstatus: gp->status is not in scan state";

/// Does not wait while the scan bit is set.
fn casgstatus_at_once(g: &G, old: GStatus, new: GStatus) {
    g.atomicstatus.iter().for_each(|word| word.store(AtomicStatus::of(new)));
    assert!(g.status.replace(new) == old, "casgstatus: bad incoming values");
}

const MOVED: &[Shows] = &[
    Shows::invariant("suspend-beside-ready", STAYS).on(EXPLORE),
    Shows::symptom("suspend-beside-ready", Throw(SCANNED)).on(EXPLORE),
];
const RUNS_ON: &[Shows] = &[Shows::symptom("suspend-stopper", Hang).on(EXPLORE)];

/// The rows.
pub const BUG: Bug = Bug {
    number: "suspend",
    aliases: &["N12"],
    title: "a G runs while it is suspended, or two Gs wait for each other to stop",
    saw: "a crash while stacks are scanned; or a hang of all goroutines",
    releases: "none, as far as these steps go",
    references: &["https://go.dev/src/runtime/preempt.go", "https://go.dev/cl/533455"],
    fixed: "casgstatus waits for the scan bit; stopTheWorld counts its G as waiting",
    release: None,
    mutants: &[
        Mutant {
            name: "readied-at-once",
            about: "an M that readies or executes a G does not wait for its scan bit",
            steps: Steps { casgstatus: casgstatus_at_once, ..GO_1_19_FIXED },
            shows: MOVED,
            masked: None,
        },
        Mutant {
            name: "readied-at-once-in-1.27",
            about: "the same with the rest of 1.27",
            steps: Steps { casgstatus: casgstatus_at_once, ..GO_FIXED },
            shows: MOVED,
            masked: None,
        },
        Mutant {
            name: "stopper-runs-on",
            about:
                "a G that stops the world counts as running, so the M that suspends it waits for it",
            steps: Steps { can_be_suspended: |_, _| {}, ..GO_1_19_FIXED },
            shows: RUNS_ON,
            masked: None,
        },
        Mutant {
            name: "stopper-runs-on-in-1.27",
            about: "the same with the rest of 1.27",
            steps: Steps { can_be_suspended: |_, _| {}, ..GO_FIXED },
            shows: RUNS_ON,
            masked: None,
        },
    ],
};
