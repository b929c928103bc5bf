//! golang/go#51654: a heap without timers keeps the time of one that was stopped.
//!
//! A timer was modified to fire earlier, and stopped. It stays on the heap until an M takes it off. That M may do so
//! before the timer's time, and then leaves `timerModifiedEarliest` as it is:
//!
//! ```text
//! A, on P1; P0 is idle                      an M on P1, at 4
//! modifies T, on P0 and of 11, to 6
//! stops T; waits for P0's other timer
//!                                           runs that timer, which readies A
//!                                           takes T off, as it comes next; P0 has no timers
//! sleeps until 13, on P1
//!                                           P0's next time is 6
//! ```
//!
//! From 6 on the word is past, and no timer is there to be run. Whoever looks at P0's times finds one that is due; but an M
//! that looks at an empty heap does not get as far as to clear the word. In real time an M spins; under faketime the
//! clock jumps to 6 again and again.

use runtime_model::steps::{Steps, TimerSteps, GO_13F6BE28, GO_1_19_FIXED, TIMER_STEPS};

use crate::bug::Symptom::Livelock;
use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const COVERS: &str = "timerModifiedEarliest covers the timers modified to fire earlier";

/// `base` with the fix.
const fn fixed_in(base: Steps) -> Steps {
    with(base, TIMER_STEPS)
}

const fn with(base: Steps, from: TimerSteps) -> Steps {
    let timers_1_19 = TimerSteps { emptied: from.emptied, ..base.timers_1_19 };
    Steps { timers_1_19, ..base }
}

const KEPT: Steps = with(GO_1_19_FIXED, GO_13F6BE28.timers_1_19);

/// What of it is in the release.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "51654", bug: "golang/go#51654", fixed_in },
    expected: &[ExpectedFailure {
        bug: "golang/go#51654",
        row: "GO_13F6BE28",
        scenario: "stale-earliest",
        check: COVERS,
        fixed_row: "GO_13F6BE28+fix-51654",
    }],
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "51654",
    aliases: &["B12"],
    title: "a heap without timers keeps the time of one that was stopped",
    saw: "a program that is idle and uses all of a CPU",
    releases: "1.16.7 to 1.18.4; commit 13f6be28",
    references: &["https://go.dev/issue/51654", "https://go.dev/cl/417434"],
    fixed: "commit c006b7ac27 (CL 417434, Go 1.19)",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "kept",
        about: "timerModifiedEarliest stays as it is when the last timer leaves the heap",
        steps: KEPT,
        shows: &[
            Shows::invariant("stale-earliest", COVERS),
            Shows::symptom("stale-earliest", Livelock),
        ],
        masked: None,
    }],
};
