//! The core holds in every state that it can reach, and what makes that fast leaves out none of them.

use std::io::Write;

use checks::suite::FIXED;
use harness::report::{Job, Mode, Search};
use harness::verdict::Verdict;
use regressions::CONTENT;
use sync::driver::{Control, Engine, Options, Searched};

fn job(scenario: &str) -> Job {
    let mut job = crate::common::job(scenario, Mode::Invariants);
    job.limits.bound = None;
    job.limits.search = Some(Search::default());
    job
}

/// Searches it, and holds, in so many states. With `SUBSTRATES=file` that is written into `file.model`: both
/// substrates have to write the same, which `.ci/run` compares.
fn holds_in(scenario: &str, states: u64) {
    let outcome =
        CONTENT.prepare(&job(scenario)).expect("a job").run(|_| Control::Go).expect("a run");
    let report = outcome.report;
    assert_eq!((report.verdict, &*report.extent), (Verdict::Held, "exhaustive"), "{}", report.note);
    let searched = report.searched.expect("searched");
    assert_eq!(searched.states, states);
    if let Ok(file) = std::env::var("SUBSTRATES") {
        let file = std::fs::File::options().create(true).append(true).open(file + ".model");
        let line = format!("{scenario}: {states} states, {:016x}", searched.digest);
        file.and_then(|mut file| writeln!(file, "{line}")).expect("SUBSTRATES: a file");
    }
}

/// All of it.
fn search(scenario: &str, options: Options) -> Searched {
    let searched =
        CONTENT.prepare(&job(scenario)).expect("a job").compare(options).expect("a search");
    assert_eq!(searched.incomplete, None);
    searched
}

/// The numbers are the model's: they change with every operation and every checkpoint of it.
#[sync::test(searching)]
fn the_core_holds_in_every_state() {
    holds_in("sleep-ready-park", 36_978);
    holds_in("newproc-busy", 204);
    holds_in("sleep-ready-busy", 20_008);
    holds_in("two-timers-relay", 156_279);
    holds_in("newproc-busy-3m", 204);
    holds_in("sleep-ready-busy-3m", 146_203);
}

/// With 3 Ms, a binding that is kept needlessly shows most. An engine that replays takes too long.
#[sync::test(searching)]
fn sleep_ready_park_has_no_more_states_with_3_ms_than_it_needs() {
    if sync::driver::ENGINE == Engine::Explore {
        assert_eq!(search("sleep-ready-park-3m", Options::default()).states.len(), 684_864);
    }
}

#[sync::test(searching)]
fn the_states_are_the_same_without_sleep_sets() {
    let scenarios = match sync::driver::ENGINE {
        Engine::Explore => &["newproc-busy", "sleep-ready-busy", "sleep-ready-busy-3m"][..],
        _ => &["newproc-busy", "sleep-ready-busy"],
    };
    for scenario in scenarios {
        let all = search(scenario, Options::default()).states;
        let slow = search(scenario, Options { sleep: false, ..Options::default() }).states;
        assert!(all == slow, "{scenario}: {} and {} states", all.len(), slow.len());
    }
}

/// Who replays takes a minute for two-timers-relay, and shares all that is shared here.
#[sync::test(searching)]
fn the_states_are_the_same_with_two_workers() {
    let scenarios = match sync::driver::ENGINE {
        Engine::Explore => {
            &["sleep-ready-park", "newproc-busy", "sleep-ready-busy", "two-timers-relay"][..]
        }
        _ => &["newproc-busy", "sleep-ready-busy"],
    };
    for scenario in scenarios {
        let all = search(scenario, Options::default()).states;
        let by_two = search(scenario, Options { jobs: 2, ..Options::default() }).states;
        assert!(all == by_two, "{scenario}: {} and {} states", all.len(), by_two.len());
    }
}

/// What the cache cuts off is followed to its end, and nothing new is there.
#[sync::test(searching)]
fn no_checkpoint_of_the_model_forgets_what_matters() {
    for scenario in ["newproc-busy", "sleep-ready-busy"] {
        let searched = search(scenario, Options { paranoid: true, ..Options::default() });
        assert!(searched.statistics.probes > 0, "{scenario}");
    }
}

/// A probe keeps to the bound, and a failure of the program is no mistake of its checkpoints.
#[sync::test(searching)]
fn a_paranoid_search_within_a_bound_holds_and_of_a_bug_is_violated() {
    let paranoid = |scenario, row: &str, bound| {
        let mut job = job(scenario);
        job.row = row.into();
        job.limits.bound = bound;
        job.limits.search = Some(Search { paranoid: true, ..Search::default() });
        CONTENT.prepare(&job).and_then(|prepared| {
            let outcome = prepared.run(|_| Control::Go)?;
            prepared.smallest(outcome, |_| Control::Go)
        })
    };
    for bound in 1..=2 {
        let report = paranoid("sleep-ready-busy", FIXED, Some(bound)).expect("no mistake").report;
        assert_eq!(report.verdict, Verdict::Held, "bound {bound}: {}", report.note);
        let probes = report.searched.expect("searched").probes;
        assert!(probes > 0, "bound {bound}");
    }
    let strands = "GO_13F6BE28+fix-45867-as-in-1.20";
    for bound in [None, Some(2)] {
        let report = paranoid("three-newprocs", strands, bound).expect("no mistake").report;
        let found = report.found.expect("a failure");
        assert_eq!(found.check, "no G is runnable beside an idle P", "{bound:?}");
        assert_eq!(found.preemptions, Some(2), "{bound:?}");
    }
}

/// Memory and pending operations are what the others see of a thread: without checkpoints, which make
/// far more states, a search comes to the same ones as far as it goes. newproc-busy's ends.
#[sync::test(searching)]
fn checkpoints_change_no_pair_of_memory_and_pending_operations() {
    for (scenario, most) in [
        ("sleep-ready-park", Some(150_000)),
        ("newproc-busy", None),
        ("sleep-ready-busy", Some(150_000)),
    ] {
        let with = search(scenario, Options { pairs: true, ..Options::default() }).pairs;
        let options =
            Options { pairs: true, checkpoints: false, max_states: most, ..Options::default() };
        let without =
            CONTENT.prepare(&job(scenario)).expect("a job").compare(options).expect("a search");
        let new = without.pairs.difference(&with).count();
        assert_eq!(new, 0, "{scenario}: of {} pairs without checkpoints", without.pairs.len());
        assert_eq!(without.incomplete.is_some(), most.is_some(), "{scenario}");
        assert!(most.is_some() || without.pairs == with, "{scenario}");
    }
}

/// A search that tells Ms apart finds the states that stand for all, and no others.
#[sync::test(restoring)]
fn symmetry_leaves_out_no_class_of_states() {
    let all = search("sleep-ready-busy-3m", Options::default()).states;
    assert_eq!(all.len(), 146_203);
    let classes =
        search("sleep-ready-busy-3m", Options { classes: true, ..Options::default() }).states;
    assert!(all == classes, "{} and {} states", all.len(), classes.len());
    let apart =
        search("sleep-ready-busy-3m", Options { symmetry: false, ..Options::default() }).states;
    assert_eq!(apart.len(), 191_950);
}
