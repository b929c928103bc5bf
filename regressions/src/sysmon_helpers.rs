//! sysmon makes a helper runnable, and leaves out one of the steps.
//!
//! `runtime-model/src/sysmon/helper.rs` has them, and the schedules: the helper begins a garbage collection, or sets GOMAXPROCS, as
//! sysmon cannot stop the world itself.

use runtime_model::m::M;
use runtime_model::steps::{
    ReadyHelper, Steps, SysmonSteps, GO_1_19_FIXED, GO_FIXED, SYSMON, SYSMON_1_27,
};
use runtime_model::sysmon::{Helper, Update};
use runtime_model::{Sched, Time};
use sync::driver::Engine;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, Mutant, Shows};

const EXPLORE: &[Engine] = &[Engine::Explore];
const IDLE: &str = "a helper of sysmon's is idle exactly while it waits";
const GUARDED: &str = "what a lock guards is written under it";
const FOUND: &str = "GOMAXPROCS is what sysmon has found, once that has been set";

/// Reads that the helper is idle, and does not wait for it to park.
fn force_gc_unlocked(sched: &Sched, m: &M, helper: &Helper, now: Time) -> bool {
    let readies = sched.gc_is_to_be_forced(now) && helper.idle.load();
    if readies {
        helper.idle.store(false);
        sched.injectglist(m, vec![helper.g()]);
    }
    readies
}

/// Says that the helper is not idle once it may run.
fn force_gc_in_two_holds(sched: &Sched, m: &M, helper: &Helper, now: Time) -> bool {
    let readies = sched.gc_is_to_be_forced(now) && helper.idle.load();
    if readies {
        let locked = helper.lock.lock();
        sched.injectglist(m, vec![helper.g()]);
        drop(locked);
        let _locked = helper.lock.lock();
        helper.idle.store(false);
    }
    readies
}

/// Leaves the new GOMAXPROCS once the helper may run.
fn update_late(sched: &Sched, m: &M, helper: &Helper, now: Time) -> bool {
    let Some(procs) = sched.procs_to_set(now) else { return false };
    let readies = helper.idle.load();
    if readies {
        sched.sysmon.update.set(Some(Update { procs, is_done: false }));
        sched.ready_helper(m, helper, None);
        *helper.lock.lock() = procs;
    }
    readies
}

const fn with(force_gc: ReadyHelper) -> Steps {
    Steps { sysmon: SysmonSteps { force_gc, ..SYSMON }, ..GO_1_19_FIXED }
}

const fn newest(force_gc: ReadyHelper) -> Steps {
    Steps { sysmon: SysmonSteps { force_gc, ..SYSMON_1_27 }, ..GO_FIXED }
}

/// And a data race on the G's status, which mode `races` finds.
const UNLOCKED: &[Shows] = &[Shows::invariant("forced-gc", GUARDED).on(EXPLORE)];

/// The rows.
pub const BUG: Bug = Bug {
    number: "sysmon-helpers",
    aliases: &[],
    title: "sysmon makes a G runnable that has not parked yet, or says too late what it wants of it",
    saw: "a crash two minutes after a garbage collection; or no garbage collection after that, or the wrong GOMAXPROCS",
    releases: "none",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "forcegc.lock, updateMaxProcsG.lock",
    release: None,
    mutants: &[
        Mutant {
            name: "unlocked",
            about: "sysmon does not take the lock under which the helper parks",
            steps: with(force_gc_unlocked),
            shows: UNLOCKED,
            masked: None,
        },
        Mutant {
            name: "unlocked-in-1.27",
            about: "the same with the rest of 1.27",
            steps: newest(force_gc_unlocked),
            shows: UNLOCKED,
            masked: None,
        },
        Mutant {
            name: "idle-too-long",
            about: "sysmon says that the helper is not idle after it has made it runnable",
            steps: with(force_gc_in_two_holds),
            shows: &[
                Shows::only("forced-gc", IDLE).on(EXPLORE),
                Shows::symptom("forced-gc", Throw("forcegc: phase error")).on(EXPLORE),
            ],
            masked: None,
        },
        Mutant {
            name: "number-too-late",
            about: "sysmon leaves the new GOMAXPROCS after it has made the helper runnable",
            steps: Steps {
                sysmon: SysmonSteps { update_gomaxprocs: Some(update_late), ..SYSMON_1_27 },
                ..GO_FIXED
            },
            shows: &[Shows::invariant("update-gomaxprocs", FOUND).on(EXPLORE)],
            masked: None,
        },
    ],
};
