//! After a poll that waited, the P that is taken for its M ends its idle time at the time before the poll. No issue of it is
//! known.
//!
//! In Go 1.19 `findRunnable` reads the clock before it polls, and passes that time to `pidleget` and stores it in `lastpoll`
//! afterwards. The limiter ends the P's idle time then, in the past: the time for which the poll waited is lost to it.
//! Since Go 1.21 the clock is read again after the poll.

use runtime_model::steps::{PollSteps, Steps, GO_1_19_FIXED, POLL_1_19, POLL_1_19_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const SCENARIO: &str = "sleep-in-real-time";
const IDLE_TICKS: &str = "each idle tick is counted once";

/// `base` with the fix.
const fn fixed_in(base: Steps) -> Steps {
    Steps {
        poll: PollSteps { now_after_poll: POLL_1_19_FIXED.now_after_poll, ..base.poll },
        ..base
    }
}

const AS_IN_1_19: Steps = Steps {
    poll: PollSteps { now_after_poll: POLL_1_19.now_after_poll, ..POLL_1_19_FIXED },
    ..GO_1_19_FIXED
};

/// What of it is in the release.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend {
        name: "stale-now",
        bug: "the time of a poll's beginning, used at its end",
        fixed_in,
    },
    expected: &[ExpectedFailure {
        bug: "a poll ends at the time at which it began",
        row: "GO_13F6BE28",
        scenario: SCENARIO,
        check: IDLE_TICKS,
        fixed_row: "GO_13F6BE28+fix-stale-now",
    }],
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "stale-now",
    aliases: &[],
    title: "a P's idle time ends when the poll began that waited for its work",
    saw: "nothing; the limiter counts too little idle time",
    releases: "1.19 and 1.20",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "the clock is read again after the poll (Go 1.21)",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "as-in-1.19",
        about: "the clock is not read again after a poll that waited",
        steps: AS_IN_1_19,
        shows: &[Shows::invariant(SCENARIO, IDLE_TICKS).on(&[Engine::Explore])],
        masked: None,
    }],
};
