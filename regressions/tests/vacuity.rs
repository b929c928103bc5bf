//! A run that shows nothing says so.

mod common;

use checks::report::{Job, Mode};
use checks::sometimes;
use checks::verdict::Verdict;
use common::{job, run};

/// A scenario in which it cannot happen.
fn scenario_without(name: &str) -> &'static str {
    match name {
        "the clock jumps"
        | "the clock jumps twice"
        | "a timer is run by its owner"
        | "an M polls"
        | "wakep leaves it to a spinner" => "S2",
        "an increment is undone for want of a P" | "wakep finds no idle P" => "sleepers",
        "an M parks" => "exit",
        // With a deterministic program on one P and one M, whatever needs a second of either.
        _ => "sleep-twice",
    }
}

sync::explored! {
    fn each_thing_that_must_sometimes_happen_has_been_seen_unmet() {
        for name in sometimes::ALL.iter().map(|entry| entry.name) {
            let job = Job { sometimes: vec![name.into()], ..job(scenario_without(name), Mode::Symptoms) };
            let report = run(&job);
            assert_eq!(report.verdict, Verdict::Vacuous, "{name}");
            assert_eq!(report.note, format!("never happened: {name}"));
        }
    }

    fn what_does_happen_is_counted() {
        let names = ["the clock jumps", "runnext is stolen", "an M parks"].map(String::from).to_vec();
        let report = run(&Job { sometimes: names, ..job("S3", Mode::Symptoms) });
        assert_eq!(report.verdict, Verdict::Held);
        assert!(report.sometimes.iter().all(|(_, count)| *count > 0), "{:?}", report.sometimes);
    }
}

sync::exhausted! {
    fn a_scenario_that_is_wrongly_called_deterministic_is_an_error() {
        let mut job = job("S2", Mode::Symptoms);
        let scenario = checks::scenarios::find("S2").expect("a scenario");
        job.program = Some(Box::new(checks::scenario::Scenario { deterministic: true, ..scenario }));
        let report = regressions::runs::run(&job, |_| sync::Control::Go).expect("a run").report;
        assert_eq!(report.verdict, Verdict::Error);
        assert!(report.note.contains("marked `deterministic`"), "{}", report.note);
    }
}

#[test]
fn an_unknown_happening_is_refused() {
    let job = Job { sometimes: vec!["pigs fly".into()], ..job("S1", Mode::Symptoms) };
    let error = regressions::runs::run(&job, |_| sync::Control::Go).err().expect("an error");
    let text = error.to_string();
    assert!(text.contains("pigs fly") && text.contains("the clock jumps"), "{text}");
}
