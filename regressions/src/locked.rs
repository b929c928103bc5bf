//! A G that is locked to its thread, without one of the steps that this takes.
//!
//! `runtime-model/src/locked.rs` has them. What `checkdead` counts is the largest part: an M that waits for its G is idle, and on no
//! list; and an M that has ended is gone.

use runtime_model::steps::{LockedSteps, Steps, GO_1_19_FIXED, GO_FIXED, LOCKED};
use sync::driver::Engine;

use crate::bug::Symptom::{Hang, Throw};
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];

/// With other locked Gs.
const fn with(locked: LockedSteps) -> Steps {
    Steps { locked, ..GO_1_19_FIXED }
}

const WAKES: LockedSteps = LockedSteps { wakes: |_, _| {}, ..LOCKED };
const WAITS: LockedSteps = LockedSteps { waits: |_, _| {}, ..LOCKED };
const BY_ANY: LockedSteps = LockedSteps { startlockedm: |_, _, _| false, ..LOCKED };
const KEEPS_P: LockedSteps = LockedSteps { hands_off: |_, _, _| {}, ..LOCKED };
const UNSEEN: LockedSteps = LockedSteps { exits: |_, _, _| {}, ..LOCKED };

/// The rows.
pub const BUG: Bug = Bug {
    number: "locked",
    aliases: &[],
    title: "a G is locked to its thread, or ends so, and a step is left out",
    saw:
        "a crash, a hang, or a deadlock that is not reported, in a program that calls LockOSThread",
    releases: "none; steps that are left out",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "stoplockedm, startlockedm, mexit",
    release: None,
    mutants: &[
        Mutant {
            name: "woken-uncounted",
            about: "an M that is woken for its G does not count as running",
            steps: with(WAKES),
            shows: &[Shows::symptom("locked-ready", Throw("checkdead: runnable g")).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "woken-uncounted-in-1.27",
            about: "the same in 1.27",
            steps: Steps { locked: WAKES, ..GO_FIXED },
            shows: &[Shows::symptom("locked-ready", Throw("checkdead: runnable g")).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "waits-uncounted",
            about: "an M that waits for its G counts as running, so no M calls checkdead",
            steps: with(WAITS),
            shows: &[Shows::symptom("locked-sleep", Hang).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "run-by-any",
            about: "an M that finds a locked G runs it",
            steps: with(BY_ANY),
            shows: &[Shows::invariant(
                "locked-ready",
                "a locked G runs on its M alone, and its M runs no other",
            )
            .on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "ends-with-its-p",
            about: "an M that ends takes its P with it",
            steps: with(KEEPS_P),
            shows: &[Shows::only("locked-exit", "a P has one holder").on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "end-uncounted",
            about: "an M that has ended counts as running, so no M calls checkdead",
            steps: with(UNSEEN),
            shows: &[Shows::symptom("locked-exit", Hang).on(EXPLORE)],
            masked: None,
        },
    ],
};
