//! golang/go#45975: a P is taken from the idle list and put back in two holds of the lock, and a request that came in between
//! misses it.
//!
//! ```text
//! M0, for_each_p                      M1, in its last look
//!                                     locks; takes P1; unlocks
//! locks; sets the flag of each P
//! runs the function for idle Ps, not for P1
//! unlocks; waits
//!                                     there is no work: locks; puts P1 back
//!                                                     P1 is idle, and never passes its safe point
//! ```
//!
//! In Go it was the last look at GC work, in the development of Go 1.17. Here it is the last look at the global queue: the
//! kind is the same. A drop of the P that does not ask under the lock has the same window, with one P.

use runtime_model::g::GId;
use runtime_model::m::M;
use runtime_model::steps::{Steps, GO_1_19_FIXED};
use runtime_model::Sched;

use sync::driver::Engine;

use crate::bug::{Bug, Mutant, Shows};

const AHEAD: &str = "a P that does not run has no safe point ahead of it";
const WAITS: &str = "a stop of the world waits only for Ps that run";
const EXPLORE: &[Engine] = &[Engine::Explore];

const IN_TWO_HOLDS: Steps = Steps { recheck_global: recheck_in_two_holds, ..GO_1_19_FIXED };
const DROPS_UNASKED: Steps = Steps { must_stop: |_, _| false, ..GO_1_19_FIXED };

/// Takes a P first, and looks at the queue in a second hold of the lock.
fn recheck_in_two_holds(sched: &Sched, m: &mut M) -> Option<GId> {
    let p = sched.pidleget_spinning(&mut sched.lock.lock(), 0)?;
    let mut locked = sched.lock.lock();
    if sched.runqsize.owner_load() == 0 {
        sched.pidleput(&mut locked, p, 0);
        return None;
    }
    let g = (sched.steps().take_global)(sched, locked, m, &p).ok();
    sched.acquirep(m, p);
    sched.become_spinning(m);
    g
}

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "45975",
    aliases: &["B02"],
    title: "a P is put back on the idle list in a second hold of the lock, without a look at what was asked meanwhile",
    saw: "a garbage collection that never ends, and with it the program",
    releases: "none; it was in the development of 1.17",
    references: &["https://go.dev/issue/45975", "https://go.dev/cl/318569"],
    fixed: "commit 2520e72d3b (CL 318569)",
    release: None,
    mutants: &[
        Mutant {
            name: "in-two-holds",
            about: "the last look takes a P, and puts it back in a second hold of the lock",
            steps: IN_TWO_HOLDS,
            shows: &[Shows::invariant("safe-point-beside-work", AHEAD).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "drops-unasked",
            about: "an M drops its P without a look, under the lock, at what it is asked",
            steps: DROPS_UNASKED,
            shows: &[
                Shows::invariant("safe-point-beside-work", AHEAD).on(EXPLORE),
                Shows::only("stop-beside-work", WAITS).on(EXPLORE),
            ],
            masked: None,
        },
    ],
};
