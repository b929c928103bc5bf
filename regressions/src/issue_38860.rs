//! golang/go#38860: timers were no source of work to the wake protocol.
//!
//! A timer that falls due is work like a runnable G: it is to be stolen from a P that is busy, and looked
//! for in the last look, since who added it left the wakeup to a spinner.
//!
//! ```text
//! M0, executing main             M1, spinning
//!                                finds nothing; drops P1
//! adds a timer that is due
//! M1 spins: no wakeup
//!                                stops spinning; P0 has no G; parks
//!                                                              the timer waits beside the idle P1
//! ```
//!
//! And if no M polls, the M that adds a timer has to wake one, as for any other work; else no M waits for the timer while
//! all that run are busy.
//!
//! In real time it is the same with a timer of the future: some M has to wait for it. In Go 1.15 none did in these cases;
//! sysmon came to the timer 10 to 20 ms late.

use runtime_model::event::Event;
use runtime_model::m::M;
use runtime_model::steps::{Steps, TimerSteps, GO_1_19_FIXED, TIMER_STEPS};
use runtime_model::{Sched, Time};
use sync::driver::Engine;

use crate::bug::Symptom::{Hang, Livelock};
use crate::bug::{Bug, Mutant, Shows};

const TIMER_WAITS: &str = "no timer is due beside an idle P";
const NO_M_WAITS: &str = "a pending timer beside an idle P is waited for";
const PENDING: &str = "pending-timer";
const EXPLORE: &[Engine] = &[Engine::Explore];

const NOT_IN_THE_LAST_LOOK: Steps = Steps {
    recheck_timers: |sched, m, poll_until| {
        sched.emit(m, Event::LeftOut("the second look for timers"));
        poll_until
    },
    ..GO_1_19_FIXED
};
const NOT_OF_RUNNING_PS: Steps = Steps {
    steal_timers: |sched, p| sched.timerp_mask.read(p) && sched.idlep_mask.read(p),
    ..GO_1_19_FIXED
};
const NEITHER: Steps =
    Steps { recheck_timers: NOT_IN_THE_LAST_LOOK.recheck_timers, ..NOT_OF_RUNNING_PS };

/// Breaks a poll that would last too long. If no M polls, it leaves the timer to no M.
fn breaks_polls_only(sched: &Sched, m: &M, when: Time) {
    if sched.lastpoll.load() == 0 {
        sched.wake_net_poller(m, when);
    }
}

const NO_M_IS_WOKEN: Steps = Steps {
    timers_1_19: TimerSteps { wake_for_timer: breaks_polls_only, ..TIMER_STEPS },
    ..GO_1_19_FIXED
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "38860",
    aliases: &["B06"],
    title: "timers are no source of work to the wake protocol",
    saw: "timers that fire 10 to 20 ms late beside a busy goroutine, although Ps are idle",
    releases: "1.14 and 1.15",
    references: &[
        "https://go.dev/issue/38860",
        "https://go.dev/cl/232298",
        "https://go.dev/cl/232199",
    ],
    fixed: "commits 9b90491e4a and 8fdc79e18a (CL 232199, Go 1.15; CL 232298, Go 1.16)",
    release: None,
    mutants: &[
        Mutant {
            name: "the-last-look-leaves-out-timers",
            about: "the last look is at run queues alone",
            steps: NOT_IN_THE_LAST_LOOK,
            shows: &[
                Shows::invariant("due-timer", TIMER_WAITS),
                Shows::symptom("due-timer", Hang),
                Shows::invariant(PENDING, NO_M_WAITS).on(EXPLORE),
                Shows::symptom(PENDING, Hang).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "timers-of-running-ps-are-not-stolen",
            about: "thieves pass by the timers of a P that runs: its own M will see to them",
            steps: NOT_OF_RUNNING_PS,
            shows: &[
                Shows::symptom("due-timer", Livelock),
                Shows::symptom(PENDING, Livelock).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "neither",
            about: "no timer of a P that runs is stolen, nor looked for again: a due one waits for its P",
            steps: NEITHER,
            shows: &[
                Shows::invariant("due-timer", TIMER_WAITS),
                Shows::symptom("due-timer", Hang),
                Shows::invariant(PENDING, NO_M_WAITS).on(EXPLORE),
                Shows::symptom(PENDING, Hang).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "no-m-is-woken-for-a-timer",
            about: "an M that adds a timer wakes no M if none polls",
            steps: NO_M_IS_WOKEN,
            shows: &[
                Shows::invariant("due-timer", TIMER_WAITS),
                Shows::symptom("due-timer", Hang),
                Shows::invariant(PENDING, NO_M_WAITS).on(EXPLORE),
                Shows::symptom(PENDING, Hang).on(EXPLORE),
            ],
            masked: None,
        },
    ],
};
