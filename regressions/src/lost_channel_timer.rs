//! A timer is lost to Gs that poll its channel, when GOMAXPROCS shrinks. No issue of it is known.
//!
//! Since Go 1.23, a timer with a channel is on a heap only while a G waits there; it leaves when an M comes to it. A receive that
//! does not wait looks into `astate` whether the timer is on a heap. If it is on none, the receive runs the timer itself, once that
//! is due. `procresize` takes such a timer off the heap of a P that it destroys, and does not write `astate`:
//! `runtime-model/src/timers/v1_23/taken.rs` has the schedule. From then on, each such receive leaves the timer to a heap that does
//! not have it.
//!
//! A receive that waits, Stop and Reset repair it. Since Go 1.25, GOMAXPROCS changes by itself when the machine does. In the source
//! of Go 1.23 to 1.27.3: time.go, take 803-827 and maybeRunChan 1404-1428 (1.27.3).

use runtime_model::steps::{Steps, TimerSteps1_23, GO_1_27, GO_FIXED, TIMER_STEPS_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows, Symptom};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "polled-after-resize";
const PUBLISHED: &str = "astate is the state of a timer that is not locked";
const NAME: &str = "a timer is lost to Gs that poll its channel, when GOMAXPROCS shrinks";

const fn with(base: Steps, from: TimerSteps1_23) -> Steps {
    let publish_taken = from.publish_taken;
    Steps { timers_1_23: TimerSteps1_23 { publish_taken, ..base.timers_1_23 }, ..base }
}

/// `base` with our fix.
const fn fixed_in(base: Steps) -> Steps {
    with(base, TIMER_STEPS_FIXED)
}

const fn in_release(scenario: &'static str) -> ExpectedFailure {
    ExpectedFailure {
        bug: NAME,
        row: "GO_1_27",
        scenario,
        check: PUBLISHED,
        fixed_row: "GO_1_27+fix-lost-channel-timer",
    }
}

/// What of it is in the releases. In the second program a timer that was modified moves to another heap, and its `astate` says
/// that it is still to be put in its place, which costs a look.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "lost-channel-timer", bug: NAME, fixed_in },
    expected: &[in_release(SCENARIO), in_release("revived-p")],
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "lost-channel-timer",
    aliases: &["N2"],
    title: NAME,
    saw: "a channel of a timer that stays empty, however often it is polled; seen on 1.25.5 and 1.27.3",
    releases: "1.23 to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/time.go", "https://go.dev/cl/570335"],
    fixed: "nothing, in Go; here the state is published where the timer is taken off the heap",
    release: Some(IN_RELEASE),
    mutants: &[Mutant {
        name: "as-in-1.23",
        about: "a timer that leaves the heap of a destroyed P keeps its astate",
        steps: with(GO_FIXED, GO_1_27.timers_1_23),
        shows: &[
            Shows::symptom(SCENARIO, Symptom::Hang).on(EXPLORE),
            Shows::invariant(SCENARIO, PUBLISHED).on(EXPLORE),
        ],
        masked: None,
    }],
};
