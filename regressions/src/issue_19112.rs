//! golang/go#19112: from Go 1.9 to 1.25, GC work that is submitted while a P is idle waits beside it.
//!
//! Go 1.8 woke an M for it (golang/go#14179). That was in a place where the submitter might hold the scan bit of a G, and the M that
//! `startm` wants the lock of may wait for that bit: a deadlock. So the wakeup was taken out, and the work waits until some M looks
//! for Gs. Go 1.26 wakes an M again: its submitters hold no scan bit.
//!
//! ```text
//! M0, executing main             M1
//!                                finds no work; parks
//! publishes work; wakes no M
//! keeps its P busy                                    the work waits beside the idle P1
//! ```
//!
//! In Go the busy G is preempted after 10 ms, and then its M runs a worker. A P that is handed off is another chance for the work, if
//! the handing off looks for it (golang/go#13645).

use runtime_model::steps::{GcSteps, Steps, GC_1_19, GC_1_19_FIXED, GO_1_19_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows, Symptom};
use crate::issue_14179::WORK_WAITS;

const EXPLORE: &[Engine] = &[Engine::Explore];

/// `base` with the wakeup that Go has since 1.26.
pub const fn fixed_in(base: Steps) -> Steps {
    Steps { gc: GcSteps { enlist_worker: GC_1_19_FIXED.enlist_worker, ..base.gc }, ..base }
}

/// [`GO_1_19_FIXED`] with no wakeup.
pub const WAKES_NONE: Steps = Steps { gc: GC_1_19, ..GO_1_19_FIXED };

const HANDED_OFF: Steps =
    Steps { gc: GcSteps { work_at_handoff: |_| false, ..GC_1_19 }, ..GO_1_19_FIXED };

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "19112",
    aliases: &[],
    title: "a G that makes GC work wakes no M for it",
    saw: "a garbage collection that uses fewer CPUs than are idle, for up to 10 ms",
    releases: "1.9 to 1.25",
    references: &["https://go.dev/issue/19112", "https://go.dev/cl/37093"],
    fixed: "the wakeup in enlistWorker, since 1.26",
    release: Some(InRelease {
        mend: Mend { name: "19112", bug: "golang/go#19112", fixed_in },
        expected: &[ExpectedFailure {
            bug: "golang/go#19112",
            row: "GO_13F6BE28",
            scenario: "gc-beside-busy",
            check: WORK_WAITS,
            fixed_row: "GO_13F6BE28+fix-19112",
        }],
    }),
    mutants: &[
        Mutant {
            name: "wakes-none",
            about: "a G that makes GC work wakes no M",
            steps: WAKES_NONE,
            shows: &[
                Shows::invariant("gc-beside-busy", WORK_WAITS).on(EXPLORE),
                Shows::symptom("gc-beside-busy", Symptom::Hang).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "handed-off-without-a-look",
            about: "nor does handoffp look for GC work (golang/go#13645)",
            steps: HANDED_OFF,
            shows: &[Shows::invariant("gc-beside-handoff", WORK_WAITS).on(EXPLORE)],
            masked: None,
        },
    ],
};
