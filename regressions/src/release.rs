//! What is known to be wrong with the release: failures that are expected, by name.
//!
//! Each is two runs on one scenario: commit 13f6be28 fails, with exactly that check; and with that one
//! fix it holds.

use std::collections::BTreeSet;

use checks::suite::limits;
use harness::report::{Expect, Job, Mode};
use runtime_model::steps::{wakep_1_20, Steps, GO_13F6BE28};
use sync::driver::Engine;

use crate::{due_timer, issue_45867, issue_55160, pollers_window};

/// A bug that the release has.
pub struct Known {
    /// Its name.
    pub bug: &'static str,
    /// The name of the row that has it.
    pub row: &'static str,
    /// That row.
    pub steps: Steps,
    /// The scenario that shows it.
    pub scenario: &'static str,
    /// The check that fails there.
    pub check: &'static str,
    /// The name of the row that has the fix.
    pub fixed_row: &'static str,
    /// The same with that one fix.
    pub fixed: Steps,
    /// The fewest preemptions, and loom's bound on them.
    pub bound: usize,
}

/// A bug of the release that can be mended alone.
pub struct Mend {
    /// The end of the names of rows in which it is mended: `+` and this.
    pub name: &'static str,
    /// The bug.
    pub bug: &'static str,
    /// The row with the mend.
    pub fixed_in: fn(Steps) -> Steps,
}

/// The bugs of the release, each with its mend.
pub const MENDS: &[Mend] = &[
    Mend { name: "45867", bug: "golang/go#45867", fixed_in: issue_45867::fixed_in },
    Mend { name: "55160", bug: "golang/go#55160", fixed_in: issue_55160::fixed_in },
    Mend { name: "defect-2", bug: "defect 2 under faketime", fixed_in: due_timer::fixed_in },
    Mend { name: "defect-3", bug: "defect 3 under faketime", fixed_in: pollers_window::fixed_in },
];

const RELEASE: &str = "GO_13F6BE28";

const WITH_45867: Steps = issue_45867::fixed_in(GO_13F6BE28);

const WITH_DEFECT_2: Steps = due_timer::fixed_in(GO_13F6BE28);

const WITH_DEFECTS_2_AND_3: Steps = pollers_window::fixed_in(WITH_DEFECT_2);

const WORK_WAITS: &str = "no G is runnable beside an idle P";
const TIMER_WAITS: &str = "no timer is due beside an idle P";

/// All that is known, as far as the core has it.
pub const KNOWN: &[Known] = &[
    Known {
        bug: "golang/go#45867",
        row: RELEASE,
        steps: GO_13F6BE28,
        scenario: "three-newprocs",
        check: WORK_WAITS,
        fixed_row: "GO_13F6BE28+45867",
        fixed: WITH_45867,
        bound: 3,
    },
    Known {
        bug:
            "the fix of golang/go#45867 (needspinning is cleared while a failed waker still counts)",
        row: "GO_13F6BE28+45867-as-in-1.20",
        steps: Steps { wakep: wakep_1_20, ..WITH_45867 },
        scenario: "three-newprocs",
        check: WORK_WAITS,
        fixed_row: "GO_13F6BE28+45867",
        fixed: WITH_45867,
        bound: 2,
    },
    Known {
        bug: "golang/go#55160",
        row: RELEASE,
        steps: GO_13F6BE28,
        scenario: "gosched-beside-newproc",
        check: WORK_WAITS,
        fixed_row: "GO_13F6BE28+55160",
        fixed: issue_55160::fixed_in(GO_13F6BE28),
        bound: 3,
    },
    Known {
        bug: "defect 2 (the last look sees a due timer and stops all the same)",
        row: RELEASE,
        steps: GO_13F6BE28,
        scenario: "due-timer",
        check: TIMER_WAITS,
        fixed_row: "GO_13F6BE28+defect-2",
        fixed: WITH_DEFECT_2,
        bound: 3,
    },
    // With defect 2, the release fails on the same program by that; so the row has that one mended.
    Known {
        bug: "defect 3 (a timer added while an M polls is left to that M, which stops)",
        row: "GO_13F6BE28+defect-2",
        steps: WITH_DEFECT_2,
        scenario: "pollers-window",
        check: TIMER_WAITS,
        fixed_row: "GO_13F6BE28+defects-2-and-3",
        fixed: WITH_DEFECTS_2_AND_3,
        bound: 3,
    },
    // A timer is work, too: the waker that finds no P has added one.
    Known {
        bug: "golang/go#45867, with a timer as the work",
        row: "GO_13F6BE28+defects-2-and-3",
        steps: WITH_DEFECTS_2_AND_3,
        scenario: "pollers-window-early",
        check: TIMER_WAITS,
        fixed_row: "GO_13F6BE28+45867+defects-2-and-3",
        fixed: issue_45867::fixed_in(WITH_DEFECTS_2_AND_3),
        bound: 4,
    },
];

/// Programs on which each of the rows holds: a row that did nothing right would fail as expected, too.
const HOLD: &[&str] = &["S2", "S3", "yielders"];

/// The two runs of each, on the engine that leaves nothing out; and those of each row that hold.
pub fn jobs(engine: Engine) -> Vec<Job> {
    if engine != Engine::Explore {
        return Vec::new();
    }
    let rows: BTreeSet<&str> =
        KNOWN.iter().flat_map(|known| [known.row, known.fixed_row]).collect();
    let holding = rows
        .iter()
        .flat_map(|row| HOLD.iter().map(move |scenario| job(engine, scenario, row, Expect::Holds)));
    // What a real program does to get past defect 2: without it, the timer would wait for good.
    let nudged = job(engine, "due-timer-nudged", RELEASE, Expect::Holds);
    let nudged = Job { mode: Mode::Symptoms, ..nudged };
    KNOWN.iter().flat_map(|known| known.jobs(engine)).chain(holding).chain([nudged]).collect()
}

fn job(engine: Engine, scenario: &str, row: &str, expect: Expect) -> Job {
    Job {
        suite: "release".into(),
        scenario: scenario.into(),
        program: None,
        row: row.into(),
        mode: Mode::Invariants,
        only: None,
        limits: limits(engine),
        sometimes: Vec::new(),
        expect,
    }
}

impl Known {
    fn jobs(&self, engine: Engine) -> [Job; 2] {
        let expected = Expect::Fails {
            check: self.check.into(),
            message: String::new(),
            bug: self.bug.into(),
        };
        [(self.row, expected), (self.fixed_row, Expect::Holds)]
            .map(|(row, expect)| job(engine, self.scenario, row, expect))
    }
}
