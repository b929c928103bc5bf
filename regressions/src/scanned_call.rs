//! A stop of the world misses a system call whose G is suspended, and waits until the call returns.
//!
//! While workers mark, they suspend one G after the other to scan its stack. Since Go 1.26, the M that stops the world needs the
//! same bit of the G's status to take the P of a system call. It tries once: `runtime-model/src/suspend.rs` has the schedule. The
//! loop that waits for the other Ps asks running Gs to stop every 100 µs, and looks at no system call again; sysmon sleeps while
//! the world is to stop. `forEachP` misses a call in the same way, but sysmon ends that.
//!
//! The check is asked where no M moves, before the world lets the call return.

use runtime_model::steps::{Steps, GO_1_27, GO_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const SCENARIO: &str = "stop-beside-suspend";
const WAITS: &str = "a stop of the world waits only for Ps that run";
const NAME: &str = "a stop of the world misses a system call whose G is suspended";

const AS_IN_1_26: Steps = Steps { castogscan_call: GO_1_27.castogscan_call, ..GO_FIXED };

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    Steps { castogscan_call: GO_FIXED.castogscan_call, ..base }
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "scanned-call", bug: NAME, fixed_in },
    expected: &[ExpectedFailure {
        bug: NAME,
        row: "GO_1_27+fix-missed-system-call",
        scenario: SCENARIO,
        check: WAITS,
        fixed_row: "GO_1_27+fix-missed-system-call-and-scanned-call",
    }],
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "scanned-call",
    aliases: &[],
    title: NAME,
    saw: "anything that stops the world, during a garbage collection, that waits for a system call",
    releases: "1.26 to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/proc.go", "https://go.dev/src/runtime/preempt.go"],
    fixed: "nothing, in Go; here the M that stops the world waits until the G is resumed",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "as-in-1.26",
        about: "the M that wants the P of a system call passes by if the G is suspended",
        steps: AS_IN_1_26,
        shows: &[Shows::invariant(SCENARIO, WAITS).on(&[Engine::Explore])],
        masked: None,
    }],
};
