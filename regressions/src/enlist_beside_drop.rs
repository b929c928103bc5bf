//! A G that makes GC work finds no P idle and wakes no M, while an M that has seen no work is about to drop its P.
//!
//! It is golang/go#45867, for GC work. An M that spins takes a last look once it has dropped its P. One that may not spin, since
//! enough others do, takes none:
//!
//! ```text
//! M0, executing main             M1, not spinning              M2, spinning
//!                                                              drops P1
//!                                last look: takes P1 for work
//!                                the work is gone
//!                                M2 spins: does not
//!                                sees no work
//!                                                              nmspinning--; parks
//! publishes work; npidle is 0:
//! wakes no M
//!                                drops P1; parks               the work waits beside the idle P1
//! ```
//!
//! For Gs, `wakep` has the M that drops a P look again (`needspinning`, since Go 1.20). The submitter of GC work calls `wakep` only
//! if it has seen an idle P. So the work waits until an M looks for Gs with a P. No issue is known. The mend is ours: it always calls
//! `wakep`.

use runtime_model::steps::{GcSteps, Steps, GC_1_27, GC_FIXED, GO_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows, Symptom};
use crate::issue_14179::WORK_WAITS;

const SCENARIO: &str = "gc-beside-drop";
const EXPLORE: &[Engine] = &[Engine::Explore];
const NAME: &str = "a G that makes GC work wakes no M beside one that drops its P";

/// `base` with our mend.
pub const fn fixed_in(base: Steps) -> Steps {
    Steps { gc: GcSteps { enlist_worker: GC_FIXED.enlist_worker, ..base.gc }, ..base }
}

const AS_IN_1_26: Steps =
    Steps { gc: GcSteps { enlist_worker: GC_1_27.enlist_worker, ..GC_FIXED }, ..GO_FIXED };

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "enlist-beside-drop",
    aliases: &[],
    title: NAME,
    saw: "a garbage collection that waits beside an idle CPU for up to 10 ms",
    releases: "1.26 to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/mgcpacer.go"],
    fixed: "nothing, in Go; here an M that drops its P looks again, as for Gs",
    release: Some(InRelease {
        mend: Mend { name: "enlist-beside-drop", bug: NAME, fixed_in },
        expected: &[ExpectedFailure {
            bug: NAME,
            row: "GO_1_27",
            scenario: SCENARIO,
            check: WORK_WAITS,
            fixed_row: "GO_1_27+fix-enlist-beside-drop",
        }],
    }),
    mutants: &[Mutant {
        name: "as-in-1.26",
        about: "a G that makes GC work calls wakep only if it has seen an idle P",
        steps: AS_IN_1_26,
        shows: &[
            Shows::invariant(SCENARIO, WORK_WAITS).on(EXPLORE),
            Shows::symptom(SCENARIO, Symptom::Hang).on(EXPLORE),
        ],
        masked: None,
    }],
};
