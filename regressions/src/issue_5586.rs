//! golang/go#5586: the last spinner finds work and wakes no other M.
//!
//! An M that makes work while another spins leaves the work to the spinner. So a spinner that finds some has
//! to wake another M before it runs it: there may be more.
//!
//! ```text
//! M0, executing main             M1, spinning
//! publishes A
//! publishes B; M1 spins: no wakeup
//!                                takes A, which keeps P1 busy  B waits beside the idle P2
//! ```
//!
//! It takes three Ps: with two, none is idle. The first fix was undone on the day it was made: a G taken
//! on the fairness path, before the P's own queue was looked at, left its M spinning while it ran.

use runtime_model::event::Event;
use runtime_model::steps::{Steps, GO_1_19_FIXED};

use crate::bug::Symptom::{Hang, Throw};
use crate::bug::{Bug, Mutant, Shows};

const WORK_WAITS: &str = "no G is runnable beside an idle P";
const EXECUTES: &str = "an M that executes a G does not spin";

const COUNT: &str = "nmspinning counts the spinners";

const WITHOUT_WAKEP: Steps = Steps {
    reset_spinning: |sched, m, _| {
        sched.stop_spinning(m);
        sched.emit(m, Event::LeftOut("the wakeup of another M"));
    },
    ..GO_1_19_FIXED
};
const SPINS_ON: Steps = Steps {
    reset_spinning: |sched, m, fair| {
        if !fair {
            sched.resetspinning(m);
        }
    },
    ..GO_1_19_FIXED
};
const NOT_AT_ALL: Steps = Steps {
    reset_spinning: |sched, m, _| {
        sched.emit(m, Event::LeftOut("the decrement of nmspinning, and the wakeup of another M"))
    },
    ..GO_1_19_FIXED
};
const WAKES_FIRST: Steps = Steps {
    reset_spinning: |sched, m, _| {
        sched.wakep(m);
        sched.stop_spinning(m);
    },
    ..GO_1_19_FIXED
};
const STAYS_MARKED: Steps = Steps {
    reset_spinning: |sched, m, _| {
        sched.resetspinning(m);
        sched.m(m.id).spinning.set(true);
    },
    ..GO_1_19_FIXED
};

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "5586",
    aliases: &["B19"],
    title: "the last spinner finds work and wakes no other M",
    saw: "goroutines that wait although Ps are idle; with the first fix, a crash or a scheduler that no \
          longer wakes anybody",
    releases: "1.1; the first fix was in no release",
    references: &["https://go.dev/issue/5586", "https://go.dev/cl/9776044", "https://go.dev/cl/10743044"],
    fixed: "commit 32fef9908a (CL 10743044, Go 1.2)",
    release: None,
    mutants: &[
        Mutant {
            name: "without-wakep",
            about: "a spinner that finds a G stops spinning, and wakes no M",
            steps: WITHOUT_WAKEP,
            shows: &[
                Shows::invariant("two-at-once", WORK_WAITS).within(1),
                Shows::symptom("two-at-once", Hang).within(1),
            ],
            masked: None,
        },
        Mutant {
            name: "the-fairness-path-spins-on",
            about: "a spinner that takes a G on the fairness path goes on being counted",
            steps: SPINS_ON,
            shows: &[
                Shows::invariant("fairness", EXECUTES).within(1),
                Shows::symptom("fairness", Throw("schedule: spinning with local work")).within(1),
            ],
            masked: None,
        },
        Mutant {
            name: "not-at-all",
            about: "a spinner that finds a G goes on being counted",
            steps: NOT_AT_ALL,
            shows: &[Shows::invariant("sleep-twice", EXECUTES)],
            masked: None,
        },
        Mutant {
            name: "wakes-before-it-stops",
            about: "a spinner that finds a G wakes another while it is still counted itself",
            steps: WAKES_FIRST,
            shows: &[
                Shows::invariant("two-at-once", WORK_WAITS).within(1),
                Shows::symptom("two-at-once", Hang).within(1),
            ],
            masked: None,
        },
        Mutant {
            name: "stays-marked",
            about: "a spinner that finds a G is no longer counted, and stays marked",
            steps: STAYS_MARKED,
            shows: &[
                Shows::invariant("sleep-twice", COUNT),
                Shows::symptom("sleep-twice", Throw("findrunnable: negative nmspinning")),
            ],
            masked: None,
        },
    ],
};
