//! A search for the failure in the fewest steps finds it: compared, on generated programs, with a search
//! that cuts off only what is too long.
#![cfg(searching)]

use explore::fault::{planting, Fault};
use explore::options::Options;
use soundness::found::{fewest_steps, plan};
use soundness::program::Program;
use sync::driver::{Engine, ENGINE};
use sync::Atomic;

const BOUNDS: [Option<usize>; 4] = [Some(0), Some(1), Some(2), None];

/// The limit on the steps of a failure.
fn shorter_than(steps: usize) -> Options {
    Options { keep_going: true, shorter_than: Some(steps), ..Options::default() }
}

/// The number of programs where states are restored; fewer where they are replayed.
fn cases(most: u64) -> u64 {
    if ENGINE == Engine::Explore {
        most
    } else {
        most / 4
    }
}

/// Compares with a search without a cache. Returns how many of the searches found a failure.
fn compare(programs: impl Iterator<Item = Program>, steps: usize, twins: bool) -> u32 {
    let (mut failing, mut compared) = (0, 0);
    for program in programs {
        for bound in BOUNDS {
            let most = Some(5_000);
            let plain = Options { cache: false, max_executions: most, ..shorter_than(steps) };
            let plain = fewest_steps(&program, plain, bound).expect("searched");
            let Some(plain) = plain else { continue };
            for jobs in [1, 2] {
                let interchangeable = if twins { program.0.len() as u32 - 1 } else { 0 };
                let options = Options { jobs, interchangeable, ..shorter_than(steps) };
                let found = fewest_steps(&program, options, bound).expect("searched");
                assert_eq!(found, Some(plain), "{bound:?}, {jobs} workers, {program}");
            }
            compared += 1;
            failing += u32::from(plain.is_some());
        }
    }
    println!("{failing} of {compared} searches found a failure");
    failing
}

#[test]
fn no_failure_is_shorter_than_the_one_that_is_found() {
    assert!(compare((1..cases(150)).map(Program::generate), usize::MAX, false) > 10);
}

#[test]
fn nor_is_one_where_programs_loop() {
    assert!(compare((1..cases(300)).map(Program::generate_with_loops), 14, false) > 5);
}

#[test]
fn nor_is_one_where_threads_change_places() {
    assert!(compare((1..cases(100)).map(Program::generate_twins), usize::MAX, true) > 5);
}

/// The same state is first reached in three more steps, and fails.
fn detour() {
    let word = Atomic::new("word", 0u32);
    if sync::choose(2) == 0 {
        (0..3).for_each(|_| word.store(0));
    }
    sync::checkpoint(());
    word.store(1);
    panic!("the end");
}

#[test]
fn a_visit_that_is_taken_for_an_earlier_one_is_detected() {
    let steps = |fault| {
        let plan = plan(shorter_than(usize::MAX), Some(0), 1);
        let explored = planting(fault, || sync::driver::run_all(&plan, detour));
        explored
            .expect("fine")
            .searched
            .and_then(|searched| searched.shortest)
            .and_then(|schedule| schedule.steps())
    };
    let fewest = steps(None).expect("it fails");
    assert_eq!(steps(Some(Fault::StepsIgnoredOnHit)), Some(fewest + 3));
}
