//! A program that a search cannot run is an error, not a failure of the program.
#![cfg(searching)]

use sync::driver::{run_all, Plan, Sampler};
use sync::{checkpoint, spawn, Arc, Atomic};

/// Why the program cannot be run.
fn error(program: impl Fn() + Send + Sync + 'static) -> String {
    let plan =
        Plan { sampler: Sampler::Exhaustive, stack: 16 * 1024, threads: 10, ..Plan::default() };
    run_all(&plan, program).expect_err("no verdict").to_string()
}

#[test]
fn an_object_that_was_made_outside_is_refused() {
    let word = Arc::new(Atomic::new("word", 0u32));
    let message = error(move || word.store(1));
    assert!(message.contains("created outside the execution"), "{message}");
}

fn spawns_below(generations: u32) {
    if generations > 0 {
        spawn(move || spawns_below(generations - 1));
    }
}

/// An id has room for seven generations.
#[test]
fn a_thread_for_which_there_is_no_id_is_refused() {
    let message = error(|| spawns_below(8));
    assert!(
        message.contains("has created 0 threads, and there is no room for one more"),
        "{message}"
    );
}

#[test]
#[should_panic(expected = "a checkpoint outside an execution")]
fn a_checkpoint_outside_an_execution_is_refused() {
    checkpoint(());
}
