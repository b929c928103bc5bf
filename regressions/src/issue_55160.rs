//! golang/go#55160: the global queue is outside the wake protocol.
//!
//! A G that yields goes to the global queue, and its M wakes no other for it; and a spinner's last look is at
//! the Ps' queues and timers, not at that one.
//!
//! ```text
//! M0, executing main             M1, spinning
//!                                finds nothing; drops P1
//! starts A; M1 spins: no wakeup
//!                                stops spinning; the global queue is empty
//! yields: main is on it
//! takes A, which keeps P0 busy
//!                                P0's queue is empty; parks   main waits beside the idle P1
//! ```
//!
//! The fix has two halves. With the last look alone, the schedule above still does it, since M1 looks
//! before main is there; with the wakeup alone, nothing makes up for a wakeup that is left out because M1
//! still counts.

use runtime_model::g::GId;
use runtime_model::m::M;
use runtime_model::p::OwnedP;
use runtime_model::sched::SchedLocked;
use runtime_model::steps::{Steps, GO_13F6BE28, GO_1_19_FIXED};
use runtime_model::{Sched, Time};
use sync::driver::Engine;

use crate::bug::Symptom::{Hang, Throw};
use crate::bug::{Bug, ExpectedFailure, InRelease, Masked, Mend, Mutant, Shows};

const WORK_WAITS: &str = "no G is runnable beside an idle P";
const OVERFLOW: &str = "overflow-beside-busy";
const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "gosched-beside-newproc";

/// `base` with the fix.
const fn fixed_in(base: Steps) -> Steps {
    Steps {
        wake_for_global: GO_1_19_FIXED.wake_for_global,
        recheck_global: GO_1_19_FIXED.recheck_global,
        ..base
    }
}

/// The second look at the global queue, with another way to take a P, and another way to go on with it.
fn recheck(
    sched: &Sched,
    m: &mut M,
    take: fn(&Sched, &mut SchedLocked, Time) -> Option<OwnedP>,
    go_on: fn(&Sched, &mut M, OwnedP),
) -> Option<GId> {
    let mut locked = sched.lock.lock();
    locked.global_runq().next()?;
    let p = take(sched, &mut locked, 0)?;
    let g = sched.globrunqget(&mut locked, m, &p, 0);
    drop(locked);
    go_on(sched, m, p);
    g
}

fn without_telling(sched: &Sched, m: &mut M) -> Option<GId> {
    recheck(sched, m, Sched::pidleget, |sched, m, p| {
        sched.acquirep(m, p);
        sched.become_spinning(m);
    })
}

fn without_acquirep(sched: &Sched, m: &mut M) -> Option<GId> {
    recheck(sched, m, Sched::pidleget_spinning, |sched, m, _| sched.become_spinning(m))
}

fn without_spinning(sched: &Sched, m: &mut M) -> Option<GId> {
    recheck(sched, m, Sched::pidleget_spinning, Sched::acquirep)
}

const RECHECK_WITHOUT_TELLING: Steps = Steps { recheck_global: without_telling, ..GO_1_19_FIXED };
const RECHECK_WITHOUT_ACQUIREP: Steps = Steps { recheck_global: without_acquirep, ..GO_1_19_FIXED };
const RECHECK_WITHOUT_SPINNING: Steps = Steps { recheck_global: without_spinning, ..GO_1_19_FIXED };
const WITHOUT_RECHECK: Steps =
    Steps { recheck_global: GO_13F6BE28.recheck_global, ..GO_1_19_FIXED };
const WITHOUT_WAKEP: Steps =
    Steps { wake_for_global: GO_13F6BE28.wake_for_global, ..GO_1_19_FIXED };
const NEITHER: Steps = Steps { recheck_global: GO_13F6BE28.recheck_global, ..WITHOUT_WAKEP };

const SHOWS: &[Shows] =
    &[Shows::invariant(SCENARIO, WORK_WAITS).within(3), Shows::symptom(SCENARIO, Hang).within(3)];

/// shuttle's samples are too few for it.
const SHOWS_ON_LOOM: &[Shows] = &[
    Shows::invariant(SCENARIO, WORK_WAITS).within(3).on(&[Engine::Loom, Engine::Explore]),
    Shows::symptom(SCENARIO, Hang).within(3).on(&[Engine::Loom, Engine::Explore]),
];

/// What of it is in the release.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "55160", bug: "golang/go#55160", fixed_in },
    expected: &[ExpectedFailure {
        bug: "golang/go#55160",
        row: "GO_13F6BE28",
        scenario: "gosched-beside-newproc",
        check: WORK_WAITS,
        fixed_row: "GO_13F6BE28+fix-55160",
    }],
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "55160",
    aliases: &["B08"],
    title: "the global queue is not looked at again, and a G that yields wakes no M",
    saw: "a goroutine that yielded does not run although a P is idle, until sysmon preempts another \
          (10 ms); without preemption, for good",
    releases: "1.1 to 1.21",
    references: &[
        "https://go.dev/issue/55160",
        "https://go.dev/cl/501975",
        "https://go.dev/cl/501976",
        "https://go.dev/issue/60693",
    ],
    fixed: "commits dd5db4df56 and ad943066f6 (CL 501975 and CL 501976, Go 1.22)",
    release: Some(IN_RELEASE),
    mutants: &[
        Mutant {
            name: "neither",
            about: "the last look leaves out the global queue, and gosched wakes no M",
            steps: NEITHER,
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "without-recheck",
            about: "half of the fix: gosched wakes an M; the last look leaves out the global queue",
            steps: WITHOUT_RECHECK,
            shows: SHOWS,
            masked: None,
        },
        Mutant {
            name: "without-wakep",
            about: "half of the fix: the last look has the global queue; gosched wakes no M",
            steps: WITHOUT_WAKEP,
            shows: SHOWS_ON_LOOM,
            masked: None,
        },
        Mutant {
            name: "recheck-without-telling",
            about: "the second look finds a G and no P, and does not set needspinning",
            steps: RECHECK_WITHOUT_TELLING,
            shows: &[Shows::holds(SCENARIO).on(EXPLORE), Shows::holds(OVERFLOW).on(EXPLORE)],
            masked: Some(Masked { because: "the M that has the last P got it to spin, and sets needspinning itself if it finds work and no P is idle", unmasked_by: None }),
        },
        Mutant {
            name: "recheck-without-acquirep",
            about: "the second look finds a G, and its M runs it without its P",
            steps: RECHECK_WITHOUT_ACQUIREP,
            shows: &[Shows::symptom(SCENARIO, Throw("M1: no p")).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "recheck-without-spinning",
            about: "the second look finds a G, and its M does not become a spinner, so that it wakes no other",
            steps: RECHECK_WITHOUT_SPINNING,
            shows: &[
                Shows::invariant(OVERFLOW, WORK_WAITS).on(EXPLORE),
                Shows::symptom(OVERFLOW, Hang).on(EXPLORE),
            ],
            masked: None,
        },
    ],
};
