//! `wakep` without one of its steps.
//!
//! A G that was made runnable beside an idle P needs an M. `wakep` counts a spinner in advance, takes the P,
//! and gives both to an M. An increment that no M gets is undone.

use runtime_model::event::Event;
use runtime_model::m::M;
use runtime_model::steps::{Steps, GO_1_19_FIXED};
use runtime_model::Sched;
use sync::driver::Engine;

use crate::bug::Symptom::Hang;
use crate::bug::{Bug, Mutant, Shows};

const COUNT: &str = "nmspinning counts the spinners";
const EXPLORE: &[Engine] = &[Engine::Explore];
const WORK_WAITS: &str = "no G is runnable beside an idle P";

/// The M is woken as no spinner.
fn without_spinning(sched: &Sched, m: &M) {
    let Some(spin) = sched.begin_spin(m) else { return };
    sched.undo_spin(m, spin, "wakep");
    sched.startm(m, None, None);
}

/// The M is marked as a spinner, and none is counted.
fn without_counting(sched: &Sched, m: &M) {
    let Some(spin) = sched.begin_spin(m) else { return };
    sched.nmspinning.add(-1);
    let mut locked = sched.lock.lock();
    let Some(p) = sched.pidleget_spinning(&mut locked, 0) else { return };
    drop(locked);
    sched.startm(m, Some(p), Some(spin));
}

/// No P is idle, and the increment stays.
fn without_undoing(sched: &Sched, m: &M) {
    let Some(spin) = sched.begin_spin(m) else { return };
    let mut locked = sched.lock.lock();
    let Some(p) = sched.pidleget_spinning(&mut locked, 0) else { return };
    drop(locked);
    sched.startm(m, Some(p), Some(spin));
}

const NOT_AT_ALL: Steps = Steps {
    wakep: |sched, m| sched.emit(m, Event::LeftOut("the wakeup of another M")),
    ..GO_1_19_FIXED
};
const WITHOUT_SPINNING: Steps = Steps { wakep: without_spinning, ..GO_1_19_FIXED };
const WITHOUT_COUNTING: Steps = Steps { wakep: without_counting, ..GO_1_19_FIXED };
const WITHOUT_UNDOING: Steps = Steps { wakep: without_undoing, ..GO_1_19_FIXED };

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "wakep",
    aliases: &[],
    title: "wakep leaves out one of its steps",
    saw: "goroutines that wait although Ps are idle; a hang, if the running ones wait for them",
    releases: "none",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "Go's wakep",
    release: None,
    mutants: &[
        Mutant {
            name: "not-at-all",
            about: "work is made, and no M is woken",
            steps: NOT_AT_ALL,
            shows: &[
                Shows::invariant("newproc-busy", WORK_WAITS),
                Shows::symptom("newproc-busy", Hang),
            ],
            masked: None,
        },
        Mutant {
            name: "without-spinning",
            about: "the M that is woken does not spin",
            steps: WITHOUT_SPINNING,
            shows: &[
                Shows::invariant("sleep-ready-busy", WORK_WAITS).on(EXPLORE),
                Shows::symptom("sleep-ready-busy", Hang).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "without-counting",
            about: "the M that is woken is marked as a spinner, and not counted",
            steps: WITHOUT_COUNTING,
            shows: &[Shows::invariant("sleep-twice", COUNT)],
            masked: None,
        },
        Mutant {
            name: "without-undoing",
            about: "no P is idle, and the increment is not undone",
            steps: WITHOUT_UNDOING,
            shows: &[Shows::invariant("sleep-twice", COUNT)],
            masked: None,
        },
    ],
};
