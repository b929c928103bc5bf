//! Searches in which a state is its memory lose nothing: several ways to search generated programs find the same, and
//! planted faults are detected.
#![cfg(feature = "explore")]

mod facade;
mod restored;

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use explore::fault::{planting, Fault};
use explore::interface::{Driven, Substrate};
use explore::options::Statistics;
use explore::restore::{Limits, Restore};
use explore::search::{Dfs, Options, Shared};
use soundness::program::Program;

use facade::{Facade, Shown};

/// What a search finds.
#[derive(PartialEq, Eq, Debug)]
struct Found {
    shown: BTreeSet<String>,
    states: BTreeSet<u128>,
}

/// The searches of a program's executions, with and without.
const PLAIN: Way = Way { cache: false, sleep: false, jobs: 1 };
const CACHE: Way = Way { cache: true, ..PLAIN };
const SLEEP: Way = Way { sleep: true, ..PLAIN };
const BOTH: Way = Way { sleep: true, ..CACHE };
const CACHE_BY_TWO: Way = Way { jobs: 2, ..CACHE };
const BOTH_BY_TWO: Way = Way { jobs: 2, ..BOTH };

#[derive(Clone, Copy, Debug)]
struct Way {
    cache: bool,
    sleep: bool,
    jobs: usize,
}

fn options(way: Way, most: u64) -> Options {
    let Way { cache, sleep, jobs } = way;
    let max_executions = Some(most);
    Options {
        memory: true,
        keep_going: true,
        cache,
        sleep,
        jobs,
        max_executions,
        ..Options::default()
    }
}

/// A program, and where it shows what happens: at the same addresses in each search, so that states can be compared.
#[derive(Clone)]
struct Case {
    run: Arc<dyn Fn(Shown) + Send + Sync>,
    shown: Shown,
}

impl Case {
    fn new(run: impl Fn(Shown) + Send + Sync + 'static) -> Case {
        Case { run: Arc::new(run), shown: Box::leak(Box::default()) }
    }
}

/// Searches the program; an error of the program or of the search, or `None` if there are too many executions.
fn search(
    case: &Case,
    options: &Options,
    audit: u64,
) -> Result<Option<(Found, Statistics)>, String> {
    let Case { run, shown } = case.clone();
    shown.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let shared = Arc::new(Shared::new(options.clone()));
    let work = |number| {
        let facade = Facade { run: run.clone(), shown };
        let limits = Limits { stack: 64 << 10, heap: 4 << 20 };
        let mut restore = Restore::new(limits, facade).audit(audit).with(options);
        let Driven { diverged, panic, .. } = restore.drive(Dfs::worker(shared.clone(), number));
        let error = diverged.map(|diverged| diverged.to_string());
        let panic = panic.map(|panic| *panic.downcast::<String>().expect("a text"));
        let error = error.or(panic);
        if error.is_some() {
            shared.stop(explore::search::Incomplete::Stopped);
        }
        error
    };
    let errors: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..options.jobs).map(|number| scope.spawn(move || work(number))).collect();
        workers.into_iter().filter_map(|worker| worker.join().expect("no panic")).collect()
    });
    shared.finish();
    if let Some(error) = errors.into_iter().next() {
        return Err(error);
    }
    let shown = shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let states = shared.states().into_iter().collect();
    Ok(shared.incomplete().is_none().then(|| (Found { shown, states }, shared.statistics())))
}

const MOST: u64 = 5_000;

fn found(case: &Case, way: Way, fault: Option<Fault>) -> Option<(Found, Statistics)> {
    // A faulty search may cut off less, and one with several workers does some of it twice.
    let most = if way.cache || way.sleep { 4 * MOST } else { MOST };
    let found = planting(fault, || search(case, &options(way, most), 0));
    found.unwrap_or_else(|why| panic!("{way:?}: {why}"))
}

/// Compares searches with the first one; `None` if that has too many executions. Sleep sets may leave out a state that
/// differs from another only in addresses, and nothing else.
fn differs(program: &Program, ways: &[Way], fault: Option<Fault>) -> Option<Result<(), String>> {
    let case = Case::new(facade::program(program));
    let (base, _) = found(&case, ways[0], None)?;
    for &way in &ways[1..] {
        let Some((other, _)) = found(&case, way, fault) else {
            return Some(Err(format!("{way:?}: too many executions\n{program}")));
        };
        let same_states = if way.sleep {
            other.states.is_subset(&base.states)
        } else {
            other.states == base.states
        };
        if other.shown != base.shown || !same_states {
            let states = (base.states.len(), other.states.len());
            let (here, there) = (base.shown, other.shown);
            return Some(Err(format!(
                "{way:?}: {here:?} and {there:?}, {states:?} states\n{program}"
            )));
        }
    }
    Some(Ok(()))
}

/// Compares this many programs.
fn agree(program: fn(u64) -> Program, ways: &[Way], cases: usize) {
    let mut compared = 0;
    for seed in 1.. {
        match differs(&program(seed), ways, None) {
            None => {}
            Some(Ok(())) => compared += 1,
            Some(Err(what)) => panic!("seed {seed}: {what}"),
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
        let case = Case::new(facade::program(&Program::generate(seed)));
        let Some((plain, _)) = found(&case, PLAIN, base) else { continue };
        compared += 1;
        match found(&case, way, Some(fault)) {
            Some((faulty, _)) if same(&plain, &faulty) => {}
            _ => return compared,
        }
    }
    panic!("{fault:?}: not detected in {compared} programs");
}

#[test]
fn cache_sleep_sets_and_workers_lose_nothing() {
    agree(Program::generate, &[PLAIN, CACHE, SLEEP, BOTH, CACHE_BY_TWO, BOTH_BY_TWO], 60);
}

#[test]
fn sleep_sets_and_workers_lose_nothing_where_programs_loop() {
    agree(Program::generate_with_loops, &[CACHE, BOTH, CACHE_BY_TWO, BOTH_BY_TWO], 60);
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
        let after = seen_after(None, fault, CACHE, |plain, faulty| plain.shown == faulty.shown);
        println!("{fault:?}: after {after} programs");
    }
}

/// Leftovers make one state two: how many there are depends on the search.
#[test]
fn memory_that_is_not_cleared_is_detected() {
    let fault = Fault::MemoryNotCleared;
    println!(
        "after {} programs",
        seen_after(Some(fault), fault, CACHE, |a, b| a.states == b.states)
    );
}

/// Then steps that change the word that is not reported count as independent, and outcomes are lost.
#[test]
fn an_unreported_write_that_is_not_seen_is_detected() {
    let after = seen_after(None, Fault::WriteNotSeen, SLEEP, |a, b| a.shown == b.shown);
    println!("after {after} programs");
}
