//! golang/go#46524: an M that returns from a system call reads whether its G is locked to it, when the G is another's already.
//!
//! There was no P for the G, so the M has put it on the global queue. If the G is locked to its thread, the M is to wait for it,
//! and else for any work. From the moment at which the lock is released, another M may run the G. If the G locks itself to its new
//! thread just then, the first M sees that it is locked, and not to which:
//!
//! ```text
//! M0, back from a call with main        M1
//! puts main on the global queue
//!                                       executes main, which locks itself to M1
//! main is locked: waits for it
//! throws: it is not locked to M0
//! ```
//!
//! Go reads it before it releases the lock.

use runtime_model::g::GId;
use runtime_model::m::M;
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use runtime_model::syscall::AfterCall;
use runtime_model::Sched;
use sync::driver::Engine;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SHOWS: &[Shows] =
    &[Shows::symptom("locked-after-return", Throw("stoplockedm: inconsistent locking"))
        .on(EXPLORE)];

fn read_late(sched: &Sched, m: &M, g: GId) -> AfterCall {
    match sched.p_or_global(m, g) {
        AfterCall::Queued { .. } => {
            // It stands for the release of the lock, which is no operation of its own.
            drop(sched.lock.lock());
            AfterCall::Queued { locked: sched.lockedm(g).is_some() }
        }
        p => p,
    }
}

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "46524",
    aliases: &[],
    title: "whether a G is locked to its thread is read when another M has it",
    saw: "fatal error: stoplockedm: inconsistent locking",
    releases: "up to 1.16",
    references: &["https://go.dev/issue/46524"],
    fixed: "exitsyscall0 reads lockedm before it releases sched.lock (Go 1.17)",
    release: None,
    mutants: &[
        Mutant {
            name: "read-late",
            about: "lockedm is read once the lock has been released",
            steps: Steps { p_or_global: read_late, ..GO_1_19_FIXED },
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "read-late-in-1.27",
            about: "the same with the system calls of 1.27",
            steps: Steps { p_or_global: read_late, ..GO_FIXED },
            shows: SHOWS,
            masked: None,
        },
    ],
};
