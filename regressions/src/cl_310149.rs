//! golang's CL 310149: `runqdrain` links Gs before they are its own.
//!
//! The owner of a P takes all Gs of its ring at once, by a compare-and-swap of the head, and links them.
//! Linking writes into the G. Done before the compare-and-swap, it writes into a G that a thief may have
//! taken meanwhile, and has linked itself:
//!
//! ```text
//! the owner                      a thief
//! reads G0, G1
//!                                takes G0; its link is nil
//! links G0 to G1
//! the head has moved: again
//! takes G1                       G0's link leads to G1, which is the owner's
//! ```
//!
//! Nothing in this model drains a queue yet (in Go, the GC's dedicated workers do), so it is shown by the
//! kernel alone.

use runtime_model::g::Guintptr;
use runtime_model::p::OwnedP;
use runtime_model::runq::GQueue;
use runtime_model::steps::{Steps, GO_1_19_FIXED};
use runtime_model::Sched;

use crate::bug::{Bug, Mutant, Shows, Symptom};

const KERNEL: &str = "kernel/runqdrain";

/// Reads the ring and links what it reads, and then moves the head.
fn link_then_take(sched: &Sched, owned: &OwnedP) -> GQueue {
    let p = sched.p(owned);
    let mut drained = GQueue::default();
    let next = p.runnext.load();
    if next != Guintptr::NIL && p.runnext.cas(next, Guintptr::NIL) {
        next.ptr().into_iter().for_each(|g| drained.push_back(&sched.allg, g));
    }
    loop {
        let h = p.runqhead.load_acq();
        let t = p.runqtail.owner_load();
        let mut all = drained;
        for i in h..t {
            let g = p.slot(i).load_relaxed().ptr();
            g.into_iter().for_each(|g| all.push_back(&sched.allg, g));
        }
        if h == t || p.runqhead.cas_rel(h, t) {
            return all;
        }
    }
}

const LINKED_FIRST: Steps = Steps { runqdrain: link_then_take, ..GO_1_19_FIXED };

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "cl-310149",
    aliases: &["B30"],
    title: "runqdrain links Gs before it has taken them",
    saw: "goroutines lost or run twice, and crashes with bad statuses; undone within days",
    releases: "none",
    references: &[
        "https://go.dev/cl/310149",
        "https://go.dev/cl/312129",
        "https://go.dev/cl/313009",
    ],
    fixed: "commit 3b304ce7fe (CL 313009, Go 1.17): the compare-and-swap first, then the links",
    release: None,
    mutants: &[Mutant {
        name: "linked-before-the-swap",
        about: "the Gs are linked, and then taken",
        steps: LINKED_FIRST,
        shows: &[Shows::symptom(
            KERNEL,
            Symptom::Corrupt("runqdrain: a G is in two queues, or in none"),
        )],
        masked: None,
    }],
};
