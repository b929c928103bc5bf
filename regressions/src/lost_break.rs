//! A break does not end the poll that it was sent to. Each step of it is left out, or done in another order, on purpose.
//!
//! A break makes `netpollWakeSig` 1 and writes a byte. The M that waits in the poll wakes, reads the byte and makes
//! `netpollWakeSig` 0. Two orders matter. The byte is read first: else the byte of the next break is read with it, and
//! `netpollWakeSig` stays 1, so that no break is ever sent again.
//!
//! And a poll that does not wait leaves the byte where it is. It may find the byte, as an M with a P looks at `lastpoll` before it
//! polls:
//!
//! ```text
//! M0, executing main            M1, with P1                    M2
//!                               lastpoll is not 0: no M polls
//!                                                              lastpoll = 0; waits in its poll
//! adds a timer; sends a break
//!                               polls: reads the byte
//!                                                              waits past the timer
//! ```

use runtime_model::steps::{PollSteps, Steps, GO_1_19_FIXED, POLL_1_19_FIXED};
use runtime_model::Sched;
use sync::driver::Engine;

use crate::bug::Symptom::{Check, Throw};
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const KERNEL: &str = "kernel/broken-poll";
const ENDS_THE_POLL: &str = "a break ends the poll";

const fn with(poll: PollSteps) -> Steps {
    Steps { poll, ..GO_1_19_FIXED }
}

fn takes_break(sched: &Sched) {
    (POLL_1_19_FIXED.takes_break)(sched);
}

const TAKEN_BY_ANY_POLL: Steps = with(PollSteps {
    netpoll0: |sched, m| {
        if sched.world.kernel.peek(|kernel| kernel.byte()) {
            takes_break(sched);
        }
        (POLL_1_19_FIXED.netpoll0)(sched, m)
    },
    ..POLL_1_19_FIXED
});

const SIGNAL_BEFORE_BYTE: Steps = with(PollSteps {
    takes_break: |sched| {
        sched.netpoll_wake_sig.store(0);
        sched.world.kernel.change("read", |kernel| kernel.set_byte(false));
    },
    ..POLL_1_19_FIXED
});

const BYTE_ALONE: Steps = with(PollSteps {
    takes_break: |sched| sched.world.kernel.change("read", |kernel| kernel.set_byte(false)),
    ..POLL_1_19_FIXED
});

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "lost-break",
    aliases: &[],
    title: "a break does not end the poll that it was sent to",
    saw: "nothing: Go has always had these steps",
    releases: "none",
    references: &["https://go.dev/src/runtime/netpoll_epoll.go"],
    fixed: "netpoll and netpollBreak",
    release: None,
    mutants: &[
        Mutant {
            name: "taken-by-any-poll",
            about: "a poll that does not wait reads the byte, too",
            steps: TAKEN_BY_ANY_POLL,
            shows: &[Shows::symptom(KERNEL, Check("deadlock"))],
            masked: None,
        },
        Mutant {
            name: "signal-before-byte",
            about: "another break may be sent before the byte of this one has been read",
            steps: SIGNAL_BEFORE_BYTE,
            shows: &[Shows::invariant("earlier-timer", ENDS_THE_POLL).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "byte-alone",
            about: "no other break may be sent once the byte of the first one has been read",
            steps: BYTE_ALONE,
            shows: &[
                Shows::invariant("earlier-timer", ENDS_THE_POLL).on(EXPLORE),
                Shows::symptom(
                    KERNEL,
                    Throw("broken-poll: netpollWakeSig is 1, its byte is there: false"),
                ),
            ],
            masked: None,
        },
    ],
};
