//! golang/go#37196: a value of before is received from a timer that was stopped or set again.
//!
//! Up to Go 1.22 a timer's channel kept a value that had been sent before the timer was stopped or set. The next receive got that
//! one, at once. Programs had to drain the channel themselves, which cannot be done right if another G receives.
//!
//! ```text
//! M0, executing main                     M1, executing A
//!                                        receives: T is due, and its value is in the channel
//! sets T to fire later
//! receives: the old value
//! ```
//!
//! Since Go 1.23, stop and reset take the value out of the channel, and report that they have stopped the timer.

use runtime_model::event::Event;
use runtime_model::steps::{Steps, TimerSteps1_23, GO_FIXED, TIMER_STEPS_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, Mutant, Shows};

const NOT_DRAINED: Steps = Steps {
    timers_1_23: TimerSteps1_23 {
        drains: |sched, m, _| {
            sched.emit(m, Event::LeftOut("the removal of the old value from the channel"));
            false
        },
        ..TIMER_STEPS_FIXED
    },
    ..GO_FIXED
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "37196",
    aliases: &[],
    title: "a value of before is received from a timer that was stopped or set again",
    saw: "a timeout that is over at once, from a timer that was used before",
    releases: "all up to 1.22",
    references: &["https://go.dev/issue/37196", "https://go.dev/issue/14383"],
    fixed: "the timers' channels of Go 1.23",
    release: None,
    mutants: &[Mutant {
        name: "not-drained",
        about: "stop and reset leave the value that is in the timer's channel",
        steps: NOT_DRAINED,
        shows: &[Shows::invariant(
            "received-twice",
            "stop and reset of a timer with a channel report what happened",
        )
        .on(&[Engine::Explore])],
        masked: None,
    }],
};
