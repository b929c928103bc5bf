//! `choose`.

use std::collections::BTreeSet;

use sync::driver::litmus::{failure, outcomes};
use sync::driver::{observe, run_all, Plan, ENGINE};
use sync::driver::{Engine, Observer, PlanError, Quiescent, Sampler};
use sync::{choose, spawn, Arc, Atomic, Ghost, Latch};

fn plan(threads: usize) -> Plan {
    let executions = if ENGINE.explores() { 2000 } else { 200 };
    Plan { threads, executions, choices: true, ..Plan::default() }
}

/// The number of executions that loom needs for a program; other engines run what the plan says.
fn executions(plan: &Plan, program: impl Fn() + Send + Sync + 'static) -> Option<u64> {
    let explored = run_all(plan, program).expect("the plan is fine");
    (ENGINE == Engine::Loom).then_some(explored.executions)
}

#[test]
fn all_outcomes_are_seen() {
    for n in 1..=8 {
        let found = outcomes(&plan(1), move |sink| {
            let chosen = choose(n);
            sink.outcome(move || chosen);
        });
        assert_eq!(found, (0..n).collect::<BTreeSet<_>>());
    }
}

#[test]
fn each_outcome_is_one_execution() {
    for n in 1..=8 {
        let count = executions(&plan(1), move || {
            choose(n);
        });
        assert!(count.is_none_or(|count| count == n as u64), "{n}: {count:?}");
    }
    let count = executions(&plan(1), || {
        choose(2);
        choose(3);
        choose(2);
    });
    assert!(count.is_none_or(|count| count == 12), "{count:?}");
}

#[test]
fn choices_of_several_threads_are_independent() {
    let program = |sink: Option<&sync::driver::litmus::Sink<(usize, usize)>>| {
        let theirs = Arc::new(Ghost::new(9));
        let they = theirs.clone();
        spawn(move || they.set(choose(3)));
        let mine = choose(2);
        if let Some(sink) = sink {
            sink.outcome(move || (mine, theirs.get()));
        }
    };
    let found = outcomes(&plan(2), move |sink| program(Some(sink)));
    assert_eq!(found.len(), 6, "{found:?}");
    // Two choices do not race: their interleavings are not explored.
    let count = executions(&plan(2), move || program(None));
    assert!(count.is_none_or(|count| count == 6), "{count:?}");
}

/// A choice orders nothing, and synchronizing with other threads does not remove any of its outcomes.
#[test]
fn a_choice_may_follow_and_precede_operations() {
    let found = outcomes(&plan(2), |sink| {
        let word = Arc::new(Atomic::new("word", 0usize));
        let theirs = word.clone();
        spawn(move || {
            theirs.add(1 + choose(2));
        });
        word.add(10 * choose(2));
        let seen = word.load();
        let last = choose(2);
        sink.outcome(move || (seen, word.peek(), last));
    });
    let mut all = BTreeSet::new();
    for (theirs, mine, last) in
        [(1, 0), (1, 10), (2, 0), (2, 10)].iter().flat_map(|&(t, m)| [(t, m, 0), (t, m, 1)])
    {
        all.insert((mine, mine + theirs, last));
        all.insert((mine + theirs, mine + theirs, last));
    }
    assert!(found.is_subset(&all), "{found:?}");
    assert!(!ENGINE.explores() || found == all, "{found:?}");
}

#[test]
fn the_environment_may_choose() {
    struct Chooses(Arc<Latch>);
    impl Observer for Chooses {
        fn quiescent(&self) -> Quiescent {
            match choose(2) {
                0 => self.0.set(),
                _ => assert!(self.0.nudge()),
            }
            Quiescent::Moved
        }
    }
    let program = |sink: Option<&sync::driver::litmus::Sink<bool>>| {
        let latch = Arc::new(Latch::new("flag"));
        observe(Arc::new(Chooses(latch.clone())));
        let set = latch.wait();
        sink.into_iter().for_each(|sink| sink.outcome(move || set));
    };
    if ENGINE == Engine::Explore {
        let refused = failure(&plan(1), move || program(None)).expect("it is refused");
        let message = "choose: a search does not try the environment's choices";
        return assert_eq!(refused.message, message);
    }
    let found = outcomes(&plan(1), move |sink| program(Some(sink)));
    assert_eq!(found, BTreeSet::from([false, true]));
}

#[test]
fn a_plan_has_to_say_that_there_are_choices() {
    let failure = failure(&Plan::default(), || {
        choose(2);
    });
    assert_eq!(
        failure.expect("it throws").message,
        "choose: 1 of 2, but the plan allows no choices"
    );
}

#[test]
fn choices_cost_a_thread_of_loom_and_are_not_for_dfs() {
    let crowded = run_all(&plan(5), || {});
    let dfs = run_all(&Plan { sampler: Sampler::Dfs, ..plan(2) }, || {});
    match ENGINE {
        Engine::Loom => {
            let error = PlanError::Threads { asked: 5, choices: true, max: 5 };
            assert_eq!(error.to_string(), "5 threads and one for choices are too many: loom has 5");
            assert_eq!(crowded, Err(error));
        }
        Engine::Shuttle => assert_eq!(dfs, Err(PlanError::DfsWithChoices)),
        Engine::Explore => assert!(crowded.is_ok() && dfs.is_ok()),
        Engine::Std => assert!(crowded.is_ok() && dfs.is_ok()),
    }
}
