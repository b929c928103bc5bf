//! The last look at GC work is for idle mark workers alone, so work for a dedicated one may wait beside an idle P.
//!
//! An M in its last look takes a P for an idle worker, if one more may run. In some cycles none may: with a memory limit and no other
//! target (GOGC=off) the only workers are the dedicated ones. A G that submits work then relies on the M that spins:
//!
//! ```text
//! M0, executing main             M1, spinning
//!                                sees no work
//! publishes work; nmspinning is 1: wakes no M
//!                                drops P1; nmspinning--
//!                                last look: no idle worker may run
//!                                parks                       the work waits beside the idle P1
//! ```
//!
//! The submitter has a G preempted on another P instead; P1 has none. The work waits until an M looks for Gs with a P. No issue is
//! known. The mend is ours: the M takes the P if a dedicated worker is needed, and finds the worker as it looks for Gs.

use runtime_model::steps::{GcSteps, Steps, GC_1_27, GC_FIXED, GO_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows, Symptom};
use crate::issue_14179::WORK_WAITS;

const SCENARIO: &str = "gc-dedicated-all";
const EXPLORE: &[Engine] = &[Engine::Explore];
const NAME: &str = "the last look does not look for a dedicated mark worker";

/// `base` with our mend.
pub const fn fixed_in(base: Steps) -> Steps {
    Steps { gc: GcSteps { recheck_gc: GC_FIXED.recheck_gc, ..base.gc }, ..base }
}

const AS_IN_GO: Steps = Steps { gc: GC_1_27, ..GO_FIXED };

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "dedicated-last-look",
    aliases: &[],
    title: "the last look does not look for work of a dedicated mark worker",
    saw: "a garbage collection that waits beside an idle CPU for up to 10 ms, where idle mark workers may not run",
    releases: "1.19 to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "nothing, in Go; here the last look takes a P for a dedicated worker, too",
    release: Some(InRelease {
        mend: Mend { name: "dedicated-last-look", bug: NAME, fixed_in },
        expected: &[ExpectedFailure {
            bug: NAME,
            row: "GO_1_27",
            scenario: SCENARIO,
            check: WORK_WAITS,
            fixed_row: "GO_1_27+fix-dedicated-last-look-and-45867",
        }],
    }),
    mutants: &[Mutant {
        name: "as-in-1.27",
        about: "the last look takes a P for an idle mark worker alone",
        steps: AS_IN_GO,
        shows: &[
            Shows::invariant(SCENARIO, WORK_WAITS).on(EXPLORE),
            Shows::symptom(SCENARIO, Symptom::Hang).on(EXPLORE),
        ],
        masked: None,
    }],
};
