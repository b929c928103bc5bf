//! golang/go#35274: a P that has a timer goes idle, and the M that polls is not woken.
//!
//! In the development of Go 1.14, `handoffp` put its P on the idle list whatever timers that had, while another M waited in a poll
//! with a later deadline, or with none. Today, the G that adds a timer tells the poller itself (golang/go#38860), so that what
//! `handoffp` does makes no difference: it shows only where that is left out as well.

use runtime_model::steps::{Steps, TimerSteps, GO_1_19_FIXED, TIMER_STEPS};
use sync::driver::Engine;

use crate::bug::{Bug, Masked, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "timer-beside-handoff";
const WAITED_FOR: &str = "a pending timer beside an idle P is waited for";

const UNTOLD: Steps = Steps { wake_at_handoff: |_, _, _| {}, ..GO_1_19_FIXED };
const NEITHER: Steps =
    Steps { timers_1_19: TimerSteps { wake_for_timer: |_, _, _| {}, ..TIMER_STEPS }, ..UNTOLD };

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "35274",
    aliases: &["B24"],
    title: "a P that has a timer is handed off, and the M that polls is not woken",
    saw: "timers that fire late",
    releases: "none; the development of 1.14",
    references: &[
        "https://go.dev/issue/35274",
        "https://go.dev/issue/35288",
        "https://go.dev/cl/204800",
    ],
    fixed: "commit d80ab3e85a (CL 204800, Go 1.14)",
    release: None,
    mutants: &[
        Mutant {
            name: "and-no-m-is-woken-for-a-timer",
            about: "neither handoffp nor the G that adds a timer tells the M that polls",
            steps: NEITHER,
            shows: &[Shows::invariant(SCENARIO, WAITED_FOR).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "untold",
            about: "handoffp does not tell the M that polls of a timer of its P",
            steps: UNTOLD,
            shows: &[Shows::holds(SCENARIO).on(EXPLORE)],
            masked: Some(Masked {
                because: "the G that adds or modifies a timer tells the M that polls",
                unmasked_by: Some("and-no-m-is-woken-for-a-timer"),
            }),
        },
    ],
};
