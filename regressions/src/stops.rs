//! A stop of the world leaves out one of its steps.

use runtime_model::event::Event;
use runtime_model::m::M;
use runtime_model::p::{OwnedP, PId};
use runtime_model::sched::SchedLocked;
use runtime_model::steps::{Steps, GO_1_19_FIXED};
use runtime_model::Sched;

use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const AHEAD: &str = "a P that does not run has no safe point ahead of it";
const WAITS: &str = "a stop of the world waits only for Ps that run";
const EXPLORE: &[Engine] = &[Engine::Explore];
const WINDOW: &str = "safe-point-beside-syscall";

const NEVER_AGAIN: fn(&Sched, &M, PId) = |sched, m, _| {
    sched.emit(m, Event::LeftOut("the second look for a safe point, in the system call"));
};
const WITHOUT_SYSCALLS: Steps = Steps { collect_from_syscalls: |_, _| {}, ..GO_1_19_FIXED };
const HANDED_OFF_UNASKED: Steps =
    Steps { stop_at_handoff: |_: &Sched, _: &mut SchedLocked, p: OwnedP| Some(p), ..GO_1_19_FIXED };
const AS_IN_GO: Steps = Steps { entered_syscall: NEVER_AGAIN, ..GO_1_19_FIXED };

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    Steps { entered_syscall: GO_1_19_FIXED.entered_syscall, ..base }
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend {
        name: "missed-safe-point",
        bug: "forEachP misses a system call that is being entered",
        fixed_in,
    },
    expected: &[
        ExpectedFailure {
            bug: "forEachP misses a system call that is being entered",
            row: "GO_13F6BE28",
            scenario: WINDOW,
            check: AHEAD,
            fixed_row: "GO_13F6BE28+fix-missed-safe-point",
        },
        ExpectedFailure {
            bug: "forEachP misses a system call that is being entered",
            row: "GO_1_27",
            scenario: WINDOW,
            check: AHEAD,
            fixed_row: "GO_1_27+fix-missed-safe-point",
        },
        ExpectedFailure {
            bug: "forEachP misses a system call that is being entered",
            row: "GO_1_27",
            scenario: "safe-point-beside-two",
            check: AHEAD,
            fixed_row: "GO_1_27+fix-missed-safe-point",
        },
    ],
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "missed-safe-point",
    aliases: &["N21"],
    title: "forEachP misses a system call that is being entered",
    saw: "a garbage collection that waits for a system call, until sysmon takes the P from that",
    releases: "1.9 to 1.27.3, the newest; healed by sysmon",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "nothing, in Go; here the M looks at the request again once its P is in the call",
    release: Some(IN_RELEASE),
    mutants: &[
        Mutant {
            name: "as-in-go",
            about: "the flag is read before the P is in the call, and not after",
            steps: AS_IN_GO,
            shows: &[Shows::invariant(WINDOW, AHEAD).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "stop-without-system-calls",
            about: "a stop of the world does not take the Ps that are in system calls",
            steps: WITHOUT_SYSCALLS,
            shows: &[Shows::invariant("stop-beside-syscall", WAITS).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "handed-off-unasked",
            about: "a P that is handed off goes idle without a look at what it is asked",
            steps: HANDED_OFF_UNASKED,
            shows: &[Shows::invariant("safe-point-beside-syscall-3p", AHEAD).on(EXPLORE)],
            masked: None,
        },
    ],
};
