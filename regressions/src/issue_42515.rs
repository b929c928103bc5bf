//! golang/go#42515: the operating system loses a break, and the timer that it was sent for has no M.
//!
//! An M polls, and a timer is added that is earlier than the end of its poll. A break is sent. NetBSD's `kevent` sometimes does not
//! wake the M: an entry is taken off the queue while another call looks at it, and is not reported again. The M waits on, and no
//! other break is sent, since one is under way:
//!
//! ```text
//! M0, executing main            M1, polling without an end
//! adds a timer; sends a break
//!                               is not woken
//! parks                                                        the timer fires when something else ends the poll
//! ```
//!
//! It is a fault of the environment: an action of the program lets it happen (`lose-break`), and the model has a choice then.
//! Up to Go 1.25, sysmon starts an M on NetBSD if it finds a timer late. That is what made `timeSleepUntil` return a time alone,
//! in commit 13f6be28.

use runtime_model::event::Event;
use runtime_model::steps::{Steps, SysmonSteps, GO_1_19_FIXED, GO_FIXED, SYSMON};
use sync::driver::Engine;

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, Mutant, Shows};

const SHOWS: &[Shows] = &[Shows::symptom("lost-break", Hang).on(&[Engine::Explore])];
const WITHOUT: SysmonSteps = SysmonSteps {
    serves_late_timer: |sched, m, _| {
        sched.emit(m, Event::LeftOut("the start of an M for the timer that is late"));
        false
    },
    ..SYSMON
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "42515",
    aliases: &["B23"],
    title: "a break is lost by the operating system, and no M waits for a timer",
    saw: "timers that fire late, or never, on NetBSD",
    releases: "1.14 to 1.15, on NetBSD; its kernel was mended in 9.2",
    references: &[
        "https://go.dev/issue/42515",
        "https://go.dev/cl/277332",
        "https://gnats.netbsd.org/50094",
    ],
    fixed: "commit cb95819cf6 (CL 277332; Go 1.16 to 1.25)",
    release: None,
    mutants: &[
        Mutant {
            name: "not-looked-after",
            about: "sysmon does not look for timers that are late",
            steps: Steps { sysmon: WITHOUT, ..GO_1_19_FIXED },
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "not-looked-after-in-1.27",
            about: "the same with the timers of 1.27",
            steps: Steps { sysmon: WITHOUT, ..GO_FIXED },
            shows: SHOWS,
            masked: None,
        },
    ],
};
