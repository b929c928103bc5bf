//! GOMAXPROCS shrinks, and what is in the limiter's bucket just fits in: the limiter stays off.
//!
//! The limiter has mark assists left out while its bucket is full. Where the bucket becomes full by what is added, as much as fits
//! in counts as full. Where it becomes smaller, Go compares: more than fits in enables the limiter, less disables it. As much as
//! fits in changes nothing, so the limiter is off, with a full bucket. It stays off whatever is added then, since a full bucket
//! counts as one that has enabled it, until there was room again.
//!
//! In Go the bucket counts nanoseconds, so this is rare.

use runtime_model::steps::{GcSteps, Steps, GC_1_27, GC_FIXED, GO_1_19_FIXED, GO_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const SCENARIO: &str = "gc-then-shrink";
const FULL: &str = "assists are left out while the limiter's bucket is full";
const NAME: &str = "the limiter stays off if its bucket is just full when GOMAXPROCS shrinks";
const SHOWS: &[Shows] = &[Shows::invariant(SCENARIO, FULL).on(&[Engine::Explore])];

/// `base` with our mend.
const fn fixed_in(base: Steps) -> Steps {
    Steps { gc: GcSteps { resize_bucket: GC_FIXED.resize_bucket, ..base.gc }, ..base }
}

/// `base` as in Go.
const fn as_in_go(base: Steps) -> Steps {
    Steps { gc: GcSteps { resize_bucket: GC_1_27.resize_bucket, ..base.gc }, ..base }
}

const fn in_release(row: &'static str, fixed_row: &'static str) -> ExpectedFailure {
    ExpectedFailure { bug: NAME, row, scenario: SCENARIO, check: FULL, fixed_row }
}

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "full-bucket",
    aliases: &[],
    title: NAME,
    saw: "a garbage collector that takes more of the CPUs than the limiter allows, after GOMAXPROCS has shrunk",
    releases: "1.19 to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/mgclimit.go"],
    fixed: "nothing, in Go; here a bucket that is just full enables the limiter",
    release: Some(InRelease {
        mend: Mend { name: "full-bucket", bug: NAME, fixed_in },
        expected: &[
            in_release("GO_13F6BE28", "GO_13F6BE28+fix-full-bucket"),
            in_release("GO_1_27", "GO_1_27+fix-full-bucket"),
        ],
    }),
    mutants: &[
        Mutant {
            name: "as-in-1.19",
            about: "a bucket that is just full changes nothing",
            steps: as_in_go(GO_1_19_FIXED),
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "as-in-1.27",
            about: "the same with the rest of 1.27",
            steps: as_in_go(GO_FIXED),
            shows: SHOWS,
            masked: None,
        },
    ],
};
