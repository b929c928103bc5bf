//! golang/go#45867: an M that never spun drops its P while a waker finds none.
//!
//! An M that spins looks at everything again once it has dropped its P. One that never spun does not. In
//! between its own look and the drop, a waker finds no idle P, and leaves it at that:
//!
//! ```text
//! M0, executing main             M1, not spinning
//!                                finds nothing; still has P1
//! publishes G
//! no P is idle: all are at work
//!                                drops P1, parks             G waits beside the idle P1
//! ```
//!
//! Since Go 1.20 the waker sets `needspinning`, under the lock, and the M reads that before it drops its P. Two
//! halves, and each is needed. The order within the first is a bug of its own, which Go 1.27.3 still has: see
//! [`wakep_1_20`]. It was seen there with the schedule forced: `regressions/confirmed/45867-as-in-1.20`.
//!
//! The other rows leave out a line of either half.

use runtime_model::find::Found;
use runtime_model::m::M;
use runtime_model::steps::{must_keep_p, wakep_1_20, Steps, GO_13F6BE28, GO_1_19_FIXED};
use runtime_model::Sched;
use sync::driver::Engine;

use crate::bug::Symptom::{Hang, Livelock};
use crate::bug::{Bug, ExpectedFailure, InRelease, Masked, Mend, Mutant, Shows};

const WORK_WAITS: &str = "no G is runnable beside an idle P";
const COUNT: &str = "nmspinning counts the spinners";
const SCENARIO: &str = "three-newprocs";
const EXPLORE: &[Engine] = &[Engine::Explore];
const STRANDS: &[Shows] = &[
    Shows::invariant(SCENARIO, WORK_WAITS).on(EXPLORE),
    Shows::symptom(SCENARIO, Hang).on(EXPLORE),
];
const NOTHING: &[Shows] = &[Shows::holds(SCENARIO).on(EXPLORE)];

/// `base` with the fix.
const fn fixed_in(base: Steps) -> Steps {
    copied(base, GO_1_19_FIXED)
}

/// `base` without the fix.
pub const fn broken_in(base: Steps) -> Steps {
    copied(base, GO_13F6BE28)
}

const fn copied(base: Steps, from: Steps) -> Steps {
    Steps {
        wakep: from.wakep,
        p_for_work: from.p_for_work,
        must_keep_p: from.must_keep_p,
        became_spinning: from.became_spinning,
        ..base
    }
}

/// A waker that finds no P undoes its increment, and leaves `needspinning` as it is.
fn without_telling(sched: &Sched, m: &M) {
    let Some(spin) = sched.begin_spin(m) else { return };
    let mut locked = sched.lock.lock();
    let Some(p) = sched.pidleget(&mut locked, 0) else { return sched.undo_spin(m, spin, "wakep") };
    drop(locked);
    sched.startm(m, Some(p), Some(spin));
}

/// A waker that finds no P releases the lock before it sets `needspinning`: the P may be dropped in between.
fn tells_after_the_lock(sched: &Sched, m: &M) {
    let Some(spin) = sched.begin_spin(m) else { return };
    let mut locked = sched.lock.lock();
    let p = sched.pidleget(&mut locked, 0);
    drop(locked);
    let Some(p) = p else {
        sched.undo_spin(m, spin, "wakep");
        sched.needspinning.store(1);
        return;
    };
    sched.startm(m, Some(p), Some(spin));
}

/// An M reads `needspinning` before it takes the lock under which it drops its P: it may be set in between.
fn asks_before_the_lock(sched: &Sched, m: &mut M) -> Found {
    if must_keep_p(sched, m) {
        sched.become_spinning(m);
        return Found::Again;
    }
    sched.drop_p(m)
}

/// An M that has to keep its P looks again, but does not become a spinner.
fn keeps_without_spinning(sched: &Sched, m: &mut M) -> Found {
    let mut locked = sched.lock.lock();
    if let Some(g) = sched.globrunqget(&mut locked, m, m.p(), 0) {
        return Found::G(g);
    }
    if must_keep_p(sched, m) {
        return Found::Again;
    }
    sched.drop_p_locked(&mut locked, m)
}

/// As in Go 1.19.
const AS_IN_1_19: Steps = broken_in(GO_1_19_FIXED);

const UNTOLD: Steps =
    Steps { wakep: GO_13F6BE28.wakep, p_for_work: GO_13F6BE28.p_for_work, ..GO_1_19_FIXED };
/// Like 1.20, but an M that drops its P does not read `needspinning`.
pub const UNASKED: Steps = Steps { must_keep_p: GO_13F6BE28.must_keep_p, ..GO_1_19_FIXED };
const WAKEP_DOES_NOT_TELL: Steps = Steps { wakep: without_telling, ..GO_1_19_FIXED };
const LAST_LOOK_DOES_NOT_TELL: Steps =
    Steps { p_for_work: GO_13F6BE28.p_for_work, ..GO_1_19_FIXED };
/// A spinner that has found work, and finds no P for another M, leaves `needspinning` as it is.
const FINDER_DOES_NOT_TELL: Steps = Steps {
    reset_spinning: |sched, m, _| {
        sched.stop_spinning(m);
        without_telling(sched, m);
    },
    ..GO_1_19_FIXED
};
const TELLS_LATE: Steps = Steps { wakep: tells_after_the_lock, ..GO_1_19_FIXED };
const ASKS_EARLY: Steps =
    Steps { drop_p: asks_before_the_lock, must_keep_p: GO_13F6BE28.must_keep_p, ..GO_1_19_FIXED };
const NEVER_CLEARED: Steps =
    Steps { became_spinning: GO_13F6BE28.became_spinning, ..GO_1_19_FIXED };
const SPINNERS_KEEP_IT_TOO: Steps =
    Steps { must_keep_p: |sched, _| sched.needspinning.load() == 1, ..GO_1_19_FIXED };
const KEPT_ALWAYS: Steps =
    Steps { must_keep_p: |sched, m| !sched.m(m.id).spinning.get(), ..GO_1_19_FIXED };
const KEEPS_WITHOUT_SPINNING: Steps = Steps { drop_p: keeps_without_spinning, ..GO_1_19_FIXED };
const AS_IN_1_20: Steps = Steps { wakep: wakep_1_20, ..GO_1_19_FIXED };

const AS_IN_1_20_BUG: &str =
    "the fix of golang/go#45867 (needspinning is cleared while a failed waker still counts)";

const fn in_1_27(scenario: &'static str) -> ExpectedFailure {
    ExpectedFailure {
        bug: AS_IN_1_20_BUG,
        row: "GO_1_27",
        scenario,
        check: WORK_WAITS,
        fixed_row: "GO_1_27+fix-45867",
    }
}

/// The fix as it came in Go 1.20, which leaves a part. Not among the mends of the releases, which leave none.
pub(crate) const FIX_AS_IN_1_20: Mend = Mend {
    name: "45867-as-in-1.20",
    bug: AS_IN_1_20_BUG,
    fixed_in: |base| Steps { wakep: wakep_1_20, ..fixed_in(base) },
};

/// What of it is in the releases: in 1.19 itself, in 1.27 what its fix left.
const IN_RELEASE: InRelease = InRelease {
    mend: Mend { name: "45867", bug: "golang/go#45867", fixed_in },
    expected: &[
        ExpectedFailure {
            bug: "golang/go#45867",
            row: "GO_13F6BE28",
            scenario: "three-newprocs",
            check: WORK_WAITS,
            fixed_row: "GO_13F6BE28+fix-45867",
        },
        ExpectedFailure {
            bug: "golang/go#45867",
            row: "GO_13F6BE28",
            scenario: "newproc-beside-return",
            check: WORK_WAITS,
            fixed_row: "GO_13F6BE28+fix-45867",
        },
        ExpectedFailure {
            bug: AS_IN_1_20_BUG,
            row: "GO_13F6BE28+fix-45867-as-in-1.20",
            scenario: "three-newprocs",
            check: WORK_WAITS,
            fixed_row: "GO_13F6BE28+fix-45867",
        },
        in_1_27("three-newprocs"),
        in_1_27("overflow"),
        in_1_27("gc-beside-newproc"),
    ],
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "45867",
    aliases: &["B03"],
    title: "an M that never spun drops its P while a waker finds none",
    saw: "parallelism that is lost for as long as the running goroutines do not return to the scheduler; \
          a hang, if they wait for the one that is queued",
    releases: "1.17 to 1.19",
    references: &[
        "https://go.dev/issue/45867",
        "https://go.dev/cl/389014",
        "https://go.dev/cl/310850",
    ],
    fixed: "commit 8cb350d69a (CL 389014, Go 1.20), but for the order that as-in-1.20 shows",
    release: Some(IN_RELEASE),
    mutants: &[
        Mutant {
            name: "as-in-1.19",
            about: "needspinning is neither set nor read",
            steps: AS_IN_1_19,
            shows: &[
                Shows::invariant(SCENARIO, WORK_WAITS).within(3),
                Shows::symptom(SCENARIO, Hang).within(3),
                Shows::invariant("newproc-beside-return", WORK_WAITS).on(EXPLORE),
                Shows::symptom("newproc-beside-return", Hang).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "the-waker-does-not-tell",
            about: "half of the fix: needspinning is read, and never set",
            steps: UNTOLD,
            shows: &[
                Shows::invariant(SCENARIO, WORK_WAITS).within(3),
                Shows::symptom(SCENARIO, Hang).within(3),
            ],
            masked: None,
        },
        Mutant {
            name: "the-idler-does-not-ask",
            about: "half of the fix: needspinning is set, and not read",
            steps: UNASKED,
            shows: &[
                Shows::invariant(SCENARIO, WORK_WAITS).within(3),
                Shows::symptom(SCENARIO, Hang).within(3),
            ],
            masked: None,
        },
        Mutant {
            name: "as-in-1.20",
            about: "the fix as it is in Go: needspinning is set before the failed increment is undone",
            steps: AS_IN_1_20,
            shows: &[
                Shows::invariant(SCENARIO, WORK_WAITS).on(&[Engine::Loom, Engine::Explore]),
                Shows::symptom(SCENARIO, Hang).on(&[Engine::Loom, Engine::Explore]),
            ],
            masked: None,
        },
        Mutant {
            name: "wakep-does-not-tell",
            about: "half of the waker's half: wakep does not set needspinning",
            steps: WAKEP_DOES_NOT_TELL,
            shows: STRANDS,
            masked: None,
        },
        Mutant {
            name: "the-last-look-does-not-tell",
            about: "half of the waker's half: the last look at the run queues does not set needspinning",
            steps: LAST_LOOK_DOES_NOT_TELL,
            shows: NOTHING,
            masked: Some(Masked { because: "the M that has the last P got it to spin, and sets needspinning itself if it finds work and no P is idle", unmasked_by: None }),
        },
        Mutant {
            name: "tells-after-the-lock",
            about: "wakep sets needspinning once it has released the lock",
            steps: TELLS_LATE,
            shows: &[
                Shows::invariant(SCENARIO, "what a lock guards is written under it").on(EXPLORE),
                Shows::only(SCENARIO, WORK_WAITS).on(EXPLORE),
                Shows::symptom(SCENARIO, Hang).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "asks-before-the-lock",
            about: "an M reads needspinning before it takes the lock under which it drops its P",
            steps: ASKS_EARLY,
            shows: STRANDS,
            masked: None,
        },
        Mutant {
            name: "never-cleared",
            about: "an M that becomes a spinner does not clear needspinning",
            steps: NEVER_CLEARED,
            shows: NOTHING,
            masked: Some(Masked { because: "an M spins once more before it drops its P, which only costs time", unmasked_by: None }),
        },
        Mutant {
            name: "spinners-keep-their-p-too",
            about: "a spinner that is about to drop its P is asked too",
            steps: SPINNERS_KEEP_IT_TOO,
            shows: &[Shows::invariant("sleep-ready-park", COUNT).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "kept-without-asking",
            about: "an M that does not spin keeps its P whatever needspinning is",
            steps: KEPT_ALWAYS,
            shows: NOTHING,
            masked: Some(Masked { because: "an M spins once more before it drops its P, which only costs time", unmasked_by: None }),
        },
        Mutant {
            name: "keeps-without-spinning",
            about: "an M that has to keep its P does not become a spinner",
            steps: KEEPS_WITHOUT_SPINNING,
            shows: &[Shows::symptom("sleep-ready-park", Livelock).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "a-finder-does-not-tell",
            about: "a spinner that has found work, and finds no P for another M, does not set needspinning",
            steps: FINDER_DOES_NOT_TELL,
            shows: &[
                Shows::invariant("two-stolen", WORK_WAITS).on(EXPLORE),
                Shows::symptom("two-stolen", Hang).on(EXPLORE),
            ],
            masked: None,
        },
    ],
};
