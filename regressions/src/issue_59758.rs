//! golang/go#59758: `checkdead` throws while it holds `sched.lock`, and the trace of the crash takes that again.
//!
//! With `GODEBUG=schedtrace`, a program that crashes prints the scheduler's state first, under `sched.lock`. The callers of
//! `checkdead` hold that lock. So where it throws, its M waits for itself: the program says nothing, and does not end. Other Ms
//! stop at the same lock.
//!
//! ```text
//! M0
//! parks: locks
//! checkdead: throws; the crash is to be traced: locks again
//!                                             M0 waits for M0
//! ```
//!
//! For that, `checkdead` has to find something wrong. What it found when this was reported was golang/go#59600 (Go 1.20). In
//! Go 1.19, no bug that is known leads there; the smallest program here has a jump that finds no P, which is made up. Before it
//! reports a deadlock, `checkdead` has always released the lock. Go does so before each throw since 1.21.

use runtime_model::steps::{Steps, GO_1_19, GO_1_19_FIXED, GO_FIXED};

use crate::bug::Symptom::{Check, Throw};
use crate::bug::{Bug, InRelease, Masked, Mend, Mutant, Shows};
use crate::issue_59600;

const WAITS_FOR_ITSELF: &[Shows] = &[Shows::symptom("traced-sleep", Check("deadlock"))];

/// `base`, in which `checkdead` throws with the lock held.
const fn with_the_lock(base: Steps) -> Steps {
    Steps { trace_at_throw: GO_1_19.trace_at_throw, ..base }
}

/// `base`, in which the clock jumps and no P is there for the timer: `checkdead` throws.
const fn without_p(base: Steps) -> Steps {
    Steps { take_p_for_timer: |_, _, _| None, ..base }
}

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "59758",
    aliases: &["B37"],
    title: "checkdead throws with sched.lock held, and the trace of the crash waits for that lock",
    saw: "a program that hangs silently where it should crash, with GODEBUG=schedtrace",
    releases: "up to 1.20",
    references: &[
        "https://go.dev/issue/59758",
        "https://go.dev/issue/59600",
        "https://go.dev/cl/487375",
    ],
    fixed: "commit f229787aff (CL 487375; Go 1.21)",
    release: Some(InRelease {
        mend: Mend {
            name: "59758",
            bug: "golang/go#59758",
            fixed_in: |steps| Steps { trace_at_throw: GO_1_19_FIXED.trace_at_throw, ..steps },
        },
        // There is nothing in the release for which checkdead throws.
        expected: &[],
    }),
    mutants: &[
        Mutant {
            name: "no-p",
            about: "checkdead throws with the lock held, as the jump finds no P",
            steps: with_the_lock(without_p(GO_1_19_FIXED)),
            shows: WAITS_FOR_ITSELF,
            masked: None,
        },
        Mutant {
            name: "no-p-in-1.27",
            about: "the same in 1.27",
            steps: with_the_lock(without_p(GO_FIXED)),
            shows: WAITS_FOR_ITSELF,
            masked: None,
        },
        Mutant {
            name: "no-p-released",
            about: "the jump finds no P, and checkdead releases the lock before it throws",
            steps: without_p(GO_1_19_FIXED),
            shows: &[Shows::symptom("traced-sleep", Throw("checkdead: no p for timer"))],
            masked: None,
        },
        Mutant {
            name: "as-in-1.20",
            about: "checkdead throws with the lock held, because of golang/go#59600",
            steps: with_the_lock(issue_59600::AS_IN_1_20),
            shows: &[
                Shows::symptom("traced-scavenger", Check("deadlock")).on(issue_59600::EXPLORE),
                // No trace, no lock.
                Shows::symptom("scavenger-beside-poll", Throw("checkdead: runnable g"))
                    .on(issue_59600::EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "as-in-1.19",
            about: "checkdead would throw with the lock held",
            steps: with_the_lock(GO_1_19_FIXED),
            shows: &[Shows::holds("traced-sleep")],
            masked: Some(Masked {
                because: "checkdead finds nothing wrong in a scheduler without other bugs",
                unmasked_by: Some("no-p"),
            }),
        },
    ],
};
