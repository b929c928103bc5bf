//! golang/go#59600: sysmon takes a P for a G that it has put on the global queue, and gives up the lock before there is an M.
//!
//! The fix of golang/go#45867 moved the taking of the P out of `startm`, which had held the lock from there until an M was reserved.
//! sysmon is no M that counts. So for a moment there is a P in its hands, and no M that runs:
//!
//! ```text
//! sysmon, waking the scavenger        M0, polling
//! takes P0; releases the lock
//!                                     finds main; no P is idle: puts it on the global queue
//!                                     parks; checkdead: no M runs, and main can
//! would start an M
//! ```
//!
//! Around the Gs that sysmon polls for, and the Ps that it retakes, it counts one more (`incidlelocked`). For the scavenger, and
//! for a forced GC, it does not. Go holds the lock since 1.21.

use runtime_model::m::M;
use runtime_model::steps::{
    PollSteps, Steps, GO_1_19_FIXED, GO_FIXED, POLL_1_19_FIXED, POLL_FIXED,
};
use runtime_model::Sched;
use sync::driver::Engine;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, Mutant, Shows};

pub(crate) const EXPLORE: &[Engine] = &[Engine::Explore];

const SHOWS: &[Shows] = &[
    Shows::symptom("scavenger-beside-poll", Throw("checkdead: runnable g")).on(EXPLORE),
    // With the lock released, the trace of the crash does no harm: golang/go#59758.
    Shows::symptom("traced-scavenger", Throw("checkdead: runnable g")).on(EXPLORE),
];

/// The bug, with the rest of 1.19.
pub(crate) const AS_IN_1_20: Steps =
    Steps { poll: PollSteps { start_idle: start_idle_1_20, ..POLL_1_19_FIXED }, ..GO_1_19_FIXED };

/// Takes each P under the lock, and starts its M under another hold.
fn start_idle_1_20(sched: &Sched, m: &M, n: usize) {
    for _ in 0..n {
        let p = sched.pidleget_spinning(&mut sched.lock.lock(), 0);
        let Some(p) = p else { return };
        sched.startm(m, Some(p), None);
    }
}

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "59600",
    aliases: &["B04"],
    title: "sysmon gives up the lock between taking a P and reserving its M, and checkdead sees neither",
    saw: "fatal error: checkdead: runnable g, with GOMAXPROCS=1",
    releases: "1.20",
    references: &[
        "https://go.dev/issue/59600",
        "https://go.dev/issue/45867",
        "https://go.dev/cl/389014",
        "https://go.dev/cl/487316",
    ],
    fixed: "commit ff059add10 (CL 487316; Go 1.21)",
    release: None,
    mutants: &[
        Mutant {
            name: "as-in-1.20",
            about: "injectglist takes a P, releases the lock, and then starts an M",
            steps: AS_IN_1_20,
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "as-in-1.20-in-1.27",
            about: "the same with the rest of 1.27",
            steps: Steps {
                poll: PollSteps { start_idle: start_idle_1_20, ..POLL_FIXED },
                ..GO_FIXED
            },
            shows: SHOWS,
            masked: None,
        },
    ],
};
