//! golang/go#43712: while a timer moves to another heap, sysmon stops it, and finds no heap that it is on.
//!
//! GOMAXPROCS shrinks, and the timers of a P that is destroyed move to another. No G runs meanwhile; but sysmon does. In Go 1.15 it
//! stopped the scavenger's timer when it woke the scavenger. The timer that is moved is on no heap for a moment, and nothing
//! said so:
//!
//! ```text
//! main, with the world stopped        sysmon, waking the scavenger
//! T waits, on the heap of P1
//! T is on no heap: pp = nil
//!                                     T waits: marks it as deleted
//!                                     counts that on the heap of T: there is none
//! T is on the heap of P0
//! ```
//!
//! Go marks a timer that is moved (`timerMoving`) before its heap is forgotten; sysmon waits for that.

use runtime_model::g::GId;
use runtime_model::ids::TimerId;
use runtime_model::m::M;
use runtime_model::p::P;
use runtime_model::steps::{Steps, SysmonSteps, TimerVerbs, GO_1_19_FIXED, SYSMON, TIMERS_1_19};
use runtime_model::timers::{Entry, Held, TimerStatus, Timers};
use runtime_model::Sched;
use sync::driver::Engine;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, Masked, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const SCENARIO: &str = "scavenger-beside-shrink";
const NIL: &str = "invalid memory address or nil pointer dereference";

/// Stops the scavenger's timer, too. It is the only one that the program has.
fn wakes_and_stops(sched: &Sched, m: &M, g: GId) -> bool {
    let woken = sched.wake_scavenger(m, g);
    if woken {
        let t = TimerId(0);
        let was_active = sched.deltimer(m, t);
        sched.timers[t.index()].notes_report(m.id, was_active);
    }
    woken
}

/// sysmon as in Go 1.15.
const STOPS: Steps =
    Steps { sysmon: SysmonSteps { wakes_scavenger: wakes_and_stops, ..SYSMON }, ..GO_1_19_FIXED };

/// Forgets the heap before the timer is marked.
fn forgets_first(sched: &Sched, to: &P, timers: &mut Timers, entry: Entry) {
    let Held::Named(id) = entry.timer else { return sched.move_timer(to, timers, entry) };
    let t = &sched.timers[id.index()];
    if t.status.load() != TimerStatus::Waiting {
        return sched.move_timer(to, timers, entry);
    }
    t.pp.set(None);
    // The timer goes on the other heap later than that.
    to.num_timers.load();
    sched.doaddtimer(to, timers, Entry::named(id, t.when.get()));
}

/// The bug and its rows.
pub const BUG: Bug = Bug {
    number: "43712",
    aliases: &["B26"],
    title: "sysmon stops a timer that is on no heap for a moment, as GOMAXPROCS shrinks",
    saw: "a nil pointer in deltimer, when GOMAXPROCS is reduced",
    releases: "1.15",
    references: &["https://go.dev/issue/43712", "https://go.dev/cl/284775"],
    fixed: "commit d2d155d1ae (CL 284775; Go 1.16)",
    release: None,
    mutants: &[
        Mutant {
            name: "heap-forgotten-first",
            about: "moveTimers forgets the heap of a timer that still waits",
            steps: Steps {
                timers: TimerVerbs { move_one: forgets_first, ..TIMERS_1_19 },
                ..STOPS
            },
            shows: &[Shows::symptom(SCENARIO, Throw(NIL)).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "mended",
            about: "sysmon stops the scavenger's timer as well, and moveTimers marks a timer that it moves",
            steps: STOPS,
            shows: &[Shows::holds(SCENARIO).on(EXPLORE)],
            masked: Some(Masked {
                because: "sysmon waits while the timer moves",
                unmasked_by: Some("heap-forgotten-first"),
            }),
        },
    ],
};
