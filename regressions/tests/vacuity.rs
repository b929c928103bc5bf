//! A run that shows nothing says so.

use crate::common::{job, run};
use checks::happenings;
use harness::report::{Job, Mode, Report, Search};
use harness::scenario::Scenario;
use harness::verdict::Verdict;

/// A scenario in which it cannot happen.
fn scenario_without(name: &str) -> &'static str {
    match name {
        "the clock jumps"
        | "the clock jumps twice"
        | "a timer is run by its owner"
        | "an M polls"
        | "wakep leaves it to a spinner" => "newproc-busy",
        "an increment is undone for want of a P" | "wakep finds no idle P" => "sleepers",
        "an M parks" => "exit",
        // With a deterministic program on one P and one M, whatever needs a second of either.
        _ => "sleep-twice",
    }
}

#[sync::test(exploring)]
fn each_thing_that_must_sometimes_happen_has_been_seen_unmet() {
    for name in happenings::ALL.iter().map(|entry| entry.name) {
        let job =
            Job { sometimes: vec![name.into()], ..job(scenario_without(name), Mode::Symptoms) };
        let report = run(&job);
        assert_eq!(report.verdict, Verdict::Vacuous, "{name}");
        assert_eq!(report.note, format!("never happened: {name}"));
    }
}

#[sync::test(exploring)]
fn what_does_happen_is_counted() {
    let names = ["the clock jumps", "runnext is stolen", "an M parks"].map(String::from).to_vec();
    let report = run(&Job { sometimes: names, ..job("sleep-ready-busy", Mode::Symptoms) });
    assert_eq!(report.verdict, Verdict::Held);
    assert!(report.sometimes.iter().all(|(_, count)| *count > 0), "{:?}", report.sometimes);
}

/// What comes of a program of its own, at that many Ps and Ms.
fn of_program(ps: u32, ms: u32, lines: &[&str], change: impl Fn(&mut Scenario)) -> Report {
    let mut scenario = Scenario::new("own", "", ps, ms, lines);
    change(&mut scenario);
    let program = Some(Box::new(scenario));
    let job = Job { program, ..job("own", Mode::Invariants) };
    run(&job)
}

/// Main exits at once, or is the only G: a *held* would say nothing.
#[sync::test(exploring)]
fn a_program_in_which_nothing_runs_at_once_is_vacuous() {
    for (ps, ms, main) in [(1, 1, "main:"), (1, 2, "main: sleep 1"), (2, 2, "main:")] {
        let report = of_program(ps, ms, &[main], |_| ());
        assert_eq!(report.verdict, Verdict::Vacuous, "{ps}P/{ms}M {main}");
        assert!(report.note.contains("no two threads could run at once"), "{}", report.note);
        let marked = of_program(ps, ms, &[main], |scenario| scenario.deterministic = true);
        assert_eq!(marked.verdict, Verdict::Held, "{ps}P/{ms}M {main}: {}", marked.note);
    }
    let report = of_program(2, 2, &["main: go A; busy-until a", "A: set a"], |_| ());
    assert_eq!(report.verdict, Verdict::Held, "{}", report.note);
}

#[sync::test(restoring)]
fn a_bound_that_costs_more_than_none_is_said() {
    let within = |bound| {
        let mut job = job("sleep-ready-busy", Mode::Invariants);
        job.limits.bound = Some(bound);
        job.limits.search = Some(Search { beside_unbounded: true, ..Search::default() });
        run(&job)
    };
    let (cheap, dear) = (within(1), within(6));
    assert_eq!((cheap.verdict, &*cheap.note), (Verdict::Held, ""));
    assert_eq!(dear.verdict, Verdict::Held);
    assert!(dear.note.starts_with("bound 6 costs more than none"), "{}", dear.note);
}

#[sync::test(restoring)]
fn a_scenario_that_is_wrongly_called_deterministic_is_an_error() {
    let mut job = job("newproc-busy", Mode::Symptoms);
    let scenario = checks::scenarios::find("newproc-busy").expect("a scenario");
    job.program = Some(Box::new(Scenario { deterministic: true, ..scenario }));
    let report = run(&job);
    assert_eq!(report.verdict, Verdict::Error);
    assert!(report.note.contains("marked `deterministic`"), "{}", report.note);
}

#[test]
fn an_unknown_happening_is_refused() {
    let job = Job { sometimes: vec!["pigs fly".into()], ..job("sleep-ready-park", Mode::Symptoms) };
    let error = regressions::CONTENT.prepare(&job).err().expect("an error");
    let text = error.to_string();
    assert!(text.contains("pigs fly") && text.contains("the clock jumps"), "{text}");
}
