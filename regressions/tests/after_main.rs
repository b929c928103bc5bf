//! Main's exit excuses no other G, unless the program says so.

use crate::common::{failing, job, message};
use checks::HANG;
use harness::report::{Job, Mode, Report};
use harness::scenario::Scenario;
use regressions::CONTENT;
use sync::driver::Control;

/// The symptoms of a program of its own under that row.
fn symptoms(row: &str, (ps, lines): (u32, &[&str]), must_finish: &[&str]) -> Report {
    let must_finish = must_finish.iter().map(|g| g.to_string()).collect();
    let scenario = Scenario { must_finish, ..Scenario::new("own", "", ps, ps, lines) };
    let program = Some(Box::new(scenario));
    let mut job = Job { program, row: row.into(), ..job("own", Mode::Symptoms) };
    // What shuttle samples should be enough of it.
    job.limits.executions = 1_000;
    CONTENT.prepare(&job).expect("a job").run(|_| Control::Go).expect("a run").report
}

const FIXED: &str = "GO_1_19_FIXED";

/// A yields beside a new G, on the P that main does not have; main ends meanwhile, and looks at nothing any more.
const STRANDED: (u32, &[&str]) = (
    3,
    &[
        "main: go A; busy-until a",
        "A: go B; busy-until b; set a; go C; gosched; set d",
        "B: set b",
        "C: busy-until d",
    ],
);

#[sync::test(restoring)]
fn a_g_that_is_stranded_after_mains_end_is_a_hang() {
    let report = symptoms("GO_13F6BE28", STRANDED, &[]);
    assert_eq!(failing(&report), Some(HANG), "{report:?}");
    let message = message(&report).expect("a failure");
    assert!(message.starts_with("hang: main has ended, no M moves, and"), "{message}");
    assert_eq!(failing(&symptoms("GO_13F6BE28", STRANDED, &["main"])), None);
    assert_eq!(failing(&symptoms(FIXED, STRANDED, &[])), None);
}

/// The clock stands once main has ended.
#[sync::test(exploring)]
fn a_g_that_sleeps_when_main_ends_cannot_finish_and_the_program_says_so() {
    let sleeps: (u32, &[&str]) = (2, &["main: go A; busy-until a", "A: set a; sleep 1"]);
    let report = symptoms(FIXED, sleeps, &[]);
    assert_eq!(failing(&report), Some(HANG));
    let expected = "hang: main has ended, no M moves, and [G1] has not finished: G1 sleeps; a timer is pending for 2, and \
                    the clock stands at 1, as main has ended (`must-finish` can leave out the Gs that wait for it)";
    assert_eq!(message(&report), Some(expected));
    assert_eq!(failing(&symptoms(FIXED, sleeps, &["main"])), None);
    assert_eq!(failing(&symptoms(FIXED, sleeps, &["A"])), Some(HANG));
}

#[sync::test(exploring)]
fn a_g_that_was_never_started_need_not_finish() {
    let later: (u32, &[&str]) = (2, &["main: after 5 A; go B; busy-until b", "A:", "B: set b"]);
    assert_eq!(failing(&symptoms(FIXED, later, &[])), None);
    assert_eq!(failing(&symptoms(FIXED, later, &["A"])), Some(HANG));
}

/// The message of a hang says what each G waits for, so that a reader knows whether the program or the scheduler is to blame.
#[sync::test(exploring)]
fn a_hang_says_what_its_gs_wait_for() {
    let says = |program: (u32, &[&str]), words: &[&str]| {
        let report = symptoms(FIXED, program, &[]);
        let message = message(&report).expect("a hang");
        for word in words {
            assert!(message.contains(word), "no {word:?} in: {message}");
        }
    };
    let late: (u32, &[&str]) = (1, &["main: after 10 A; busy-until a", "A: set a"]);
    let stands = "a timer is pending for 11, and the clock stands at 1: with a fake clock no time passes while an M runs";
    let busy = "G0 keeps its P until the flag a is set";
    says(late, &[busy, stands, "G0 keeps one busy (write clock = \"real\" to let it pass)"]);
    let parked: (u32, &[&str]) = (2, &["main: go A; busy-until b", "A: park; set b"]);
    says(parked, &["G1 is parked and no action is left that readies it"]);
    let each_other: (u32, &[&str]) =
        (2, &["main: go A; go B; busy-until c", "A: park; ready B; set c", "B: park; ready A"]);
    says(each_other, &["G1 is parked until G2 readies it, G2 is parked until G1 readies it"]);
}
