//! A search for livelocks of several Ms (`check --liveness`): what it finds that no other check sees, and that the model has
//! none.

use explore::fault::{self, Fault};
use harness::prepare::Prepared;
use harness::report::{Job, Report, LIVELOCK};
use harness::run::{Outcome, Replayed};
use harness::verdict::Verdict;
use regressions::CONTENT;
use runtime_model::find::Found;
use runtime_model::steps::{Steps, GO_1_19_FIXED, GO_FIXED};
use sync::driver::{Control, Engine};

use crate::common::{self, failing, message, run_with, search};

/// The check of a program that stands still. Asked alone, the check that counts rounds and jumps is not.
const HANG: &str = "the program finishes";

fn liveness(scenario: &str) -> Job {
    search(scenario).with_liveness()
}

/// The same, with no check that sees an M that goes round alone.
fn alone(scenario: &str) -> Job {
    Job { only: Some(HANG.into()), ..liveness(scenario) }
}

/// An M that has found nothing in its last look wakes one that is parked, to be on the safe side; which looks, finds nothing,
/// and wakes the first once that is parked. Neither makes a second round by itself.
const WAKES_BEFORE_IT_PARKS: Steps = Steps {
    last_look: |sched, m, poll_until| {
        let found = sched.last_look(m, poll_until);
        // Not under the lock, which `wakep` takes.
        let some_m_is_parked = sched.lock.lock().nmidle() > 0;
        if matches!(found, Found::Nothing(_)) && some_m_is_parked {
            sched.wakep(m);
        }
        found
    },
    ..GO_1_19_FIXED
};

#[sync::test(searching)]
fn two_ms_that_wake_each_other_are_found_by_their_cycle_alone() {
    let ordinary = run_with(WAKES_BEFORE_IT_PARKS, &search("sleep-ready-busy"));
    assert_eq!(ordinary.verdict, Verdict::Held, "{}", ordinary.note);
    let job = liveness("sleep-ready-busy");
    let prepared = CONTENT.prepare_with(&job, WAKES_BEFORE_IT_PARKS).expect("a job");
    let outcome = prepared.run(|_| Control::Go).expect("a run");
    let found = failing(&outcome.report);
    assert_eq!((outcome.report.verdict, found), (Verdict::Violated, Some(LIVELOCK)));
    let said = message(&outcome.report).expect("a message");
    assert!(said.contains("threads 0, #1 go round for ever"), "{said}");
    // Nothing to be made smaller by bounds.
    let outcome = prepared.smallest(outcome, |_| Control::Go).expect("a run");
    is_run_again(&prepared, &outcome);
}

/// The counterexample has the cycle twice, by both Ms, and is run again.
fn is_run_again(prepared: &Prepared, outcome: &Outcome) {
    let recorded = prepared.record(outcome).expect("a record").expect("a failure");
    assert_eq!(prepared.replay(&recorded).expect("a replay"), Replayed::Same);
    let cycle = recorded.header.cycle.expect("a cycle") as usize - 1;
    let first = recorded.first_round().steps;
    let rounds = &recorded.steps[cycle..];
    let (first, second) = (&first[cycle..], &rounds[rounds.len() / 2..]);
    assert_eq!(first.len(), second.len());
    for (a, b) in first.iter().zip(second) {
        assert_eq!((a.thread, &a.function, &a.object), (b.thread, &b.function, &b.object));
    }
    assert!([0, 1].iter().all(|&m| first.iter().any(|step| step.thread == m)));
}

/// golang/go#51654 and its heir, which show as an M, or a clock, that goes round alone: without the check for that.
#[sync::test(restoring)]
fn an_m_that_goes_round_alone_is_a_cycle_too() {
    for (scenario, variant) in [
        ("stale-earliest", "51654/kept"),
        ("stopped-while-adjusted", "emptied-heap/kept-by-adjust"),
    ] {
        let job = Job { row: variant.into(), ..alone(scenario) };
        let report = common::run(&job);
        assert_eq!(failing(&report), Some(LIVELOCK), "{scenario}: {}", report.note);
        let fixed = Job { row: "GO_FIXED".into(), ..job };
        let fixed = if scenario == "stale-earliest" { alone(scenario) } else { fixed };
        assert_eq!(common::run(&fixed).verdict, Verdict::Held, "{scenario}");
    }
}

fn holds(report: &Report) {
    let came_to = (report.verdict, &*report.extent);
    let scenario = &report.job.scenario;
    assert_eq!(
        came_to,
        (Verdict::Held, "exhaustive, livelocks too"),
        "{scenario}: {}",
        report.note
    );
    let searched = report.searched.expect("searched");
    assert!(searched.edges >= searched.states - 1 && searched.cut_by_sleep == 0, "{scenario}");
}

#[sync::test(restoring)]
fn the_model_has_none() {
    for scenario in ["newproc-busy", "sleep-ready-busy", "sleep-ready-park"] {
        for steps in [GO_1_19_FIXED, GO_FIXED] {
            holds(&run_with(steps, &liveness(scenario)));
        }
    }
}

/// No cycle would be fair, with any steps. So nothing depends on what the model reports as progress: in no state Ms go on for
/// ever by executing a G again and again, from which nothing comes.
#[sync::test(restoring)]
fn if_nothing_counted_as_progress_there_would_be_none_either() {
    fault::planting(Some(Fault::ProgressNotSeen), || {
        for scenario in gated() {
            holds(&run_with(GO_FIXED, &liveness(&scenario)));
        }
    });
}

/// The programs in which the gate looks for livelocks.
fn gated() -> Vec<String> {
    let jobs = checks::suite::jobs(Engine::Explore);
    jobs.into_iter().filter(Job::finds_livelocks).map(|job| job.scenario).collect()
}

#[sync::test(restoring)]
fn the_gate_looks_for_livelocks_with_each_kind_of_waker() {
    let livelocks = gated();
    for scenario in
        ["sleep-ready-busy", "read-and-timer", "syscall-blocking", "retake-beside-return"]
    {
        assert!(livelocks.iter().any(|gated| gated == scenario), "{scenario}");
    }
}

/// A search that stops early says nothing, and one with a bound is refused.
#[sync::test(searching)]
fn only_a_search_of_all_states_has_a_verdict() {
    let mut job = liveness("sleep-ready-park");
    let stopped = CONTENT.prepare(&job).expect("a job").run(|so_far| {
        if so_far.executions > 20 {
            Control::Late
        } else {
            Control::Go
        }
    });
    assert_eq!(stopped.expect("a run").report.verdict, Verdict::Incomplete);
    job.limits.search.as_mut().expect("a search").max_memory = Some(1);
    assert_eq!(common::run(&job).verdict, Verdict::Incomplete);
    job.limits.bound = Some(2);
    let refused = CONTENT.prepare(&job).expect("a job").run(|_| Control::Go);
    let why = refused.err().expect("an error").to_string();
    assert!(why.contains("a bound on preemptions is unfair"), "{why}");
}
