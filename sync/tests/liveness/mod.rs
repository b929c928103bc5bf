//! Threads that keep each other going for ever are found by a search with `Options::liveness`, and what only looks like it
//! is not.
#![cfg(searching)]

mod fairness;
mod machines;
mod runs;

use sync::driver::{run_all, End, Explored, Failure, Options, Plan, Sampler, Schedule};
use sync::{checkpoint, Arc, Atomic};

/// A search for livelocks.
fn plan(threads: usize) -> Plan {
    let search = Options { liveness: true, ..Options::default() };
    Plan { sampler: Sampler::Exhaustive, threads, search, ..Plan::default() }
}

fn explored(plan: &Plan, program: impl Fn() + Send + Sync + 'static) -> Explored {
    run_all(plan, program).expect("a search")
}

/// The livelock of the program, if it has one, with its schedule.
fn livelock(
    threads: usize,
    program: impl Fn() + Send + Sync + 'static,
) -> Option<(Failure, Schedule)> {
    match explored(&plan(threads), program).end {
        End::Failed { failure, schedule } => Some((failure, schedule)),
        End::Complete => None,
        End::Stopped => panic!("the search was not finished"),
    }
}

/// Two threads pass a flag for ever; each waits for its turn by looking again and again.
fn pass_a_flag(each_time: fn()) {
    let flag = Arc::new(Atomic::new("flag", 0u32));
    for me in 0..2 {
        let flag = flag.clone();
        sync::spawn(move || loop {
            checkpoint(me);
            if flag.load() == me {
                each_time();
                flag.store(1 - me);
            }
        });
    }
}

#[test]
fn two_threads_that_pass_a_flag_for_ever_are_a_livelock() {
    let (failure, schedule) = livelock(3, || pass_a_flag(|| {})).expect("a livelock");
    let message = "threads 0.1, 0.2 go round for ever: after 5 steps, 4 steps lead back to the same state, and none \
                   makes progress";
    assert_eq!(failure.message, message);
    let Schedule::Search { picks, preemptions } = schedule else { panic!("no search") };
    // Each of them looks and sets the flag; neither is seen to look while it is the other's turn.
    assert_eq!((&*picks, preemptions), ("explore 1: 0 0 0 0.1 0.2 | 0.1 0.1 0.2 0.2", Some(3)));
}

#[test]
fn threads_that_make_progress_may_go_on_for_ever() {
    assert_eq!(livelock(3, || pass_a_flag(sync::made_progress)), None);
}

/// Each round needs a step of the first thread that makes progress; the second never makes any.
#[test]
fn the_progress_of_one_is_progress() {
    let found = livelock(3, || {
        let flag = Arc::new(Atomic::new("flag", 0u32));
        let theirs = flag.clone();
        sync::spawn(move || loop {
            checkpoint(0);
            if theirs.load() == 0 && theirs.cas(0, 1) {
                sync::made_progress();
            }
        });
        sync::spawn(move || loop {
            checkpoint(1);
            flag.cas(1, 0);
        });
    });
    assert_eq!(found, None);
}
