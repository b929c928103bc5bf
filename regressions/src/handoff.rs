//! A P that is handed off goes idle although there is work: `handoffp` is stricter than `findRunnable`.
//!
//! What `handoffp` has to look at has grown with `findRunnable`: golang/go#13645 and golang/go#39004 are places where it had
//! not. The rows leave out what it looks at, and one of them is Go's own, without a known issue: `handoffp` does not read
//! `needspinning`, which Go 1.20 added. `runtime-model/src/handoff.rs` has the schedule of that one. In Go 1.19 a waker
//! that reads `npidle == 0` does nothing at all, so it cannot be between its increment and the lock while no P is idle.

use runtime_model::g::GId;
use runtime_model::m::M;
use runtime_model::p::OwnedP;
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use runtime_model::syscall::AfterCall;
use runtime_model::Sched;

use sync::driver::Engine;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, ExpectedFailure, InRelease, Mend, Mutant, Shows};

const SCENARIO: &str = "newproc-beside-handoff";
const WORK_WAITS: &str = "no G is runnable beside an idle P";
const EXPLORE: &[Engine] = &[Engine::Explore];

/// `base` with our fix.
pub const fn fixed_in(base: Steps) -> Steps {
    Steps { asked_at_handoff: GO_FIXED.asked_at_handoff, ..base }
}

const AS_IN_1_20: Steps = Steps { asked_at_handoff: |_| false, ..GO_FIXED };
const IDLES_AT_ONCE: Steps = Steps { handoffp: idle_at_once, ..GO_1_19_FIXED };
const TWO_HOLDS: Steps = Steps { p_or_global: p_then_global, ..GO_1_19_FIXED };

/// Looks at nothing.
fn idle_at_once(sched: &Sched, _: &M, p: OwnedP) {
    sched.pidleput(&mut sched.lock.lock(), p, 0);
}

/// Gives back the lock between the look for a P and the global queue.
fn p_then_global(sched: &Sched, _: &M, g: GId) -> AfterCall {
    if let Some(p) = sched.pidleget(&mut sched.lock.lock(), 0) {
        return AfterCall::P(p);
    }
    let mut locked = sched.lock.lock();
    sched.globrunqput(&mut locked, g);
    AfterCall::Queued { locked: sched.lockedm(g).is_some() }
}

/// What of it is in the releases.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend {
        name: "handoff-beside-wakep",
        bug: "handoffp does not read needspinning",
        fixed_in,
    },
    expected: &[ExpectedFailure {
        bug: "handoffp puts its P on the idle list beside a wakep that fails",
        row: "GO_1_27",
        scenario: SCENARIO,
        check: WORK_WAITS,
        fixed_row: "GO_1_27+fix-handoff-beside-wakep",
    }],
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "handoff-beside-wakep",
    aliases: &["N4"],
    title: "a P that is handed off goes idle beside a waker that finds none",
    saw: "a goroutine that waits beside an idle CPU until another returns to the scheduler; longer, if the running ones \
          wait for it",
    releases: "1.20 to 1.27.3, the newest",
    references: &["https://go.dev/src/runtime/proc.go", "https://go.dev/issue/13645"],
    fixed: "nothing, in Go; here handoffp reads needspinning under the lock",
    release: Some(IN_RELEASE),
    mutants: &[
        Mutant {
            name: "as-in-1.20",
            about: "handoffp does not read needspinning",
            steps: AS_IN_1_20,
            shows: &[Shows::invariant(SCENARIO, WORK_WAITS).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "looks-at-nothing",
            about: "handoffp puts the P on the idle list at once",
            steps: IDLES_AT_ONCE,
            shows: &[Shows::symptom(
                "syscall-blocking",
                Throw("pidleput: P has non-empty run queue"),
            )
            .on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "returns-in-two-holds",
            about: "a call that returns and finds no P gives back the lock before its G is on the global queue",
            steps: TWO_HOLDS,
            shows: &[
                Shows::symptom("syscalls-one-p", Throw("checkdead: runnable g")).on(EXPLORE),
            ],
            masked: None,
        },
    ],
};
