//! A counterexample and a report to test with.

use checks::suite;
use harness::cex::{Counterexample, Header, Step, FORMAT};
use harness::report::{Found, Job, Limits, Mode, Report};
use harness::verdict::Verdict;
use sync::driver::{Engine, Schedule};

/// A throw.
pub(crate) fn found() -> Found {
    let message = "must be able to track idle limiter event".into();
    Found { check: "throw".into(), message, execution: 1234, ..Found::default() }
}

/// A job that is to hold.
pub(crate) fn job() -> Job {
    let limits = Limits {
        bound: Some(2),
        executions: 100,
        seeds: vec![1, 2],
        audit: 0,
        ..suite::limits(Engine::Loom)
    };
    Job::new("issue_53294", "sleep-ready-park", "UNLINKED_BY_HAND", Mode::Symptoms, limits)
}

/// A run that found [`found`].
pub(crate) fn report() -> Report {
    Report {
        job: job(),
        engine: "loom".into(),
        size: "2P/2M/3G/1T".into(),
        verdict: Verdict::Violated,
        executions: 1234,
        extent: "bound 2".into(),
        searched: None,
        seconds: 0.5,
        found: Some(found()),
        endings: Default::default(),
        sometimes: vec![("a timer is stolen".into(), 3)],
        note: found().message,
    }
}

/// Steps of two threads; `thread p g | function | action | object | value | changed; changed`.
const STEPS: &str = "\
    0 0 0 | wakep | load | npidle | 1 |
    0 0 0 | wakep | load | nmspinning | 0 |
    0 0 0 | wakep | cas | nmspinning | 0 → 1 | nmspinning 0 → 1
    0 0 0 | pidleget | store | npidle | 0 | npidle 1 → 0; pidle [P1] → []
    1 1 - | mstart | event | P1 | Unpark(P1) |
    1 1 - | runqgrab | load_acq | P0.runqhead | 0 |
    1 1 - | runqgrab | load_acq | P0.runqtail | 0 |
    1 1 - | check_timers | load | P0.timer0_when | 11 |
    0 0 0 | startm | lock | sched.lock | |
    1 1 - | find_runnable | load | sched.runqsize | 0 |
    1 - - | stopm | sleep | M1.park | |";

/// A counterexample of [`report`].
pub(crate) fn counterexample() -> Counterexample {
    let steps = STEPS.lines().zip(1..).map(|(line, number)| step(number, line)).collect();
    let schedule = Schedule::Loom { bound: Some(2), execution: 1234 };
    let header = Header {
        cycle: None,
        pidle_counterexample: FORMAT,
        job: job(),
        engine: "loom".into(),
        found: found(),
        schedule,
    };
    Counterexample { header, steps }
}

/// Records such as `0 lock sched.lock` or `0 sleep M0.park asleep`, one a line.
pub(crate) fn records(text: &str) -> Vec<Step> {
    let record = |(line, number): (&str, u64)| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let word = |n: usize| words.get(n).copied().unwrap_or_default();
        step(number, &format!("{} - - | f | {} | {} | {} |", word(0), word(1), word(2), word(3)))
    };
    text.lines().zip(1..).map(record).collect()
}

fn step(number: u64, line: &str) -> Step {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let ids: Vec<Option<u32>> = fields[0].split(' ').map(|id| id.parse().ok()).collect();
    let changed = fields[5].split(';').map(str::trim).filter(|change| !change.is_empty());
    Step {
        step: number,
        thread: ids[0].unwrap() as usize,
        p: ids[1],
        g: ids[2],
        action: fields[2].into(),
        function: fields[1].into(),
        object: fields[3].into(),
        value: fields[4].into(),
        changed: changed.map(String::from).collect(),
    }
}
