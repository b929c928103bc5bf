//! sysmon: the number of the states of its programs, what each row shows, and what it heals.

use crate::common::{failing, hold_in, job, no_checkpoint_forgets, run_with, shows};
use harness::report::{Job, Mode};
use harness::scenario::Scenario;
use runtime_model::steps::{Steps, GO_1_19, GO_1_19_FIXED, GO_1_27, GO_FIXED};

/// The numbers are the model's: they change with every operation and every checkpoint of it.
#[sync::test(restoring)]
fn programs_with_sysmon_hold_in_every_state() {
    hold_in(
        GO_1_19_FIXED,
        &[
            ("retake-beside-return", 4_916),
            ("retake-queue", 168_025),
            ("stop-beside-retake", 655_815),
            ("safe-point-beside-retake", 47_321),
            ("sysmon-beside-stop", 98_674),
            ("call-wakes-sysmon", 614),
            ("return-wakes-sysmon", 579),
            ("sysmon-polls", 523),
            ("sysmon-polls-beside-park", 106_931),
            ("two-busy", 244),
            ("scavenger-beside-poll", 62_112),
            ("scavenger-beside-shrink", 50_730),
            ("forced-gc", 48_038),
            ("lost-break", 19_992),
            ("resize-beside-retake", 203_026),
            ("preempted-wakeup", 18_612),
        ],
    );
}

#[sync::test(restoring)]
fn programs_with_sysmon_hold_in_every_state_with_the_system_calls_of_1_26() {
    hold_in(
        GO_FIXED,
        &[
            ("retake-beside-return", 6_138),
            ("retake-queue", 321_151),
            ("safe-point-beside-retake", 58_726),
            ("sysmon-beside-stop", 96_182),
            ("call-wakes-sysmon", 593),
            ("return-wakes-sysmon", 551),
            ("sysmon-polls", 529),
            ("sysmon-polls-beside-park", 115_342),
            ("two-busy", 244),
            ("scavenger-beside-poll", 61_628),
            ("scavenger-beside-shrink", 49_206),
            ("forced-gc", 49_503),
            ("update-gomaxprocs", 32_191),
            ("lost-break", 21_460),
            ("resize-beside-retake", 217_616),
        ],
    );
}

#[sync::test(restoring)]
fn each_row_shows_what_it_says() {
    shows(&[
        "retake",
        "61454",
        "59600",
        "40368",
        "42237",
        "42515",
        "43712",
        "35462",
        "sysmon-helpers",
    ]);
}

#[sync::test(restoring)]
fn no_checkpoint_of_sysmon_forgets_what_matters() {
    no_checkpoint_forgets(&[
        "retake-beside-return",
        "return-wakes-sysmon",
        "sysmon-polls",
        "forced-gc",
    ]);
}

/// What fails in that mode on the program, with sysmon or without.
fn fails(name: &str, steps: Steps, mode: Mode, sysmon: bool) -> Option<String> {
    let known = checks::scenarios::find(name).expect("a scenario");
    // A P is taken out of a call for an M that the program without sysmon has not.
    let scenario = Scenario { sysmon, ms: known.ps + 1, ..known };
    let job = Job { program: Some(Box::new(scenario)), ..job(name, mode) };
    failing(&run_with(steps, &job)).map(String::from)
}

/// A safe point that misses a system call waits until sysmon takes the P.
#[sync::test(restoring)]
fn sysmon_heals_a_missed_safe_point() {
    let ahead = "a P that does not run has no safe point ahead of it";
    for steps in [GO_1_19, GO_1_27] {
        let fails = |sysmon| fails("safe-point-beside-syscall", steps, Mode::Invariants, sysmon);
        assert_eq!((fails(false).as_deref(), fails(true)), (Some(ahead), None));
    }
}

/// A's second call on the P is new to sysmon: its first look only remembers that, and the second takes the P. The state between
/// the two is not judged. After one round, the safe point that the call has missed would be reported.
#[sync::test(restoring)]
fn a_state_is_judged_once_sysmon_has_looked_twice() {
    let known = checks::scenarios::find("safe-point-beside-syscall").expect("a scenario");
    let gs =
        ["main: go A; syscall long; for-each-p; park", "A: syscall long; syscall long; ready main"];
    let lines = gs.map(String::from).into();
    let scenario = Scenario { lines, sysmon: true, ms: known.ps + 1, ..known };
    let program = Some(Box::new(scenario));
    let job = Job { program, ..job("safe-point-beside-syscall", Mode::Invariants) };
    assert_eq!(failing(&run_with(GO_1_19, &job)), None);
}

/// It sleeps while the world is to stop.
#[sync::test(restoring)]
fn sysmon_does_not_heal_a_missed_stop() {
    let waits = "a stop of the world waits only for Ps that run";
    for sysmon in [false, true] {
        let fails = fails("stop-beside-syscall", GO_1_27, Mode::Invariants, sysmon);
        assert_eq!(fails.as_deref(), Some(waits), "sysmon: {sysmon}");
    }
}

/// The timer that no M waits for is run once the busy G is preempted, since the M that puts it on the global queue wakes another.
/// Up to Go 1.21 it wakes none, and takes the G again.
#[sync::test(restoring)]
fn sysmon_heals_the_pollers_post_since_1_22() {
    let hangs = |steps, sysmon| fails("read-and-timer", steps, Mode::Symptoms, sysmon).is_some();
    assert_eq!([hangs(GO_1_27, false), hangs(GO_1_27, true)], [true, false]);
    assert_eq!([hangs(GO_1_19, false), hangs(GO_1_19, true)], [true, true]);
}
