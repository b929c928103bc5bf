//! golang/go#69312 and golang/go#69880: stop reports that it was too late, although no value will come; and the mend of that,
//! which throws if a timer fires often.
//!
//! Since Go 1.23 an M that is to send a timer's value takes its time off, releases the timer's lock, and then waits for `sendLock`.
//! A G that stops the timer meanwhile cancels the send, finds no time, and reports that the timer was not active:
//!
//! ```text
//! M0, executing main                       M1, executing A
//!                                          receives: T is due; its time is 0 now
//! stops T: its time is 0: too late
//!                                          the send was cancelled
//! waits for a value: none comes
//! ```
//!
//! The mend was a word in which each M that is about to send sets a bit, and clears it when it has `sendLock` (`isSending`). It
//! had eight bits. Of a ticker that fires often, or a timer that is set again and again, more sends may be under way: *too many
//! concurrent timer firings*. Go 1.23.3 mended that in two steps. It leaves out tickers, of which nothing is reported, and
//! it counts the others (golang/go#69969). What is left of the two is `stale-send`.
//!
//! Here a program has few Ms, so one bit stands for the eight.

use runtime_model::steps::{Steps, TimerSteps1_23, GO_FIXED, TIMER_STEPS_1_27, TIMER_STEPS_FIXED};
use runtime_model::timers::TimerChan;
use sync::driver::Engine;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const RECEIVED: &str = "received-twice";
const TICKER: &str = "ticker-received-twice";
const REPORTS: &str = "stop and reset of a timer with a channel report what happened";
const TOO_MANY: &str = "too many concurrent timer firings";

const fn with(timers_1_23: TimerSteps1_23) -> Steps {
    Steps { timers_1_23, ..GO_FIXED }
}

/// No M counts itself, so none is counted off.
const NOT_COUNTED: Steps = with(TimerSteps1_23 {
    begins_send: |_| {},
    cancels_sends: |_| {},
    sends: |_, _| {},
    ..TIMER_STEPS_FIXED
});

/// How many sends there are bits for.
const BITS: i32 = 1;

/// The bits that are set are as many as they would be counted.
fn set_bit(c: &TimerChan) {
    assert!(c.is_sending.add(1) <= BITS, "{TOO_MANY}");
}

fn clear_bit(c: &TimerChan, _: bool) {
    assert!(c.is_sending.add(-1) >= 0, "mismatched isSending updates");
}

const BITS_OF_ALL: Steps = with(TimerSteps1_23 {
    begins_send: set_bit,
    cancels_sends: TIMER_STEPS_1_27.cancels_sends,
    sends: clear_bit,
    ..TIMER_STEPS_FIXED
});

const BITS_BUT_OF_TICKERS: Steps = with(TimerSteps1_23 {
    begins_send: |c| {
        if !c.ticks.get() {
            set_bit(c);
        }
    },
    cancels_sends: TIMER_STEPS_1_27.cancels_sends,
    sends: TIMER_STEPS_1_27.sends,
    ..TIMER_STEPS_FIXED
});

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "69312",
    aliases: &["69880", "N14"],
    title: "stop reports that it was too late, although no value will come; and what mended that",
    saw: "a program that waits for the value of a timer that it has stopped; then, with 1.23.2, a throw",
    releases: "1.23.0 and 1.23.1; the throw in 1.23.2",
    references: &[
        "https://go.dev/issue/69312",
        "https://go.dev/issue/69880",
        "https://go.dev/issue/69969",
        "https://go.dev/cl/611496",
        "https://go.dev/cl/620136",
    ],
    fixed: "isSending (Go 1.23.2), not for tickers and as a number (Go 1.23.3); but for one case: stale-send",
    release: None,
    mutants: &[
        Mutant {
            name: "not-counted",
            about: "an M that is about to send a timer's value does not say so",
            steps: NOT_COUNTED,
            shows: &[Shows::invariant(RECEIVED, REPORTS).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "a-bit-for-each-send",
            about: "each M that is about to send sets one of few bits, for a ticker too",
            steps: BITS_OF_ALL,
            shows: &[Shows::symptom(TICKER, Throw(TOO_MANY)).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "a-bit-but-for-tickers",
            about: "half of the fix: tickers are left out, and the others set bits",
            steps: BITS_BUT_OF_TICKERS,
            shows: &[Shows::symptom(RECEIVED, Throw(TOO_MANY)).on(EXPLORE)],
            masked: None,
        },
    ],
};
