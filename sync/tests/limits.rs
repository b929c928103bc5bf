//! A search that is stopped reports by what, and how much was left.
#![cfg(searching)]

use std::time::{Duration, Instant};

use explore::options::Options;
use sync::driver::{Control, End, Incomplete, Plan, Sampler, Searched};
use sync::{Arc, Atomic};

/// A search with three outcomes; all executions have the same length.
fn searched(plan: Plan) -> Searched {
    let plan = Plan { sampler: Sampler::Exhaustive, choices: true, ..plan };
    let program = || {
        let word = Atomic::new("word", 0u32);
        word.store(sync::choose(3) as u32);
        word.store(9);
    };
    let explored = sync::driver::run_all(&plan, program).expect("a search");
    assert_eq!(explored.end, End::Stopped);
    explored.searched.expect("searched")
}

#[test]
fn each_limit_is_reported_by_its_name() {
    let none = Options::default;
    let past = Instant::now().checked_sub(Duration::from_secs(1));
    for (search, message) in [
        (Options { max_states: Some(2), ..none() }, Incomplete::States),
        (Options { max_executions: Some(1), ..none() }, Incomplete::Executions),
        (Options { max_memory: Some(1), ..none() }, Incomplete::Memory),
        (Options { max_depth: 1, ..none() }, Incomplete::Depth),
        (Options { deadline: past, ..none() }, Incomplete::Time),
    ] {
        let searched = searched(Plan { search, ..Plan::default() });
        assert_eq!(searched.incomplete, Some(message));
    }
}

/// Of three outcomes one is done, one is under way when the limit is met, and one is left.
#[test]
fn what_is_left_is_counted_once() {
    let search = Options { max_executions: Some(1), ..Options::default() };
    let searched = searched(Plan { search, ..Plan::default() });
    assert_eq!(searched.incomplete, Some(Incomplete::Executions));
    assert_eq!(searched.statistics.open, 1);
}

/// The progress callback stops the search at the end of the first execution: two outcomes are left.
#[test]
fn a_deadline_is_not_reported_as_an_interrupt() {
    for (says, message) in [(Control::Late, Incomplete::Time), (Control::Stop, Incomplete::Stopped)]
    {
        let searched =
            searched(Plan { progress: Some(Arc::new(move |_| says)), ..Plan::default() });
        assert_eq!(searched.incomplete, Some(message));
        assert_eq!(searched.statistics.open, 2);
        assert_eq!(searched.statistics.executions, 1);
    }
}
