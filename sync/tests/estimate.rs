//! The estimate of the executions of a search without a cache is unbiased, and the standard error is
//! correct.
#![cfg(searching)]

use explore::fault::{planting, Fault};
use explore::options::{Estimated, Options, Probing, Statistics};
use soundness::found::{estimate, plan, search_with};
use soundness::program::Program;
use sync::driver::{Plan, Sampler};
use sync::{Arc, Atomic};

/// Programs that are generated.
const PROGRAMS: usize = 30;

/// So narrow that it must draw in nearly every program.
const NARROW: Probing = Probing { probes: 100, width: 2, seed: 1 };

/// Wide enough for all generated programs.
const WIDE: Probing = Probing { probes: 2, width: 2_000, seed: 1 };

/// An estimate, and the true number of executions.
struct Probed(Estimated, f64);

/// Estimates of generated programs, each with the plan for its seed.
fn of_generated(plan: impl Fn(u64) -> Plan, probing: Probing, fault: Option<Fault>) -> Vec<Probed> {
    let estimates = (1..).filter_map(|seed| {
        let (plan, program) = (plan(seed), Program::generate(seed));
        let (_, statistics) = search_with(&program, plan.clone()).expect("searched")?;
        let probing = Probing { seed, ..probing };
        let came = planting(fault, || estimate(&program, &plan, probing)).expect("estimated");
        assert_eq!(came.probes, probing.probes);
        // A search with a bound also has the executions of all smaller bounds before it, unless one of
        // those excludes nothing and is the last.
        let smaller = plan.bound.map_or(0, |bound| executions_below(&program, &plan, bound));
        let executions = statistics.executions - smaller;
        (executions > 0).then_some(Probed(came, executions as f64))
    });
    estimates.take(PROGRAMS).collect()
}

/// The mean of the errors is about 0, and each is about as large as the spread says.
fn is_right(all: &[Probed]) -> bool {
    // Whatever is less comes from rounding.
    let (drawn, same): (Vec<_>, Vec<_>) =
        all.iter().partition(|Probed(came, _)| came.error > 1e-9 * came.executions);
    let sum = |of: fn(&Probed) -> f64| drawn.iter().map(|probed| of(probed)).sum::<f64>();
    let bias = sum(|Probed(came, all)| came.executions / all - 1.0)
        / sum(|Probed(came, all)| (came.error / all).powi(2)).sqrt();
    let squares = sum(|Probed(came, all)| ((came.executions - all) / came.error).powi(2));
    let spread = (squares / drawn.len() as f64).sqrt();
    let wrong = |Probed(came, all): &&&Probed| (came.executions / all - 1.0).abs() > 1e-9;
    let (drawn, wrong) = (drawn.len(), same.iter().filter(wrong).count());
    println!("{drawn} of {}: bias {bias:.2}, spread {spread:.2}; {wrong} wrong", all.len());
    drawn > all.len() / 3 && bias.abs() < 3.0 && (0.7..1.4).contains(&spread) && wrong == 0
}

/// The number of executions with the smaller bounds, which run first.
fn executions_below(program: &Program, plan: &Plan, bound: usize) -> u64 {
    let Some(bound) = bound.checked_sub(1) else { return 0 };
    let below = Plan { bound: Some(bound), ..plan.clone() };
    search_with(program, below).expect("searched").expect("it is smaller").1.executions
}

fn uncached(sleep: bool, bound: Option<usize>) -> Plan {
    let max_executions = Some(3_000);
    plan(Options { cache: false, sleep, max_executions, ..Options::default() }, bound, 3)
}

#[test]
fn the_mean_of_probes_is_the_number_of_executions() {
    assert!(is_right(&of_generated(|_| uncached(false, None), NARROW, None)));
}

#[test]
fn it_is_with_sleep_sets() {
    assert!(is_right(&of_generated(|_| uncached(true, None), NARROW, None)));
}

fn bounded(seed: u64) -> Plan {
    uncached(false, Some(seed as usize % 3))
}

#[test]
fn it_is_with_a_bound() {
    assert!(is_right(&of_generated(bounded, NARROW, None)));
}

#[test]
fn where_there_is_room_for_all_states_it_is_exact() {
    for plan in [|_| uncached(false, None), |_| uncached(true, None), bounded] {
        for Probed(came, executions) in of_generated(plan, WIDE, None) {
            assert_eq!((came.executions, came.error), (executions, 0.0));
        }
    }
}

/// Sleep sets alone run each trace once, so what is complete can be counted in two ways.
#[test]
fn complete_executions_with_sleep_sets_are_traces() {
    let uncached = uncached(true, None);
    let search = Options { traces: true, ..uncached.search.clone() };
    let plan = Plan { search, ..uncached };
    let mut compared = 0;
    for seed in 1..60 {
        let program = Program::generate(seed);
        let Some((_, statistics)) = search_with(&program, plan.clone()).expect("searched") else {
            continue;
        };
        let came = estimate(&program, &plan, WIDE).expect("estimated");
        assert_eq!((came.complete, came.complete_error), (ended(&statistics), 0.0), "{seed}");
        assert_eq!(statistics.traces, statistics.complete, "{seed}");
        compared += 1;
    }
    assert!(compared > 30, "{compared}");
}

/// Failures are ends as well.
fn ended(statistics: &Statistics) -> f64 {
    (statistics.complete + statistics.failed) as f64
}

#[test]
fn a_child_that_is_left_out_is_detected() {
    for sleep in [false, true] {
        let fault = Some(Fault::ChildLeftOut);
        assert!(!is_right(&of_generated(|_| uncached(sleep, None), NARROW, fault)));
    }
}

fn of(sleep: bool, program: impl Fn() + Send + Sync + 'static) -> Estimated {
    let search = Options { cache: false, sleep, ..Options::default() };
    let plan = Plan { sampler: Sampler::Exhaustive, choices: true, search, ..Plan::default() };
    sync::driver::estimate(&plan, Probing { width: 100, ..Probing::default() }, program)
        .expect("estimated")
        .expect("it searches")
}

/// Each execution has the same probability, so each probe gives the same number: 2 · 3 · 2.
#[test]
fn a_tree_that_is_even_is_known_exactly() {
    let came = of(true, || {
        sync::choose(2);
        sync::choose(3);
        sync::choose(2);
    });
    assert_eq!((came.executions, came.error), (12.0, 0.0));
    let one = of(true, || Atomic::new("word", 0u32).store(1));
    assert_eq!((one.executions, one.error, one.probes), (1.0, 0.0, 8));
}

/// Two threads with 21 steps each, as in `known.rs`: 42 over 21 executions, too many to run.
#[test]
fn what_is_too_much_to_run_is_estimated() {
    let came = of(false, || {
        let word = Arc::new(Atomic::new("word", 0u32));
        let theirs = word.clone();
        sync::spawn(move || (0..20).for_each(|_| theirs.store(2)));
        (0..20).for_each(|_| word.store(1));
    });
    assert_eq!((came.executions, came.error), (538_257_874_440.0, 0.0));
}
