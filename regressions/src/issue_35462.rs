//! golang/go#35462: the timers of a P that is destroyed move without the locks of the two heaps, while sysmon looks at them.
//!
//! The world is stopped, so no G or M looks at a heap. sysmon does: before it sleeps, it wants to know when the next timer fires.
//! In the development of Go 1.14 it walked through each heap, with the lock.
//!
//! ```text
//! main, with the world stopped        sysmon, about to sleep
//!                                     locks P0's timers; looks at the first
//! adds T to P0's heap, without the lock
//!                                     looks at the next, in an array that is no longer the heap's
//! ```
//!
//! Here no thread reaches a heap without its lock, so what is left out is the hold: the timers are taken, added and forgotten
//! under a lock each time, or without one where only words are written. The words say whose lock they want.

use runtime_model::m::M;
use runtime_model::p::OwnedP;
use runtime_model::sched::SchedLocked;
use runtime_model::steps::{Steps, GO_1_19_FIXED};
use runtime_model::Sched;
use sync::driver::Engine;

use crate::bug::{Bug, Mutant, Shows};

/// The timers move, and no lock is held from the first to the last.
fn destroy_unlocked(sched: &Sched, locked: &mut SchedLocked, m: &M, p: &OwnedP) {
    sched.move_gs(locked, m, p);
    let (from, to) = (sched.p(p), sched.p(m.p()));
    let moved = from.timers.lock().take();
    for entry in moved {
        (sched.steps().timers.move_one)(sched, to, &mut to.timers.lock(), entry);
    }
    from.num_timers.store(0);
    from.timer0_when.store(0);
}

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "35462",
    aliases: &["B27"],
    title: "timers of a P that is destroyed move without the locks of their heaps, and sysmon looks at these",
    saw: "a crash in sysmon, when GOMAXPROCS is reduced",
    releases: "none; the development of 1.14",
    references: &["https://go.dev/issue/35462", "https://go.dev/cl/206938"],
    fixed: "commit e762378c42 (CL 206938)",
    release: None,
    mutants: &[Mutant {
        name: "unlocked",
        about: "moveTimers holds neither lock",
        steps: Steps { destroy: destroy_unlocked, ..GO_1_19_FIXED },
        shows: &[Shows::invariant(
            "scavenger-beside-shrink",
            "what a lock guards is written under it",
        )
        .on(&[Engine::Explore])],
        masked: None,
    }],
};
