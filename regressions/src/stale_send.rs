//! Stop reports that it has stopped a timer whose value has been received. No issue of it is known.
//!
//! Since Go 1.23, an M that is about to send a value on a timer's channel counts itself in `isSending`, under the timer's lock, and
//! then waits for `sendLock`. Stop and Reset, which hold both locks, cancel that send; they see the count, and report that they
//! have stopped the timer. But the count stays until the M has `sendLock`, and counts for the next Stop, too:
//!
//! ```text
//! M0, executing main                       M1, executing A
//!                                          receives: T is due; isSending = 1
//! resets T: it is stopped, and is due
//! receives: isSending = 2; sends
//! has sendLock: isSending = 1
//! receives T's value
//! stops T: isSending is 1, so it was stopped
//!                                          has sendLock: the send was cancelled
//! ```
//!
//! It takes two Gs that use one timer. The one that stops it may wait for a value that has come already. In the source of Go 1.23
//! to 1.27.3: time.go, stop 491-503, modify 622-633, unlockAndRun 1143-1148 and 1186-1193 (1.27.3). It is what is left of
//! golang/go#69312 and golang/go#69880.
//!
//! The mend is that Stop and Reset make the count 0, as they cancel all that it counts.

use runtime_model::steps::{Steps, TimerSteps1_23, GO_1_27, GO_FIXED, TIMER_STEPS_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "received-twice";
const REPORTS: &str = "stop and reset of a timer with a channel report what happened";

const fn with(base: Steps, from: TimerSteps1_23) -> Steps {
    let (cancels_sends, sends) = (from.cancels_sends, from.sends);
    Steps { timers_1_23: TimerSteps1_23 { cancels_sends, sends, ..base.timers_1_23 }, ..base }
}

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    with(base, TIMER_STEPS_FIXED)
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend {
        name: "stale-send",
        bug: "a send that was cancelled counts for the next stop",
        fixed_in,
    },
    expected: &[ExpectedFailure {
        bug: "stop reports that it has stopped a timer whose value has been received",
        row: "GO_1_27",
        scenario: SCENARIO,
        check: REPORTS,
        fixed_row: "GO_1_27+fix-stale-send",
    }],
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "stale-send",
    aliases: &[],
    title: "stop reports that it has stopped a timer whose value has been received",
    saw: "nothing that is known; a program may wait for a value that has come already",
    releases: "1.23 to 1.27.3, the newest",
    references: &[
        "https://go.dev/src/runtime/time.go",
        "https://go.dev/issue/69312",
        "https://go.dev/issue/69880",
    ],
    fixed: "nothing, in Go; here stop and reset make isSending 0",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "as-in-1.23",
        about: "a send that was cancelled counts until its M holds sendLock",
        steps: with(GO_FIXED, GO_1_27.timers_1_23),
        shows: &[Shows::invariant(SCENARIO, REPORTS).on(EXPLORE)],
        masked: None,
    }],
};
