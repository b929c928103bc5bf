//! The last look sees a timer that is due, and the M stops all the same. No issue of it is known.
//!
//! Under faketime there is no poller whose way back would take a P for the timer. Who added the timer left
//! the wakeup to that very M, which still counted as a spinner:
//!
//! ```text
//! M0, executing main             M1, spinning
//!                                finds nothing; drops P1
//! adds a timer that is due
//! M1 spins: no wakeup
//!                                stops spinning; sees the timer; parks
//!                                                              the timer waits beside the idle P1
//! ```
//!
//! It matters only to a program that keeps its P busy until the timer has run.

use runtime_model::steps::{Steps, GO_13F6BE28, GO_1_19_FIXED};

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, ExpectedFailure, InRelease, Masked, Mend, Mutant, Shows};

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    Steps { p_for_due_timer: GO_1_19_FIXED.p_for_due_timer, ..base }
}

const AS_IN_1_19: Steps = Steps { p_for_due_timer: GO_13F6BE28.p_for_due_timer, ..GO_1_19_FIXED };
const DOES_NOT_TELL: Steps =
    Steps { p_for_due_timer: |sched| sched.pidleget(&mut sched.lock.lock(), 0), ..GO_1_19_FIXED };

const fn in_release(
    row: &'static str,
    fixed_row: &'static str,
    scenario: &'static str,
) -> ExpectedFailure {
    ExpectedFailure {
        bug: "the last look sees a due timer and stops all the same",
        row,
        scenario,
        check: "no timer is due beside an idle P",
        fixed_row,
    }
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend {
        name: "due-timer",
        bug: "a due timer that the last look sees, under faketime",
        fixed_in,
    },
    expected: &[
        in_release("GO_13F6BE28", "GO_13F6BE28+fix-due-timer", "due-timer"),
        in_release("GO_1_27", "GO_1_27+fix-due-timer", "due-timer"),
        in_release("GO_1_27", "GO_1_27+fix-due-timer", "timer-beside-busy"),
        in_release("GO_1_27", "GO_1_27+fix-due-timer", "modified-earlier"),
    ],
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "due-timer",
    aliases: &[],
    title: "under faketime, an M that sees a due timer stops all the same",
    saw: "a program that keeps its P busy until a timer has run never goes on, though a P is idle",
    releases: "1.19 to 1.27.3, the newest; under faketime alone",
    references: &["https://go.dev/src/runtime/proc.go", "https://go.dev/src/runtime/time_fake.go"],
    fixed: "nothing, in Go; here the M takes a P for the timer",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "as-in-1.19",
        about: "the last look sees a due timer, and no P is taken for it",
        steps: AS_IN_1_19,
        shows: &[
            Shows::invariant("due-timer", "no timer is due beside an idle P"),
            Shows::symptom("due-timer", Hang),
        ],
        masked: None,
    },
        Mutant {
            name: "does-not-tell",
            about: "the last look finds a due timer and no P, and does not set needspinning",
            steps: DOES_NOT_TELL,
            shows: &[Shows::holds("due-timer")],
            masked: Some(Masked { because: "the M that has the last P got it to spin, and sets needspinning itself if it finds work and no P is idle", unmasked_by: None }),
        },],
};
