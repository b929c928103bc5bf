//! What CONTRIBUTING.md shows, run. Each of its Rust examples is in this file, word for word.

use std::fs;
use std::path::PathBuf;

use crate::common::{failing, job, run, run_with};
use harness::check::Check;
use harness::report::{Job, Limits, Mode};
use harness::scenario_file;
use harness::verdict::Verdict;
use harness::view::{Memory, View};
use regressions::bug::{Bug, Mutant, Shows, Symptom};
use regressions::rows;
use runtime_model::event::NoWitness;
use runtime_model::g::GId;
use runtime_model::m::M;
use runtime_model::steps::{Steps, GO_13F6BE28, GO_1_19_FIXED};
use runtime_model::Sched;
use sync::driver::{Control, Observer, Operation, Plan, Quiescent, Violation, ENGINE};
use sync::Arc;

const GUIDE: &str = include_str!("../../CONTRIBUTING.md");
const THIS: &str = include_str!("contributing.rs");

/// Takes the lock once: startm finds a P, or undoes the increment.
fn wakep_tried(sched: &Sched, m: &M) {
    if let Some(spin) = sched.begin_spin(m) {
        sched.startm(m, None, Some(spin));
    }
}

const TRIED: Steps = Steps { wakep: wakep_tried, ..GO_1_19_FIXED };

/// A G that makes work wakes no M.
const NO_M_IS_WOKEN: Steps = Steps { wakep: |_, _| {}, ..GO_1_19_FIXED };

const BUG: Bug = Bug {
    number: "example",
    aliases: &[],
    title: "no M is woken",
    saw: "one CPU is busy, whatever there is to do",
    releases: "none",
    references: &["https://go.dev/src/runtime/proc.go"],
    fixed: "wakep",
    release: None,
    mutants: &[Mutant {
        name: "no-m-is-woken",
        about: "wakep does nothing",
        steps: NO_M_IS_WOKEN,
        shows: &[
            Shows::invariant("newproc-busy", "no G is runnable beside an idle P"),
            Shows::symptom("newproc-busy", Symptom::Hang),
        ],
        masked: None,
    }],
};

/// Verify that no M waits for a P while one is idle and a G is on the global queue.
const CHECK: Check = Check {
    name: "the global queue is served",
    invariant: "INV-WC",
    holds: |view| {
        let Some(locked) = view.locked() else { return Ok(()) };
        let waits = locked.global_runq().next().filter(|_| view.quiescent);
        let idle = locked.idle_ps().next();
        match (waits, idle) {
            (Some(g), Some(p)) => Err(format!("{g} is on the global queue, and {p} is idle")),
            _ => Ok(()),
        }
    },
};

/// The blocks of the guide in that language.
fn blocks(language: &str) -> Vec<&'static str> {
    let begin = format!("```{language}\n");
    GUIDE.split(&begin[..]).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

/// Asks one check, in every state.
struct Asks(Arc<Sched>, Check);

impl Asks {
    fn ask(&self, quiescent: bool) -> Result<(), Violation> {
        let memory = Memory::of(&self.0).into();
        let view =
            View { sched: &self.0, quiescent, last: quiescent, memory, must_finish: &[GId::MAIN] };
        (self.1.holds)(&view).map_err(|message| Violation { check: self.1.name, message })
    }
}

impl Observer for Asks {
    fn visited(&self) -> Result<(), Violation> {
        self.ask(false)
    }

    fn quiescent(&self) -> Quiescent {
        Quiescent::Over(self.ask(true))
    }

    fn operation(&self, _: &Operation) {}
}

/// Whether the example's check fails on `gosched-beside-newproc` under these steps.
fn check_fails(steps: Steps) -> bool {
    let scenario = checks::scenarios::find("gosched-beside-newproc").expect("a scenario");
    let program = scenario.program().expect("a good scenario").program;
    let plan = Plan { bound: Some(2), executions: 20_000, seeds: vec![1, 2], ..Plan::default() };
    let plan = Plan { sampler: sync::driver::Sampler::Pct(3), ..plan };
    let explored = sync::driver::run_all(&plan, move || {
        let sched = Sched::new(program.clone(), steps, Arc::new(NoWitness));
        sync::driver::observe(Arc::new(Asks(sched.clone(), Check { ..CHECK })));
        sched.start();
    });
    matches!(explored.expect("a plan").end, sync::driver::End::Failed { .. })
}

#[test]
fn each_rust_example_of_the_guide_is_here() {
    let blocks = blocks("rust");
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        assert!(THIS.contains(block), "not in this file:\n{block}");
    }
}

#[sync::test(exploring)]
fn a_change_to_wakep_is_tried_as_a_row() {
    let mut job = job("three-newprocs", Mode::Invariants);
    job.limits = Limits { bound: Some(3), executions: 1_000, ..job.limits };
    let report = run_with(TRIED, &job);
    assert_eq!(failing(&report), Some("no G is runnable beside an idle P"), "{report:?}");
}

#[sync::test(exploring)]
fn an_added_bug_shows_what_it_says() {
    for mutant in BUG.mutants {
        for shows in mutant.shows {
            let report = run_with(mutant.steps, &shows.job(&BUG, mutant, ENGINE));
            assert_eq!(report.verdict, Verdict::Held, "{report:?}");
        }
    }
}

#[sync::test(exploring)]
fn an_added_check_holds_and_has_been_seen_to_fail() {
    assert!(!check_fails(GO_1_19_FIXED));
    assert!(check_fails(GO_13F6BE28));
}

#[sync::test(exploring)]
fn an_added_scenario_runs_from_its_file_and_shows_what_it_must() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("two-workers.toml");
    fs::write(&path, blocks("toml").join("\n")).expect("a file");
    let written = scenario_file::read(&path).expect("a scenario");
    let (name, run) = written.runs().next().expect("a run");
    assert!(checks::suite::ALL.iter().any(|suite| suite.name == run.suite), "{}", run.suite);
    let (program, sometimes) = (Some(Box::new(written.scenario.clone())), run.sometimes.clone());
    assert_eq!(sometimes.len(), 2);
    let job = Job { program, sometimes, ..job(&name, Mode::Invariants) };
    let report = regressions::CONTENT
        .prepare(&job)
        .expect("a job")
        .run(|_| Control::Go)
        .expect("a run")
        .report;
    assert_eq!(report.verdict, Verdict::Held, "{report:?}");
}

/// What the guide says of rows and scenarios that come with pidle.
#[test]
fn what_the_guide_names_is_there() {
    assert!(rows::find("GO_13F6BE28").is_some());
    assert!(checks::suite::GENERAL
        .iter()
        .all(|name| checks::suite::ALL.iter().any(|s| s.name == *name)));
    let report = run(&job("exit", Mode::Symptoms));
    assert_eq!(report.verdict, Verdict::Held);
}
