//! Cache and sleep sets lose nothing: compared with plain search, on generated programs.
#![cfg(any(feature = "shuttle", feature = "explore"))]

mod common;

use common::{search, Found, Program};
use explore::options::Options;

/// Plain search of a larger program is not waited for.
const MOST: u64 = 10_000;

fn options(cache: bool, sleep: bool) -> Options {
    Options { cache, sleep, max_executions: Some(MOST), ..Options::default() }
}

fn cases(fallback: u64) -> u64 {
    let asked = std::env::var("SOUNDNESS_CASES").ok();
    asked.map_or(fallback, |text| text.parse().expect("SOUNDNESS_CASES: a number"))
}

fn same(seed: u64, what: &str, program: &Program, plain: &Found, other: &Found) {
    let differ = |of: &str| panic!("seed {seed}: {of} differ, {what}:\n{program:#?}");
    if plain.outcomes != other.outcomes {
        eprintln!("{:#?}\n{:#?}", plain.outcomes, other.outcomes);
        differ("outcomes");
    }
    if plain.failures != other.failures {
        eprintln!("{:#?}\n{:#?}", plain.failures, other.failures);
        differ("failures");
    }
    if plain.states != other.states {
        eprintln!("{} and {} states", plain.states.len(), other.states.len());
        differ("states");
    }
}

#[test]
fn cache_and_sleep_sets_lose_nothing() {
    let (mut compared, mut seed) = (0, 0);
    let mut sum = [0; 5];
    while compared < cases(60) {
        seed += 1;
        let program = Program::generate(seed);
        let Some((plain, statistics)) = search(&program, options(false, false), None) else {
            continue;
        };
        compared += 1;
        sum[0] += statistics.executions;
        let ways = [
            ("cache", options(true, false)),
            ("sleep sets", options(false, true)),
            ("both", Options { paranoid: true, ..options(true, true) }),
            ("both, by three workers", Options { jobs: 3, ..options(true, true) }),
        ];
        for (i, (what, options)) in ways.into_iter().enumerate() {
            let (found, statistics) =
                search(&program, options, None).expect("no longer than plain");
            same(seed, what, &program, &plain, &found);
            sum[i + 1] += statistics.executions;
        }
    }
    println!(
        "{compared} programs of {seed}; executions plain, cache, sleep sets, both, by three: {sum:?}"
    );
}

/// Where executions go round in circles, a plain search does not end; a cache without sleep sets does,
/// and what it does is plain.
#[test]
fn sleep_sets_lose_nothing_where_programs_loop() {
    let (mut compared, mut seed) = (0, 2_000_000);
    let mut sum = [0; 2];
    while compared < 2 * cases(60) {
        seed += 1;
        let program = Program::generate_with_loops(seed);
        let Some((cached, one)) = search(&program, options(true, false), None) else { continue };
        let Some((both, two)) = search(&program, options(true, true), None) else { continue };
        compared += 1;
        let three = Options { jobs: 3, ..options(true, true) };
        let (by_three, _) = search(&program, three, None).expect("no longer");
        sum = [sum[0] + one.executions, sum[1] + two.executions];
        same(seed, "three workers and loops", &program, &cached, &by_three);
        same(seed, "sleep sets and loops", &program, &cached, &both);
    }
    println!("{compared} programs of {}; executions cache, both: {sum:?}", seed - 2_000_000);
}

#[test]
fn a_bound_with_a_cache_loses_nothing() {
    let (mut compared, mut seed) = (0, 1_000_000);
    while compared < cases(60) / 3 {
        seed += 1;
        let program = Program::generate(seed);
        let all: Option<Vec<_>> =
            (0..=3).map(|bound| search(&program, options(false, false), Some(bound))).collect();
        let Some(all) = all else { continue };
        compared += 1;
        for (bound, (plain, _)) in all.into_iter().enumerate() {
            let (found, _) =
                search(&program, options(true, false), Some(bound)).expect("no longer");
            let two = Options { jobs: 2, ..options(true, false) };
            let (by_two, _) = search(&program, two, Some(bound)).expect("no longer");
            same(seed, &format!("bound {bound} by two workers"), &program, &plain, &by_two);
            same(seed, &format!("bound {bound} with a cache"), &program, &plain, &found);
        }
    }
    println!("{compared} programs");
}
