//! Programs after public reports about Go's scheduler, and mistakes of newcomers, as scenario files: with the bug each fails,
//! mended it holds.

use std::fs;
use std::path::PathBuf;

use crate::common::{job, message};
use harness::report::{Job, Mode, Report, Search};
use harness::scenario_file::{self, Written};
use harness::verdict::Verdict;
use sync::driver::Control;

/// A scenario file.
fn file(name: &str, (ps, ms): (u32, u32), rest: &str, gs: &[&str]) -> Result<Written, String> {
    let gs: String = gs.iter().map(|line| format!("    {line:?},\n")).collect();
    let text = format!(
        "name = {name:?}\nabout = \"after a report\"\nps = {ps}\nms = {ms}\n{rest}gs = [\n{gs}]\n"
    );
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.toml"));
    fs::write(&path, text).expect("a file");
    scenario_file::read(&path).map_err(|error| error.to_string())
}

/// Searches it without a bound, with this variant.
fn search(written: Result<Written, String>, variant: &str) -> Report {
    try_search(written, variant).expect("a run")
}

fn try_search(written: Result<Written, String>, variant: &str) -> Result<Report, String> {
    let scenario = written.expect("a scenario").scenario;
    let mut job = Job {
        program: Some(Box::new(scenario.clone())),
        row: variant.into(),
        ..job(&scenario.name, Mode::Invariants)
    };
    job.limits.bound = None;
    job.limits.search = Some(Search::default());
    let prepared = regressions::CONTENT.prepare(&job).expect("a job");
    let ran = prepared.run(|_| Control::Go);
    ran.map(|outcome| outcome.report).map_err(|error| error.to_string())
}

#[track_caller]
fn holds(report: &Report) {
    let found = (report.verdict, &*report.extent);
    assert_eq!(found, (Verdict::Held, "exhaustive"), "{}: {report:?}", report.note);
}

/// It is violated, and the failure says this.
#[track_caller]
fn fails(report: &Report, words: &str) {
    assert_eq!(report.verdict, Verdict::Violated, "{}", report.note);
    assert!(message(report).is_some_and(|message| message.contains(words)), "{report:?}");
}

const FIXED: &str = "GO_1_19_FIXED";

/// golang/go#58798: a service of Go 1.20.1 stands still, with Ms in stopm and runnable Gs. A dispatcher that keeps its P
/// starts workers, and waits for the last of them. golang/go#45867 as it was fixed in Go 1.20 is enough for that.
#[sync::test(searching)]
fn a_dispatcher_that_keeps_its_p_waits_for_a_stranded_worker() {
    let programs: [(&str, &[&str]); 2] = [
        (
            "dispatcher-of-three",
            &[
                "main: go A; busy-until a; go B; go C; busy-until c",
                "A: set a",
                "B: set b",
                "C: set c",
            ],
        ),
        (
            "dispatcher-of-helpers",
            &[
                "main: go A; go B; ready A; ready B; busy-until a; busy-until b",
                "A: park; go Helper",
                "B: park; set b",
                "Helper: set a",
            ],
        ),
    ];
    for (name, gs) in programs {
        let program = || file(name, (2, 2), "", gs);
        for variant in ["45867/as-in-1.20", "GO_1_19"] {
            let report = search(program(), variant);
            fails(&report, "P0's queue, no M moves, and P1 is idle");
        }
        holds(&search(program(), FIXED));
    }
}

/// golang/go#52934: Gs that start or ready each other keep the P through `runnext`, as long as they go on, so a G that was
/// there before them does not get it. It holds once one of them goes to the end of the queue.
#[sync::test(searching)]
fn gs_that_hand_each_other_the_p_keep_it_from_a_third() {
    let fails_without = |name, gs: &[&str]| {
        let report = search(file(name, (1, 1), "deterministic = true\n", gs), FIXED);
        fails(&report, "has not finished");
        assert!(message(&report).unwrap_or_default().contains("main has ended"), "{report:?}");
    };
    let holds_with = |name, gs: &[&str]| {
        holds(&search(file(name, (1, 1), "deterministic = true\n", gs), FIXED));
    };
    let launches = |launch| ["main: go W; repeat 20: go A, park", launch, "W:"];
    fails_without("launched-in-turn", &launches("A: ready main"));
    holds_with("launched-in-turn-and-yields", &launches("A: gosched; ready main"));
    let chain = |last| ["main: go W; go A; park", "A: go B", "B: go C", last, "W:"];
    fails_without("launch-chain", &chain("C: ready main"));
    holds_with("launch-chain-that-yields", &chain("C: gosched; ready main"));
}

/// The endless form of that chain: a G cannot be started while it runs, which is said.
#[sync::test(searching)]
fn a_g_that_starts_itself_is_an_error_that_says_so() {
    let gs = ["main: go A; gosched", "A: go A"];
    let error = try_search(file("launches-itself", (1, 1), "", &gs), FIXED).expect_err("an error");
    assert!(error.contains("G1 is started again before it has ended"), "{error}");
}

#[sync::test(searching)]
fn two_readies_of_one_g_throw() {
    let gs = ["main: go A; go B; ready B", "A: ready B", "B: park"];
    fails(&search(file("readied-twice", (2, 2), "", &gs), FIXED), "bad g->status in ready");
    let gs = ["main: go A; go B; ready B", "A:", "B: park"];
    holds(&search(file("readied-once", (2, 2), "", &gs), FIXED));
}

#[sync::test(searching)]
fn fewer_ms_than_ps_are_refused_and_enough_hold() {
    let two = ["main: go A; busy-until a", "A: set a"];
    let after = ["main: after 2 A; busy-until f nudge; gosched", "A: set f; sleep 1"];
    let three = ["main: go A; go B; busy-until b", "A: busy-until b", "B: set b"];
    let programs: [(&[&str], u32, u32, &str); 3] =
        [(&two, 2, 1, ""), (&after, 3, 1, "must-finish = []\n"), (&three, 3, 2, "")];
    for (gs, ps, ms, rest) in programs {
        let error = file("few-ms", (ps, ms), rest, gs).expect_err("too few Ms");
        for words in [
            &format!("few-ms.toml:4: ms: {ms} is less than the {ps} Ps")[..],
            &format!("write at least {ps}"),
        ] {
            assert!(error.contains(words), "{error}");
        }
    }
    holds(&search(file("enough-ms", (2, 2), "", &two), FIXED));
}
