//! golang/go#40368: an M that is about to be started does not count yet.
//!
//! `startm` takes a P, finds no idle M, and releases the lock to start one. Up to Go 1.15, that one was counted when it was made.
//! If sysmon starts it, which is no M that counts, the last M that runs may park in between:
//!
//! ```text
//! sysmon, waking the scavenger        M0, polling
//! takes P0; no M is idle
//! releases the lock
//!                                     finds main; no P is idle: puts it on the global queue
//!                                     parks; checkdead: no M runs, and main can
//! counts the new M
//! ```
//!
//! Go reserves the number of the new M, and so counts it, before it releases the lock (`mReserveID`). With that, the other
//! precaution of sysmon, `incidlelocked` around the Gs that it polls for (golang/go#6070), is needed no longer: golang/go#40518.

use runtime_model::event::Event;
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use sync::driver::Engine;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, Mutant, Shows};

const SHOWS: &[Shows] =
    &[Shows::symptom("scavenger-beside-poll", Throw("checkdead: runnable g"))
        .on(&[Engine::Explore])];

/// `base`, in which a new M is counted under a later hold of the lock.
const fn counted_late(base: Steps) -> Steps {
    Steps {
        start_new_m: |sched, m, locked, p, spin| {
            drop(locked);
            let counted = "the count of the new M, under this hold of the lock";
            sched.emit(m, Event::LeftOut(counted));
            sched.start_new_m(m, sched.lock.lock(), p, spin);
        },
        ..base
    }
}

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "40368",
    aliases: &["B09", "6070", "40518"],
    title: "an M that is about to be started does not count, and checkdead sees no other",
    saw: "fatal error: checkdead: runnable g",
    releases: "up to 1.14",
    references: &[
        "https://go.dev/issue/40368",
        "https://go.dev/issue/6070",
        "https://go.dev/issue/40518",
        "https://go.dev/cl/245018",
    ],
    fixed: "commit 85afa2eb19 (CL 245018; Go 1.15)",
    release: None,
    mutants: &[
        Mutant {
            name: "counted-late",
            about: "a new M is counted once the lock has been released",
            steps: counted_late(GO_1_19_FIXED),
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "counted-late-in-1.27",
            about: "the same in 1.27",
            steps: counted_late(GO_FIXED),
            shows: SHOWS,
            masked: None,
        },
    ],
};
