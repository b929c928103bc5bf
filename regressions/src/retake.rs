//! sysmon takes a P out of a system call, and leaves out one of the steps.
//!
//! `runtime-model/src/sysmon.rs` has the schedules: of a P in sysmon's hands that `checkdead` knows nothing of, and of a sysmon
//! that sleeps on.

use runtime_model::steps::{Steps, SysmonSteps, GO_1_19_FIXED, GO_FIXED, SYSMON};
use sync::driver::Engine;

use crate::bug::Symptom::Throw;
use crate::bug::{Bug, Mutant, Shows};

const RUNNABLE: &str = "checkdead: runnable g";
const SLEEPS_ON: &str =
    "sysmon does not sleep on when a call or the start of the world has made a P busy";
const EXPLORE: &[Engine] = &[Engine::Explore];

const UNCOUNTED: SysmonSteps = SysmonSteps { incidlelocked: |_, _, _| {}, ..SYSMON };
const UNCOUNTED_IN_1_19: Steps = Steps { sysmon: UNCOUNTED, ..GO_1_19_FIXED };
const UNCOUNTED_IN_1_27: Steps = Steps { sysmon: UNCOUNTED, ..GO_FIXED };
const ENTRY: Steps =
    Steps { sysmon: SysmonSteps { wake_at_entry: |_| {}, ..SYSMON }, ..GO_1_19_FIXED };
const RETURN: Steps =
    Steps { sysmon: SysmonSteps { wake_at_return: |_, _| {}, ..SYSMON }, ..GO_1_19_FIXED };
const START: Steps =
    Steps { sysmon: SysmonSteps { wake_at_start: |_, _| {}, ..SYSMON }, ..GO_1_19_FIXED };

/// The rows.
pub const BUG: Bug = Bug {
    number: "retake",
    aliases: &[],
    title: "sysmon takes a P, or sleeps, and another M does not learn of it",
    saw: "a crash while a system call returns; or goroutines that wait for up to a minute while a system call has the P",
    releases: "none",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "incidlelocked around the exchange; sysmonwait, written and read under the lock",
    release: None,
    mutants: &[
        Mutant {
            name: "uncounted",
            about: "while sysmon has a P in its hands, it counts no M more",
            steps: UNCOUNTED_IN_1_19,
            shows: &[Shows::symptom("retake-beside-return", Throw(RUNNABLE)).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "uncounted-in-1.27",
            about: "the same with the system calls of 1.27",
            steps: UNCOUNTED_IN_1_27,
            shows: &[Shows::symptom("retake-beside-return", Throw(RUNNABLE)).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "call-wakes-nothing",
            about: "an M that enters a system call does not wake sysmon",
            steps: ENTRY,
            shows: &[Shows::invariant("call-wakes-sysmon", SLEEPS_ON).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "return-wakes-nothing",
            about: "an M that returns from a system call and takes an idle P does not wake sysmon",
            steps: RETURN,
            shows: &[Shows::invariant("return-wakes-sysmon", SLEEPS_ON).on(EXPLORE)],
            masked: None,
        },
        Mutant {
            name: "start-wakes-nothing",
            about: "the M that starts the world does not wake sysmon",
            steps: START,
            shows: &[Shows::invariant("sysmon-beside-stop", SLEEPS_ON).on(EXPLORE)],
            masked: None,
        },
    ],
};
