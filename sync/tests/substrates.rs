//! Both substrates show a search the same states: compared by what it finds in each generated program.
//!
//! The two cannot be built into one test. With `SUBSTRATES=file` each writes what it has found into a file,
//! and the files must be equal; `.ci/run` compares them.
#![cfg(searching)]

use std::fmt::Write;

use explore::fingerprint;
use explore::options::{Options, Statistics};
use soundness::found::search;
use soundness::program::Program;

/// The number of programs, by default.
const PROGRAMS: usize = 100;

/// What a search has found, on one line.
fn line(seed: u64) -> Option<String> {
    let program = match seed % 2 {
        0 => Program::generate(seed),
        _ => Program::generate_with_loops(seed),
    };
    let bound = (seed % 5 == 4).then_some(seed as usize % 3);
    let options = Options { max_executions: Some(3_000), ..Options::default() };
    let (found, statistics) = search(&program, options, bound).expect("searched")?;
    let Statistics { executions, complete, failed, states, transitions, depth, .. } = statistics;
    let cut = (statistics.cut_by_cache, statistics.cut_by_sleep);
    let digest = fingerprint::of((&found.states, &found.outcomes, &found.failures));
    Some(format!(
        "{seed} {bound:?} {digest:032x} {states} states, {transitions} transitions, depth {depth}; \
         {executions} executions, {complete} complete, {failed} failed, {cut:?} cut"
    ))
}

#[test]
fn what_is_found_is_written_down_for_the_other_substrate() {
    let programs = std::env::var("SOUNDNESS_CASES").ok();
    let programs = programs.map_or(PROGRAMS, |n| n.parse().expect("SOUNDNESS_CASES: a number"));
    let mut text = String::new();
    for line in (1..).filter_map(line).take(programs) {
        writeln!(text, "{line}").expect("it is text");
    }
    let with = |what| text.lines().filter(|line| line.contains(what)).count();
    assert!(with(" 0 failed") > 0 && with(" 0 failed") < programs, "some fail, and some do not");
    assert!(with("Some(2)") > 0, "some are bounded");
    if let Ok(file) = std::env::var("SUBSTRATES") {
        std::fs::write(&file, text).unwrap_or_else(|error| panic!("SUBSTRATES={file}: {error}"));
    }
    println!("{programs} programs");
}
