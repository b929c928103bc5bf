//! Measures the cost of returning to a state, by the memory of an execution.
//!
//! `cargo run --release -p sync --example large_image --features explore`, and with `--features shuttle`,
//! which runs the steps again instead of restoring memory. Where the second is faster, the image is too
//! large.
//!
//! Two threads use each other's words; each state is visited once, and every second step returns to an
//! earlier one.

use std::hint::black_box;

use cpu_time::ProcessTime;
use sync::driver::{Plan, Sampler};
use sync::{Arc, Atomic};

/// The number of operations of each thread.
const STEPS: u32 = 400;

/// Two threads add to their own words. Each has half of this many bytes of memory, and writes one of them now and then.
fn program(bytes: usize) {
    let words = Arc::new([0, 1].map(|me| Atomic::new(("thread", me, "sum"), 0u32)));
    // Filled before the threads run: what they do not write, no execution writes again.
    let [memory, other] = [0, 1].map(|_| vec![1u8; bytes / 2]);
    let run = move |words: &[Atomic<u32>; 2], me: usize, mut memory: Vec<u8>| {
        for step in 0..STEPS {
            let seen = words[me].add(1) + words[1 - me].load();
            if let Some(byte) = memory.get_mut(step as usize) {
                *byte = black_box(seen as u8);
            }
        }
        black_box(memory);
    };
    let theirs = words.clone();
    sync::spawn(move || run(&theirs, 1, other));
    run(&words, 0, memory);
}

fn main() {
    let search =
        sync::driver::Options { max_executions: Some(100_000), ..sync::driver::Options::default() };
    let plan = Plan { sampler: Sampler::Exhaustive, search, heap: 64 << 20, ..Plan::default() };
    println!("{:>10} {:>10} {:>12} {:>14}", "KiB", "states", "executions", "CPU µs each");
    for kib in [0, 4, 16, 32, 64, 128, 256, 1024, 4096] {
        let started = ProcessTime::now();
        let explored =
            sync::driver::run_all(&plan, move || program(kib << 10)).expect("a valid plan");
        let micros = started.elapsed().as_secs_f64() * 1e6;
        let statistics = explored.searched.expect("it searches").statistics;
        let (states, executions) = (statistics.states, statistics.executions);
        println!("{kib:>10} {states:>10} {executions:>12} {:>14.2}", micros / executions as f64);
    }
}
