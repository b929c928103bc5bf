//! golang/go#47329: the time of a modified timer is wiped while that is being modified.
//!
//! A G that modifies a timer to fire earlier leaves it in its place on the heap. It publishes the new time in the P's
//! `timerModifiedEarliest`, and then marks the timer. Go 1.16 also counted the timers with such a mark, and an M that
//! found the count 0 took the word for an old one, and cleared it:
//!
//! ```text
//! M1, executing A                        M0, looking at its P's timers
//! claims the timer
//! timerModifiedEarliest = now
//!                                        a timer is due; locks the heap
//!                                        no timer is modified: timerModifiedEarliest = 0
//! marks the timer: modified earlier
//!                                                        no M knows of the new time
//! ```
//!
//! Since then an M that clears the word looks at all timers afterwards, and waits for those that are claimed. The row
//! looks at the marks instead of a count of them.

use runtime_model::p::P;
use runtime_model::steps::{Steps, TimerSteps, GO_1_19_FIXED, TIMER_STEPS};
use runtime_model::timers::{Entry, TimerStatus, Timers};
use runtime_model::{Sched, Time};

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, Mutant, Shows};

/// Whether a timer of `p` is marked. If none is, `timerModifiedEarliest` is cleared.
fn begin_by_marks(sched: &Sched, p: &P, timers: &Timers, now: Time) -> bool {
    let mut named = timers.as_slice().iter().filter_map(Entry::name);
    if !named.any(|id| sched.timer(id).status.load() == TimerStatus::ModifiedEarlier) {
        p.timer_modified_earliest.store(0);
        return false;
    }
    (TIMER_STEPS.begin_adjust)(sched, p, timers, now)
}

const BY_MARKS: Steps = Steps {
    timers_1_19: TimerSteps { begin_adjust: begin_by_marks, ..TIMER_STEPS },
    ..GO_1_19_FIXED
};

/// Does not wipe the word, and does not wait: a timer that is published and not marked yet is passed by.
fn mark_then_publish(p: &P, _: Time) {
    p.timer_modified_earliest.load();
}

const NEVER_PUBLISHED: Steps = Steps {
    timers_1_19: TimerSteps { publish_earlier: mark_then_publish, ..TIMER_STEPS },
    ..GO_1_19_FIXED
};

const COVERS: &str = "timerModifiedEarliest covers the timers modified to fire earlier";
const TIMER_WAITS: &str = "no timer is due beside an idle P";

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "47329",
    aliases: &["B11"],
    title: "timerModifiedEarliest is wiped while a timer is being modified",
    saw: "a timer that was reset to fire earlier, and fires at its old time",
    releases: "1.16 to 1.16.6",
    references: &[
        "https://go.dev/issue/47329",
        "https://go.dev/cl/336432",
        "https://go.dev/cl/337309",
    ],
    fixed: "commits 798ec73519 and bfbb288574 (CL 336432, Go 1.16.7; CL 337309, Go 1.17)",
    release: None,
    mutants: &[
        Mutant {
            name: "cleared-if-none-is-marked",
            about: "if no timer is marked as modified, timerModifiedEarliest is taken for an old one",
            steps: BY_MARKS,
            shows: &[
                Shows::invariant("modified-earlier", COVERS),
                Shows::only("modified-earlier", TIMER_WAITS),
                Shows::symptom("modified-earlier", Hang),
            ],
            masked: None,
        },
        Mutant {
            name: "never-published",
            about: "a timer that is modified to fire earlier is marked, and its new time is not published",
            steps: NEVER_PUBLISHED,
            shows: &[
                Shows::invariant("modified-earlier", COVERS),
                Shows::symptom("modified-earlier", Hang),
            ],
            masked: None,
        },
    ],
};
