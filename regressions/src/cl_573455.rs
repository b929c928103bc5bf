//! golang's CL 573455: the new time of a timer is published before its state, and gets lost.
//!
//! Since Go 1.23, an M that adjusts a heap locks only the timers whose `astate` says that they were modified. When that came, a
//! G that modified a timer published its time first, in `minWhenModified`, and its state when it released the timer's lock:
//!
//! ```text
//! M1, executing A                          M0, looking at P0's timers
//! locks T; minWhenModified = now
//!                                          minWhenModified = 0
//!                                          T's astate says that it is in its place
//! astate = modified; unlocks T
//!                                                          no M knows of the new time
//! ```
//!
//! It is golang/go#47329 with other words. Go's fix publishes the state before the time; it leaves a case in which that comes
//! too late (`lost_modification.rs`).

use runtime_model::steps::{Steps, TimerSteps1_23, GO_FIXED, TIMER_STEPS_FIXED};
use runtime_model::timers::{update_timer_modified_earliest, NamedTimer, TimerBits};
use runtime_model::{p::P, Time};
use sync::driver::Engine;

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "modified-earlier";
const COVERED: &str = "no timer is to fire before the wake time of its heap";
const TIMER_WAITS: &str = "no timer is due beside an idle P";

/// Publishes the time alone; the state follows when the timer's lock is released.
fn publish_time(_: &NamedTimer, _: TimerBits, p: &P, when: Time) -> bool {
    let min = p.timer_modified_earliest.load();
    let earlier = min == 0 || when < min;
    if earlier {
        update_timer_modified_earliest(p, when);
    }
    earlier
}

const TIME_BEFORE_STATE: Steps = Steps {
    timers_1_23: TimerSteps1_23 { publish_modified: publish_time, ..TIMER_STEPS_FIXED },
    ..GO_FIXED
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "cl-573455",
    aliases: &["N8"],
    title: "the new time of a timer is published before its state",
    saw: "a timer that was reset to fire earlier, and fires at its old time",
    releases: "none; the development of 1.23",
    references: &["https://go.dev/cl/573455", "https://go.dev/cl/574741"],
    fixed: "CL 574741, but for one case: lost-modification",
    release: None,
    mutants: &[Mutant {
        name: "time-before-state",
        about: "a timer's state is published when its lock is released, after its time",
        steps: TIME_BEFORE_STATE,
        shows: &[
            Shows::invariant(SCENARIO, COVERED).on(EXPLORE),
            Shows::only(SCENARIO, TIMER_WAITS).on(EXPLORE),
            Shows::symptom(SCENARIO, Hang).on(EXPLORE),
        ],
        masked: None,
    }],
};
