//! A stop of the world misses a system call that is being entered, and waits until that returns.
//!
//! Up to Go 1.25, the M that enters a call reads `gcwaiting` after it has stored that its P is in the call. Since Go 1.26 it
//! reads it before, and not again: `runtime-model/src/syscall/v1_26.rs` has the schedule. Go's sysmon does not help, since it
//! sleeps while the world is to stop.
//!
//! The check is asked where no M moves, before the world lets the call return: however late that is, it would heal it.

use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_1_27, GO_FIXED};

use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const SCENARIO: &str = "stop-beside-syscall";
const WAITS: &str = "a stop of the world waits only for Ps that run";
const EXPLORE: &[Engine] = &[Engine::Explore];

const NAME: &str = "a stop of the world misses a system call that is being entered";

const AS_IN_1_26: Steps = Steps { stop_in_syscall: GO_1_27.stop_in_syscall, ..GO_FIXED };
const UNASKED_IN_1_19: Steps = Steps { stop_in_syscall: GO_1_27.stop_in_syscall, ..GO_1_19_FIXED };
const WITHOUT_PASS: Steps = Steps { collect_from_syscalls: |_, _| {}, ..GO_FIXED };

/// `base` with our fix, which is Go's order up to 1.25.
const fn fixed_in(base: Steps) -> Steps {
    Steps { stop_in_syscall: GO_FIXED.stop_in_syscall, ..base }
}

const fn in_release(scenario: &'static str) -> ExpectedFailure {
    ExpectedFailure {
        bug: NAME,
        row: "GO_1_27",
        scenario,
        check: WAITS,
        fixed_row: "GO_1_27+fix-missed-system-call",
    }
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "missed-system-call", bug: NAME, fixed_in },
    expected: &[
        in_release(SCENARIO),
        in_release("stop-beside-call"),
        in_release("stop-beside-retake"),
    ],
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "missed-system-call",
    aliases: &["N1"],
    title: NAME,
    saw: "a garbage collection, or anything else that stops the world, that waits for a system call",
    releases: "1.26 to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/proc.go", "https://go.dev/issue/58492"],
    fixed: "nothing, in Go; here the M reads the request again once its G is in the call, as up to 1.25",
    release: Some(IN_RELEASE),
    mutants: &[
        Mutant {
            name: "as-in-1.26",
            about: "the request is read before the G is in the call, and not after",
            steps: AS_IN_1_26,
            shows: &[Shows::invariant(SCENARIO, WAITS).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "unasked-in-1.19",
            about: "the same with the system calls of 1.19, where it is not read at all then",
            steps: UNASKED_IN_1_19,
            shows: &[Shows::invariant(SCENARIO, WAITS).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "without-the-pass",
            about: "the stopper does not take the Ps of Gs that are in calls",
            steps: WITHOUT_PASS,
            shows: &[Shows::invariant(SCENARIO, WAITS).on(EXPLORE)],
            masked: None,
        },
    ],
};
