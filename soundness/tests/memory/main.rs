//! Searches in which a state is its memory lose nothing: several ways to search generated programs find the same, and
//! planted faults are detected.
#![cfg(feature = "explore")]

mod restored;

use explore::fault::{planting, Fault};
use explore::search::Options;
use soundness::compare::{compare, compare_with, Compared, Family};
use soundness::found::Found;
use soundness::memory::Case;
use soundness::program::Program;
use soundness::tally::Differ;

/// The searches of a program's executions, with and without.
const PLAIN: Way = Way { cache: false, sleep: false };
const CACHE: Way = Way { cache: true, ..PLAIN };
const SLEEP: Way = Way { sleep: true, ..PLAIN };
const BOTH: Way = Way { sleep: true, ..CACHE };

#[derive(Clone, Copy, Debug)]
struct Way {
    cache: bool,
    sleep: bool,
}

fn options(way: Way, most: u64) -> Options {
    let Way { cache, sleep } = way;
    let max_executions = Some(most);
    Options { keep_going: true, cache, sleep, max_executions, ..Options::default() }
}

const MOST: u64 = 5_000;

fn found(case: &Case, way: Way, fault: Option<Fault>) -> Option<Found> {
    // A faulty search may cut off less.
    let most = if way.cache || way.sleep { 4 * MOST } else { MOST };
    let found = planting(fault, || case.search(&options(way, most), 0));
    found.unwrap_or_else(|why| panic!("{way:?}: {why}")).map(|(found, _)| found)
}

/// Compares this many programs of the family.
fn agree(family: Family, cases: usize) {
    let mut compared = 0;
    for seed in 1.. {
        match compare(family, &family.program(seed)) {
            Compared::TooLarge => {}
            Compared::Same(_) => compared += 1,
            Compared::Differ(what) => panic!("{}", Differ::of(family, seed, what)),
        }
        if compared == cases {
            return println!("{cases} programs of {seed}");
        }
    }
}

/// The number of programs until one is searched differently with the fault than with the base fault.
fn seen_after(
    base: Option<Fault>,
    fault: Fault,
    way: Way,
    same: fn(&Found, &Found) -> bool,
) -> usize {
    let mut compared = 0;
    for seed in 1..2_000 {
        let case = Case::of(&Program::generate(seed));
        let Some(plain) = found(&case, PLAIN, base) else { continue };
        compared += 1;
        match found(&case, way, Some(fault)) {
            Some(faulty) if same(&plain, &faulty) => {}
            _ => return compared,
        }
    }
    panic!("{fault:?}: not detected in {compared} programs");
}

#[test]
fn cache_sleep_sets_and_workers_lose_nothing() {
    agree(Family::Memory, 60);
}

#[test]
fn sleep_sets_and_workers_lose_nothing_where_programs_loop() {
    agree(Family::LoopingMemory, 60);
}

fn same_ends(plain: &Found, faulty: &Found) -> bool {
    plain.outcomes == faulty.outcomes && plain.failures == faulty.failures
}

/// What is missing from the hash makes two states one, and then outcomes are lost.
#[test]
fn a_stack_or_a_heap_left_out_of_the_hash_is_detected() {
    for fault in [
        Fault::StackNotHashed(0),
        Fault::StackNotHashed(1),
        Fault::HeapNotHashed(0),
        Fault::HeapNotHashed(1),
    ] {
        let after = seen_after(None, fault, CACHE, same_ends);
        println!("{fault:?}: after {after} programs");
    }
}

/// Leftovers make one state two: how many there are depends on the search.
#[test]
fn memory_that_is_not_cleared_is_detected() {
    let same_number = |a: &Found, b: &Found| a.states.len() == b.states.len();
    for seed in 1..20 {
        let case = Case::of(&Program::generate(seed));
        let Some(plain) = found(&case, PLAIN, None) else { continue };
        let cached = found(&case, CACHE, None).expect("fewer executions");
        assert!(same_number(&plain, &cached), "seed {seed}, cleared");
    }
    let fault = Fault::MemoryNotCleared;
    println!("after {} programs", seen_after(Some(fault), fault, CACHE, same_number));
}

/// Then steps that change the word that is not reported count as independent, and outcomes are lost.
#[test]
fn an_unreported_write_that_is_not_seen_is_detected() {
    let after = seen_after(None, Fault::WriteNotSeen, SLEEP, same_ends);
    println!("after {after} programs");
    // So the comparison of all ways detects it.
    let differs = |seed| {
        let program = Family::Memory.program(seed);
        let compared = compare_with(Family::Memory, &program, Some(Fault::WriteNotSeen));
        matches!(compared, Compared::Differ(_))
    };
    assert!((1..200).any(differs), "the ends are the same");
}
