//! golang/go#35375: a timer's function runs under the lock of its heap.
//!
//! The function may wake an M, which takes `sched.lock`. An M that idles a P has `sched.lock`, and takes that lock to look
//! whether the P has timers:
//!
//! ```text
//! M0, a thief, runs a timer of P1         M1, about to drop P1
//! holds P1's timersLock
//!                                         locks sched.lock
//!                                         no timers: waits for P1's timersLock
//! the function readies a G
//! waits for sched.lock, to wake an M
//! ```
//!
//! As reported, `sysmon` was the other thread: it took each P's lock under `sched.lock`. In 1.19 it does not, and a thief
//! counts as a spinner, so that its wakeup takes no lock: no program of the model hangs. The order of the locks is broken
//! all the same, by a P's own M. Go releases the lock while the function runs.

use runtime_model::steps::{Steps, TimerSteps, GO_1_19_FIXED, TIMER_STEPS};

use crate::bug::{Bug, Mutant, Shows};

const UNDER_THE_LOCK: Steps = Steps {
    timers_1_19: TimerSteps {
        fire: |sched, m, p, timers, f| {
            sched.call_timer_func(m, p, f);
            timers
        },
        ..TIMER_STEPS
    },
    ..GO_1_19_FIXED
};

/// The bug and its row.
pub const BUG: Bug = Bug {
    number: "35375",
    aliases: &["B14"],
    title: "a timer's function runs under the lock of its heap",
    saw: "a program that hangs: two threads wait for each other's lock",
    releases: "none; the development of 1.14",
    references: &[
        "https://go.dev/issue/35375",
        "https://go.dev/issue/35532",
        "https://go.dev/cl/205558",
        "https://go.dev/cl/207348",
    ],
    fixed: "commits b50fcc88e9 and 2d8c1995b9 (CL 205558, CL 207348; Go 1.14)",
    release: None,
    mutants: &[Mutant {
        name: "under-the-lock",
        about: "the lock of the heap is held while a timer's function runs",
        steps: UNDER_THE_LOCK,
        shows: &[
            Shows::invariant("two-resets", "a timer's function runs without the lock of its heap"),
            Shows::only("two-resets", "locks are taken in their order"),
        ],
        masked: None,
    }],
};
