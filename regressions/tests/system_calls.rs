//! System calls and stops of the world: the number of their states, and what a variant without them says.

use crate::common::{failing, hold_in, job, no_checkpoint_forgets, run, run_with, shows};
use harness::report::{Job, Mode, Report};
use harness::scenario::Scenario;
use runtime_model::g::{CallStatus, GId};
use runtime_model::m::{Entered, M};
use runtime_model::steps::{Steps, SyscallVerbs, GO_1_19_FIXED, GO_1_27, GO_FIXED, SYSCALLS_1_27};
use runtime_model::Sched;

/// The numbers are the model's: they change with every operation and every checkpoint of it.
#[sync::test(restoring)]
fn system_calls_hold_in_every_state() {
    hold_in(
        GO_1_19_FIXED,
        &[
            ("syscall-short", 342),
            ("syscall-long", 301),
            ("syscall-blocking", 25_228),
            ("syscall-timer", 62_391),
            ("syscalls-one-p", 1_484),
            ("newproc-beside-return", 8_848),
            ("newproc-beside-handoff", 2_191),
        ],
    );
}

#[sync::test(restoring)]
fn stops_hold_in_every_state() {
    hold_in(
        GO_1_19_FIXED,
        &[
            ("stop-beside-work", 1_474),
            ("stop-beside-busy", 7_620),
            ("stop-beside-syscall", 4_277),
            ("stop-beside-short", 18_905),
            ("stop-beside-handoff", 59_096),
            ("safe-point-beside-syscall", 8_095),
            ("safe-point-beside-busy", 6_552),
            ("safe-point-beside-work", 985),
        ],
    );
}

#[sync::test(restoring)]
fn each_row_shows_what_it_says() {
    shows(&["handoff-beside-wakep", "45975", "missed-safe-point", "missed-system-call"]);
}

#[sync::test(restoring)]
fn no_checkpoint_of_a_system_call_forgets_what_matters() {
    no_checkpoint_forgets(&[
        "syscall-short",
        "syscalls-one-p",
        "stop-beside-work",
        "safe-point-beside-syscall",
    ]);
}

/// The M that hands off has its P, and the waker its increment, at 2 Ps and 2 Ms: the third M is only needed where Go
/// starts one, and changes nothing.
#[sync::test(restoring)]
fn a_handoff_beside_a_failed_wakeup_strands_a_g_with_3_ms_too() {
    let job = job("newproc-beside-handoff-3m", Mode::Invariants);
    let report = run_with(GO_1_27, &job);
    assert_eq!(failing(&report), Some("no G is runnable beside an idle P"), "{report:?}");
    let mended = run_with(regressions::handoff::fixed_in(GO_1_27), &job);
    assert_eq!(failing(&mended), None, "{mended:?}");
}

/// The P of a G in a call is its M's still, until another M takes it under the G's scan bit.
#[sync::test(restoring)]
fn system_calls_of_1_26_hold_in_every_state() {
    hold_in(
        GO_FIXED,
        &[
            ("syscall-short", 472),
            ("syscall-long", 369),
            ("syscall-blocking", 23_452),
            ("syscall-timer", 60_315),
            ("syscalls-one-p", 1_454),
            ("newproc-beside-return", 8_681),
            ("newproc-beside-handoff", 2_161),
        ],
    );
}

#[sync::test(restoring)]
fn stops_beside_system_calls_of_1_26_hold_in_every_state() {
    hold_in(
        GO_FIXED,
        &[
            ("stop-beside-work", 1_416),
            ("stop-beside-busy", 7_438),
            ("stop-beside-syscall", 4_745),
            ("stop-beside-short", 19_692),
            ("stop-beside-handoff", 55_492),
            ("safe-point-beside-syscall", 8_966),
            ("safe-point-beside-busy", 6_469),
            ("safe-point-beside-work", 1_121),
        ],
    );
}

/// What is handed over by the word of a P in a system call, by the lock, or by a note, is not accessed beside that.
#[sync::test(restoring)]
fn no_system_call_and_no_stop_has_a_data_race() {
    for scenario in [
        "syscall-short",
        "syscall-long",
        "syscalls-one-p",
        "stop-beside-work",
        "stop-beside-syscall",
        "safe-point-beside-syscall",
        "safe-point-beside-work",
    ] {
        for steps in [GO_1_19_FIXED, GO_FIXED] {
            let report = run_with(steps, &job(scenario, Mode::Races));
            assert_eq!(failing(&report), None, "{scenario}: {report:?}");
        }
    }
}

/// The M does not wait while the scan bit is set: it returns to its P while the stopper takes that.
fn return_at_once(sched: &Sched, m: &mut M, g: GId, entered: Entered) -> bool {
    sched.g(g).call.store(CallStatus::In);
    sched.exitsyscall_running(m, g, entered)
}

#[sync::test(restoring)]
fn a_return_that_does_not_wait_for_the_scan_bit_is_a_data_race() {
    let syscalls = SyscallVerbs { exit: return_at_once, ..SYSCALLS_1_27 };
    let report = run_with(Steps { syscalls, ..GO_FIXED }, &job("stop-beside-short", Mode::Races));
    assert_eq!(failing(&report), Some("race"), "{report:?}");
}

/// How a program of its own ends on one P, with sysmon: a call waits for a flag that another G sets.
fn call_until(lines: &[&str]) -> Report {
    let scenario = Scenario { sysmon: true, ..Scenario::new("own", "", 1, 2, lines) };
    let job = Job { program: Some(Box::new(scenario)), ..job("own", Mode::Invariants) };
    run(&job)
}

/// The G that sets the flag waits for the only P, which sysmon takes out of the call.
#[sync::test(restoring)]
fn a_call_that_waits_for_a_flag_returns_when_it_is_set() {
    let report = call_until(&["main: go A; syscall until a; busy-until b", "A: set b; set a"]);
    assert_eq!(failing(&report), None, "{report:?}");
}

/// It returns neither before, nor because no M can move.
#[sync::test(restoring)]
fn a_call_that_waits_for_a_flag_does_not_return_before() {
    let report = call_until(&["main: syscall until a; go A", "A: set a"]);
    assert_eq!(failing(&report), Some(checks::HANG), "{report:?}");
}
