//! golang/go#40457: Gs of a poll that have no room on a ring go to the global queue, and its lock is not held.
//!
//! When one M put several Gs onto its ring at once for the first time, those that did not fit went to the global queue, as in
//! the function that puts one G there. That one's caller held `sched.lock`; the new one's did not. What another M does with the
//! queue at the same time is lost, or a G is:
//!
//! ```text
//! M0, with P0 and four Gs of a poll      M1, without a P, with one G of a poll
//! its ring takes two; reads the queue
//!                                        puts its G on the queue
//! writes the queue back, with its last G
//!                                                       M1's G is on no queue
//! ```

#![expect(clippy::disallowed_methods, reason = "the bug writes the global queue without its lock")]

use runtime_model::by_hand;
use runtime_model::g::GId;
use runtime_model::steps::{PollSteps, Steps, GO_1_19_FIXED, POLL_1_19_FIXED};
use runtime_model::Sched;
use sync::driver::Engine;

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const GUARDED: &str = "what a lock guards is written under it";
const ALONE: &str = "batch-overflows";
const BESIDE: &str = "batch-beside-poller";

/// Appends the Gs to the queue as if it were this M's own. Each access holds the lock, as there is no other way to the queue
/// here; but the lock is free between reading and writing it.
fn put_without_the_lock(sched: &Sched, left: Vec<GId>) {
    if left.is_empty() {
        return;
    }
    let n = left.len() as i32;
    let size = sched.runqsize.load();
    let mut all: Vec<GId> = sched.lock.lock().global_runq().collect();
    all.extend(left);
    by_hand::set_global_runq(sched, &mut sched.lock.lock(), all);
    sched.runqsize.store(size + n);
}

const WITHOUT_THE_LOCK: Steps = Steps {
    poll: PollSteps { put_overflow: put_without_the_lock, ..POLL_1_19_FIXED },
    ..GO_1_19_FIXED
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "40457",
    aliases: &["B40"],
    title: "Gs of a poll for which a ring has no room are put on the global queue without its lock",
    saw: "nil Gs in the global queue, and crashes",
    releases: "none; the development of 1.15",
    references: &["https://go.dev/issue/40457", "https://go.dev/cl/245377"],
    fixed: "commit 6b4dcf19fa (CL 245377, Go 1.15)",
    release: None,
    mutants: &[Mutant {
        name: "without-the-lock",
        about: "the global queue is read and written back without its lock, for Gs that have no room on a ring",
        steps: WITHOUT_THE_LOCK,
        shows: &[
            Shows::invariant(ALONE, "runqsize is the length of the global queue").on(EXPLORE),
            Shows::only(ALONE, GUARDED).on(EXPLORE),
            Shows::only(BESIDE, "a G is in one place").on(EXPLORE),
            Shows::symptom(BESIDE, Hang).on(EXPLORE),
        ],
        masked: None,
    }],
};
