//! What a gate looks like.

use clap::Parser;
use sync::driver::Engine;

use super::*;
use crate::check;
use crate::cli::{Cli, Command};
use crate::gate::gated::judge;
use crate::text::story::sample;

/// A run of `row` that came to `verdict`.
fn report(row: &str, verdict: Verdict) -> Report {
    let job = Job { row: row.into(), ..sample::job() };
    let note = if verdict == Verdict::Held { String::new() } else { format!("why {verdict}") };
    Report { job, verdict, note, found: None, ..sample::report() }
}

/// A run that was expected to fail, and did.
fn failed() -> Report {
    let found = sample::found();
    let mut report = report("UNLINKED_BY_HAND", Verdict::Held);
    report.job.expect =
        Expect::Fails { check: found.check, message: found.message, bug: "53294".into() };
    report
}

#[test]
fn a_gate_is_one_table_its_expected_failures_and_a_total() {
    let gated = judge(vec![failed(), report("GO_1_19_FIXED", Verdict::Held)], &[], 1.25);
    let expected = "\
suite        scenario          variant           size         engine  mode      executions  states  extent   seconds  verdict
issue_53294  sleep-ready-park  UNLINKED_BY_HAND  2P/2M/3G/1T  loom    symptoms       1,234       –  bound 2      0.5  fails as expected
issue_53294  sleep-ready-park  GO_1_19_FIXED     2P/2M/3G/1T  loom    symptoms       1,234       –  bound 2      0.5  held

Expected failures, each with the run that shows it fixed:
fails             scenario          engine  by                                               executions  holds          executions  bug
UNLINKED_BY_HAND  sleep-ready-park  loom    throw: must be able to track idle limiter event       1,234  GO_1_19_FIXED       1,234  53294

2 runs: 2 held; 2,468 executions in 1.2 s. Verdict: held
";
    assert_eq!(render(&gated), expected);
    assert_eq!(gated.verdict, Verdict::Held);
}

#[test]
fn what_did_not_hold_is_told_with_its_reason_and_the_worst_wins() {
    let reports = vec![report("A", Verdict::Violated), report("B", Verdict::Error)];
    let gated = judge(reports, &[], 1.0);
    let expected = "
violated: issue_53294: sleep-ready-park with A on loom, symptoms
  why violated
  to see it: cargo pidle check sleep-ready-park --engine loom --variant A --mode symptoms --bound 2

error: issue_53294: sleep-ready-park with B on loom, symptoms
  why error

2 runs: 1 violated, 1 error; 2,468 executions in 1.0 s. Verdict: error
";
    let text = render(&gated);
    assert!(text.ends_with(expected), "{text}");
    assert_eq!(gated.verdict, Verdict::Error);
}

#[test]
fn a_gate_without_a_job_is_vacuous() {
    let gated = judge(Vec::new(), &[], 0.0);
    assert_eq!(gated.verdict, Verdict::Vacuous);
    assert!(
        render(&gated).ends_with("0 runs: nothing ran; 0 executions in 0.0 s. Verdict: vacuous\n")
    );
}

#[test]
fn an_engine_without_a_job_is_vacuous() {
    let gated = judge(vec![report("GO_1_19_FIXED", Verdict::Held)], &[Engine::Shuttle], 1.0);
    assert_eq!(gated.verdict, Verdict::Vacuous);
    let text = render(&gated);
    assert!(
        text.contains("\nvacuous: shuttle has no job, so nothing was checked on it\n"),
        "{text}"
    );
}

#[test]
fn an_expected_failure_without_the_run_that_shows_it_fixed_is_vacuous() {
    let elsewhere = Report { engine: "shuttle".into(), ..report("GO_1_19_FIXED", Verdict::Held) };
    let gated = judge(vec![failed(), elsewhere], &[], 1.0);
    assert_eq!(gated.verdict, Verdict::Vacuous);
    assert!(render(&gated).contains("no run shows it"));
}

/// The words of a command, as a shell takes them apart.
fn words(command: &str) -> Vec<&str> {
    let quoted = command.split('"').enumerate();
    quoted
        .flat_map(|(n, part)| match n % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        })
        .collect()
}

/// The jobs of all engines, so that one engine's tests are enough.
#[sync::test(restoring)]
fn the_command_that_shows_a_failure_runs_the_same_job() {
    for engine in crate::engines::ALL {
        let jobs = regressions::runs::gate(engine);
        assert!(!jobs.is_empty() || engine == Engine::Std);
        for mut job in jobs {
            job.only = (!lookup::is_kernel(&job.scenario) && job.mode == Mode::Invariants)
                .then(|| "a P has one holder".into());
            let command = again(&job, engine.name());
            let cli = Cli::try_parse_from(&words(&command)[1..]).expect(&command);
            let Command::Check(arguments) = cli.command else { panic!("{command}") };
            let got = check::job(&arguments).expect(&command);
            assert_eq!(arguments.engine, engine, "{command}");
            let Limits { bound, executions, seeds, search, .. } = &job.limits;
            let same = (&job.scenario, &job.row, job.mode, &job.only)
                == (&got.scenario, &got.row, got.mode, &got.only);
            assert!(same, "{command}: {got:?}");
            assert_eq!(job.finds_livelocks(), got.finds_livelocks(), "{command}");
            let required = |name: &String| got.sometimes.contains(name);
            assert!(job.sometimes.iter().all(required), "{command}: {got:?}");
            let searches = search.is_some() || engine == Engine::Explore;
            assert_eq!(searches, got.limits.search.is_some(), "{command}");
            let sampled = search.is_none() && engine == Engine::Shuttle;
            assert!(sampled || *bound == got.limits.bound, "{command}: {got:?}");
            assert!(
                !sampled || (*executions, seeds) == (got.limits.executions, &got.limits.seeds),
                "{command}"
            );
        }
    }
}
