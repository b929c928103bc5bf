//! golang/go#23098: an M that has dropped its P looks at `allp` while GOMAXPROCS changes.
//!
//! Up to Go 1.9, the last look read `allp` itself. Without a P, an M does not keep the world from being stopped:
//!
//! ```text
//! M1, spinning                       M0, executing main
//! drops P1
//! reads the length of allp: 2
//!                                    GOMAXPROCS = 1
//! reads the bit of P1, which the mask does not have
//! ```
//!
//! In Go, a slice of three words is read beside the write of them, so that anything may come of it. Here the length and the
//! masks are one word each, and the M may see one of before and one of after. *Races: the length of `allp`, a test in
//! `regressions/tests/races.rs`.*

use runtime_model::event::Event;
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use sync::driver::Engine;

use crate::bug::{Bug, Mutant, Shows, Symptom};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "shrunk-beside-last-look";
const SNAPSHOT: &str = "an M without a P looks at the Ps of its snapshot";

/// The last look reads what there is.
pub const BARE: Steps = Steps {
    take_snapshot: |sched, m| sched.emit(m, Event::LeftOut("the snapshot of the Ps")),
    ..GO_1_19_FIXED
};
const BARE_IN_1_27: Steps = Steps { take_snapshot: BARE.take_snapshot, ..GO_FIXED };

const SHOWS: &[Shows] = &[
    Shows::symptom(SCENARIO, Symptom::Throw("index out of range [1] with length 1")).on(EXPLORE),
    Shows::invariant(SCENARIO, SNAPSHOT).on(EXPLORE),
];

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "23098",
    aliases: &["B32"],
    title: "an M that has dropped its P looks at allp while GOMAXPROCS changes",
    saw: "crashes of programs that change GOMAXPROCS",
    releases: "up to 1.9",
    references: &["https://go.dev/issue/23098", "https://go.dev/cl/86215"],
    fixed: "commit 7c2cf4e779 (CL 86215, Go 1.10): a snapshot is taken before the P is dropped",
    release: None,
    mutants: &[
        Mutant {
            name: "without-a-snapshot",
            about: "the last look reads allp and the masks as they are",
            steps: BARE,
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "without-a-snapshot-in-1.27",
            about: "the same in Go 1.27",
            steps: BARE_IN_1_27,
            shows: SHOWS,
            masked: None,
        },
    ],
};
