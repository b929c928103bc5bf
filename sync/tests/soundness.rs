//! Cache, sleep sets, bounds and workers lose nothing: compared with plain search, on a few dozen of the
//! programs that `pidle soundness` compares thousands of.
#![cfg(searching)]

use soundness::compare::{compare, Compared, Family};
use soundness::tally::Differ;

/// Compares the first programs of the family that are not too large.
fn agree(family: Family, cases: usize) {
    let mut sums = vec![0; family.way_names().len()];
    let mut same = 0;
    for seed in 1.. {
        match compare(family, &family.program(seed)) {
            Compared::TooLarge => continue,
            Compared::Same(executions) => {
                same += 1;
                sums.iter_mut().zip(executions).for_each(|(sum, more)| *sum += more);
            }
            Compared::Differ(what) => panic!("{}", Differ::of(family, seed, what)),
        }
        if same == cases {
            println!("{same} programs of {seed}; executions of {:?}: {sums:?}", family.way_names());
            return;
        }
    }
}

#[test]
fn cache_and_sleep_sets_lose_nothing() {
    agree(Family::Ending, 40);
}

#[test]
fn sleep_sets_lose_nothing_where_programs_loop() {
    agree(Family::Looping, 80);
}

#[test]
fn symmetry_loses_nothing() {
    agree(Family::Twins, 40);
}

#[test]
fn symmetry_loses_nothing_within_a_bound() {
    agree(Family::BoundedTwins, 20);
}

#[test]
fn a_bound_with_a_cache_loses_nothing() {
    agree(Family::Bounded, 20);
}
