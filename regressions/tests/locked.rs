//! Gs that are locked to their thread, and what `checkdead` says when no M runs: the number of the states of their programs,
//! what each row shows, and each of its reports.

#![expect(clippy::disallowed_methods, reason = "a break of the counts of Ms")]

use crate::common::{hold_in, job, message, no_checkpoint_forgets, run_with, shows};
use harness::report::{Job, Mode};
use harness::scenario::Scenario;
use regressions::{release, rows};
use runtime_model::by_hand;
use runtime_model::steps::{PollSteps, Steps, GO_1_19, GO_1_19_FIXED, GO_1_27, GO_FIXED};

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
    shows(&["locked", "46524", "extra-m", "59758"]);
}

#[sync::test(restoring)]
fn no_checkpoint_of_a_locked_g_forgets_what_matters() {
    no_checkpoint_forgets(&["locked-sleep", "locked-return", "locked-after-return"]);
}

/// What the program ends with.
fn ends(steps: Steps, ms: u32, lines: &[&str]) -> Option<String> {
    ends_with(steps, Scenario::new("ends", "", 1, ms, lines))
}

fn ends_with(steps: Steps, program: Scenario) -> Option<String> {
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
    let ends = ends(COUNTS_ONE_LESS, 1, &["main: park"]);
    assert_eq!(ends.as_deref(), Some("checkdead: inconsistent counts"));
}

const COUNTS_ONE_LESS: Steps = Steps {
    drop_p: |sched, m| {
        by_hand::miscount_ms(&mut sched.lock.lock(), 0, -1);
        sched.drop_p(m)
    },
    ..GO_1_19_FIXED
};

/// The M that hands off its P counts no more, though its G is in a system call.
const HANDS_OFF_UNCOUNTED: Steps = Steps {
    handoffp: |sched, m, p| {
        by_hand::miscount_ms(&mut sched.lock.lock(), 0, -1);
        sched.handoffp_unless_needed(m, p);
    },
    ..GO_1_19_FIXED
};

const NO_P: Steps = Steps { take_p_for_timer: |_, _, _| None, ..GO_1_19_FIXED };

const NO_M: Steps = Steps {
    take_p_for_timer: |sched, locked, when| {
        sched.mget(locked);
        sched.pidleget(locked, when)
    },
    ..GO_1_19_FIXED
};

/// With the lock held, and a crash that is traced, each throw waits for its own M: golang/go#59758.
#[sync::test(exploring)]
fn each_throw_of_checkdead_needs_the_lock_released() {
    const ITSELF: &str = "waits for sched.lock, held by thread";
    for (steps, ms, line, text) in [
        (COUNTS_ONE_LESS, 1, "main: park", "checkdead: inconsistent counts"),
        (HANDS_OFF_UNCOUNTED, 2, "main: syscall blocking", "checkdead: runnable g"),
        (NO_P, 1, "main: sleep 1", "checkdead: no p for timer"),
        (NO_M, 1, "main: sleep 1", "checkdead: no m for timer"),
    ] {
        for (schedtrace, held, wanted) in
            [(false, false, text), (false, true, text), (true, false, text), (true, true, ITSELF)]
        {
            let base = if held { GO_1_19 } else { GO_1_27 };
            let steps = Steps { trace_at_throw: base.trace_at_throw, ..steps };
            let program = Scenario { schedtrace, ..Scenario::new("thrown", "", 1, ms, &[line]) };
            let message = ends_with(steps, program).unwrap_or_default();
            assert!(message.contains(wanted), "{line}, {schedtrace}, {held}: {message}");
        }
    }
}

/// The release has golang/go#59758. Only another bug shows that: golang/go#59600, as in the report.
#[sync::test(restoring)]
fn go_1_19_throws_in_checkdead_with_the_lock_held() {
    let start_idle = rows::find("59600/as-in-1.20").expect("a row").steps.poll.start_idle;
    let mend = release::mends().find(|mend| mend.name == "59758").expect("a mend");
    let throws = |base: Steps| {
        let steps = Steps { poll: PollSteps { start_idle, ..base.poll }, ..base };
        let report = run_with(steps, &job("traced-scavenger", Mode::Symptoms));
        message(&report).map(String::from)
    };
    for (base, held) in [(GO_1_19, true), ((mend.fixed_in)(GO_1_19), false), (GO_1_27, false)] {
        let message = throws(base).expect("a failure");
        assert_eq!(message.contains("waits for sched.lock"), held, "{message}");
        assert!(held || message == "checkdead: runnable g", "{message}");
    }
}
