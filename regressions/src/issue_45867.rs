//! golang/go#45867: an M that never spun drops its P while a waker finds none.
//!
//! An M that spins looks at everything again once it has dropped its P. One that never spun does not. In
//! between its own look and the drop, a waker finds no idle P, and leaves it at that:
//!
//! ```text
//! M0, executing main             M1, not spinning
//!                                finds nothing; still has P1
//! publishes G
//! no P is idle: all are at work
//!                                drops P1, parks             G waits beside the idle P1
//! ```
//!
//! Go 1.20 has the waker say so (`needspinning`), under the lock, and the M look at that before it drops
//! its P. Two halves, and each is needed. The order within the first is a bug of its own: see
//! [`wakep_1_20`].

use runtime_model::steps::{wakep_1_20, Steps, GO_13F6BE28, GO_FIXED};
use sync::Engine;

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, Mutant, Shows};

const WORK_WAITS: &str = "no G is runnable beside an idle P";
const SCENARIO: &str = "three-newprocs";

/// `base` with the fix.
pub const fn fixed_in(base: Steps) -> Steps {
    copied(base, GO_FIXED)
}

/// `base` without the fix.
pub const fn broken_in(base: Steps) -> Steps {
    copied(base, GO_13F6BE28)
}

const fn copied(base: Steps, from: Steps) -> Steps {
    Steps {
        wakep: from.wakep,
        p_for_work: from.p_for_work,
        must_keep_p: from.must_keep_p,
        became_spinning: from.became_spinning,
        ..base
    }
}

/// As in Go 1.19.
const AS_IN_1_19: Steps = broken_in(GO_FIXED);

const UNTOLD: Steps =
    Steps { wakep: GO_13F6BE28.wakep, p_for_work: GO_13F6BE28.p_for_work, ..GO_FIXED };
/// As in 1.20, but who drops a P does not ask.
pub const UNASKED: Steps = Steps { must_keep_p: GO_13F6BE28.must_keep_p, ..GO_FIXED };
const AS_IN_1_20: Steps = Steps { wakep: wakep_1_20, ..GO_FIXED };

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "45867",
    title: "an M that never spun drops its P while a waker finds none",
    saw: "parallelism that is lost for as long as the running goroutines do not return to the scheduler; \
          a hang, if they wait for the one that is queued",
    releases: "1.17 to 1.19",
    references: &[
        "https://go.dev/issue/45867",
        "https://go.dev/cl/389014",
        "https://go.dev/cl/310850",
    ],
    fixed: "commit 8cb350d69a (CL 389014, Go 1.20), but for the order that as-in-1.20 shows",
    mutants: &[
        Mutant {
            name: "as-in-1.19",
            about: "a waker that finds no idle P tells nobody, and nobody asks",
            steps: AS_IN_1_19,
            shows: &[
                Shows::invariant(SCENARIO, WORK_WAITS).within(3),
                Shows::symptom(SCENARIO, Hang).within(3),
            ],
            masked: None,
        },
        Mutant {
            name: "the-waker-does-not-tell",
            about: "half of the fix: who drops a P asks, and no waker has told",
            steps: UNTOLD,
            shows: &[
                Shows::invariant(SCENARIO, WORK_WAITS).within(3),
                Shows::symptom(SCENARIO, Hang).within(3),
            ],
            masked: None,
        },
        Mutant {
            name: "the-idler-does-not-ask",
            about: "half of the fix: the waker tells, and who drops a P does not ask",
            steps: UNASKED,
            shows: &[
                Shows::invariant(SCENARIO, WORK_WAITS).within(3),
                Shows::symptom(SCENARIO, Hang).within(3),
            ],
            masked: None,
        },
        Mutant {
            name: "as-in-1.20",
            about: "the fix as it is in Go: needspinning is set before the failed increment is undone",
            steps: AS_IN_1_20,
            shows: &[
                Shows::invariant(SCENARIO, WORK_WAITS).on(&[Engine::Loom, Engine::Explore]),
                Shows::symptom(SCENARIO, Hang).on(&[Engine::Loom, Engine::Explore]),
            ],
            masked: None,
        },
    ],
};
