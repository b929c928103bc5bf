//! All tests of some programs.

use std::num::NonZeroUsize;

use crate::at_once;
use crate::error::Error;
use crate::loom_tests::programs::Program;
use crate::loom_tests::tested::{Engine, Run, Tested};

/// The tests of these programs, and those that were run.
pub(super) struct Ran<'p> {
    pub(super) programs: &'p [Program],
    pub(super) tests: Vec<Tested>,
    /// The number of tests that are marked `#[ignore]`.
    pub(super) ignored: usize,
    /// The number of tests that an interrupt has left out.
    pub(super) left: usize,
}

/// Runs all tests of the programs whose names contain one of the filters, some at a time.
///
/// # Errors
/// If a program does not list its tests.
pub(super) fn run_all<'p>(
    run: &Run,
    programs: &'p [Program],
    engine: Engine,
    at_a_time: NonZeroUsize,
    filters: &[String],
) -> Result<Ran<'p>, Error> {
    let (mut all, mut ignored) = (Vec::new(), 0);
    for program in programs {
        let listed = program.tests(filters)?;
        ignored += listed.ignored;
        all.extend(listed.names.into_iter().map(|name| (program, name)));
    }
    let tests = at_once::map(&all, at_a_time, |(program, name)| run.one(engine, program, name));
    let left = tests.iter().filter(|test| test.is_none()).count();
    Ok(Ran { programs, tests: tests.into_iter().flatten().collect(), ignored, left })
}
