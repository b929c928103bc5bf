//! A deadlock is not seen beside an M that is there for calls from other threads: a step of `checkdead` is left out on purpose.
//!
//! On Windows a program without cgo may be called from threads that are not its own. The first such function makes an M for them,
//! which counts, and does not run. So `checkdead` never finds that no M runs: a deadlock is not reported, and under faketime the
//! clock stands. Go lets one M more count as running, if there is one to spare.

use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use sync::driver::Engine;

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, Mutant, Shows};

const SHOWS: &[Shows] = &[Shows::symptom("callback-sleep", Hang).on(&[Engine::Explore])];

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "extra-m",
    aliases: &[],
    title:
        "an M that is there for calls from other threads counts as running, and hides a deadlock",
    saw: "a program that hangs on Windows, where it should report a deadlock",
    releases: "none; a step that is left out",
    references: &["https://go.dev/issue/6751"],
    fixed: "run0, in checkdead",
    release: None,
    mutants: &[
        Mutant {
            name: "counts-as-running",
            about: "checkdead takes no notice of such an M",
            steps: Steps { run0: |_| 0, ..GO_1_19_FIXED },
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "counts-as-running-in-1.27",
            about: "the same in 1.27",
            steps: Steps { run0: |_| 0, ..GO_FIXED },
            shows: SHOWS,
            masked: None,
        },
    ],
};
