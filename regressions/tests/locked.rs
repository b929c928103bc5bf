//! Gs that are locked to their thread, and what `checkdead` says when no M runs: the number of the states of their programs,
//! what each row shows, and each of its reports.

#![expect(clippy::disallowed_methods, reason = "a break of the counts of Ms")]

use crate::common::{hold_in, job, message, no_checkpoint_forgets, run_with, shows};
use harness::report::{Job, Mode};
use harness::scenario::Scenario;
use runtime_model::by_hand;
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};

/// The numbers are the model's: they change with every operation and every checkpoint of it.
#[sync::test(restoring)]
fn programs_with_locked_gs_hold_in_every_state() {
    hold_in(
        GO_1_19_FIXED,
        &[
            ("locked-ready", 55_935),
            ("locked-sleep", 320),
            ("locked-exit", 81_082),
            ("locked-yields", 340_567),
            ("locked-return", 7_793),
            ("locked-after-return", 7_199),
            ("locked-stop", 169_630),
            ("callback-sleep", 27_139),
        ],
    );
}

#[sync::test(restoring)]
fn programs_with_locked_gs_hold_in_every_state_of_1_27() {
    hold_in(
        GO_FIXED,
        &[
            ("locked-ready", 53_847),
            ("locked-sleep", 323),
            ("locked-exit", 78_200),
            ("locked-return", 8_076),
            ("locked-after-return", 7_482),
            ("locked-stop", 166_486),
        ],
    );
}

#[sync::test(restoring)]
fn each_row_shows_what_it_says() {
    shows(&["locked", "46524", "extra-m"]);
}

#[sync::test(restoring)]
fn no_checkpoint_of_a_locked_g_forgets_what_matters() {
    no_checkpoint_forgets(&["locked-sleep", "locked-return", "locked-after-return"]);
}

/// What the program ends with.
fn ends(steps: Steps, ms: u32, lines: &[&str]) -> Option<String> {
    let program = Scenario::new("ends", "", 1, ms, lines);
    let job = Job { program: Some(Box::new(program)), ..job("ends", Mode::Symptoms) };
    message(&run_with(steps, &job)).map(String::from)
}

const DEADLOCK: &str = "all goroutines are asleep - deadlock!";

/// All wait, and one of them for its own M; with the M that waits counted as running, it would be a hang.
#[sync::test(exploring)]
fn a_deadlock_is_reported_when_all_gs_are_asleep() {
    for steps in [GO_1_19_FIXED, GO_FIXED] {
        assert_eq!(ends(steps, 1, &["main: park"]).as_deref(), Some(DEADLOCK));
        let locked = &["main: lock-os-thread; park"];
        assert_eq!(ends(steps, 2, locked).as_deref(), Some(DEADLOCK));
        let ended = &["main: go A; park", "A: lock-os-thread"];
        assert_eq!(ends(steps, 2, ended).as_deref(), Some(DEADLOCK));
        let callback = &["main: new-callback; park"];
        assert_eq!(ends(steps, 1, callback).as_deref(), Some(DEADLOCK));
    }
}

/// Main ends, and the program does not.
#[sync::test(exploring)]
fn without_gs_it_is_said_that_main_has_called_goexit() {
    const NONE: &str = "no goroutines (main called runtime.Goexit) - deadlock!";
    for steps in [GO_1_19_FIXED, GO_FIXED] {
        assert_eq!(ends(steps, 1, &["main: goexit"]).as_deref(), Some(NONE));
        assert_eq!(ends(steps, 1, &["main: go A; goexit", "A: goyield"]).as_deref(), Some(NONE));
        // Its M ends with it.
        let locked = &["main: go A; lock-os-thread; goexit", "A: sleep 1"];
        assert_eq!(ends(steps, 2, locked).as_deref(), Some(NONE));
        let waits = &["main: go A; goexit", "A: park; ready A"];
        assert_eq!(ends(steps, 1, waits).as_deref(), Some(DEADLOCK));
    }
}

/// With one M less than there are.
#[sync::test(exploring)]
fn a_count_that_is_less_than_nothing_is_a_throw() {
    let steps = Steps {
        drop_p: |sched, m| {
            by_hand::miscount_ms(&mut sched.lock.lock(), 0, -1);
            sched.drop_p(m)
        },
        ..GO_1_19_FIXED
    };
    assert_eq!(ends(steps, 1, &["main: park"]).as_deref(), Some("checkdead: inconsistent counts"));
}
