//! Programs with tickers, which never end by themselves.

use checks::LIVELOCK;
use harness::report::{Job, Mode, Report};
use harness::scenario::Scenario;
use harness::verdict::Verdict;

/// A program of two Ps and two Ms, in that mode.
fn run(lines: &[&str], mode: Mode) -> Report {
    let scenario = Scenario {
        must_finish: vec!["main".into()],
        ..Scenario::new("ticker", "a program with a ticker", 2, 2, lines)
    };
    crate::common::run(&Job {
        program: Some(Box::new(scenario)),
        ..crate::common::job("ticker", mode)
    })
}

/// Go reports no deadlock, since there is a timer, and the clock jumps from tick to tick for ever.
#[sync::test(exploring)]
fn a_program_in_which_only_ticks_are_left_is_a_livelock() {
    for lines in [
        // A takes two ticks and ends.
        &["main: go A; ticker 5 A; park", "A: park; park"][..],
        // A takes one; B sleeps meanwhile, and longer.
        &["main: go A; ticker 5 A; go B; park", "A: park", "B: sleep 12"],
    ] {
        for mode in [Mode::Symptoms, Mode::Invariants] {
            let report = run(lines, mode);
            assert_eq!(crate::common::failing(&report), Some(LIVELOCK), "{lines:?}: {report:?}");
            let message = crate::common::message(&report).unwrap_or_default();
            assert_eq!(
                message,
                "livelock: the clock jumps from tick to tick, and no tick wakes a G"
            );
        }
    }
}

/// Ticks that no G takes are nothing wrong, as long as something else will happen.
#[sync::test(restoring)]
fn a_ticker_may_tick_for_a_g_that_sleeps_long() {
    let lines = ["main: ticker 1 A; go A; sleep 20", "A: sleep 15; park; park; park"];
    let report = run(&lines, Mode::Invariants);
    assert_eq!(report.verdict, Verdict::Held, "{report:?}");
}
