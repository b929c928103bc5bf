//! golang/go#42237: a G is preempted while it wakes an M, and has that one's P in its hands.
//!
//! `startm` takes a P off the idle list, and hands it to an M. Go 1.16's development called it from a G, by way of a timer that
//! the G adds, and not on the system stack. So the G could be preempted in between. Its P is on no list then, and no M has it:
//!
//! ```text
//! M0, executing main
//! takes P1 off the idle list
//! main is preempted: to the global queue
//! executes S, which stops the world
//! waits for P1, which nothing has            main has P1, and no P to run on
//! ```
//!
//! Go keeps the G on its M until the P is handed over (`acquirem`). golang/go#38931 is the same in the start of the template
//! thread, which is left out here.

use runtime_model::m::M;
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use runtime_model::Sched;
use sync::driver::Engine;

use crate::bug::Symptom::{Hang, Holds};
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SHOWS: &[Shows] = &[
    Shows::invariant("preempted-wakeup", "a P has one holder").on(EXPLORE),
    Shows::symptom("preempted-wakeup", Hang).on(EXPLORE),
    // Where nothing stops the world, the G hands the P over when it runs again.
    Shows::symptom("preempted-and-woken", Holds).on(EXPLORE),
    Shows::symptom("preempted-beside-parked", Holds).on(EXPLORE),
];

fn wakep_preemptible(sched: &Sched, m: &M) {
    if let Some(spin) = sched.begin_spin(m) {
        sched.startm_preemptible(m, Some(spin));
    }
}

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "42237",
    aliases: &["B07", "38931"],
    title: "a G is preempted while it has the P of the M that it wakes, and the world cannot stop",
    saw: "programs that hang in a stop of the world; tests that time out",
    releases: "none; three weeks of the development of 1.16",
    references: &[
        "https://go.dev/issue/42237",
        "https://go.dev/issue/38931",
        "https://go.dev/cl/232298",
        "https://go.dev/cl/267257",
    ],
    fixed: "commit 370682ae98 (CL 267257; Go 1.16)",
    release: None,
    mutants: &[
        Mutant {
            name: "preempted-with-a-p",
            about: "a G can be preempted in startm, once it has taken a P",
            steps: Steps { wakep: wakep_preemptible, ..GO_1_19_FIXED },
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "preempted-with-a-p-in-1.27",
            about: "the same in 1.27",
            steps: Steps { wakep: wakep_preemptible, ..GO_FIXED },
            shows: SHOWS,
            masked: None,
        },
    ],
};
