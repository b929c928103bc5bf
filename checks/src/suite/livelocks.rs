//! The runs that look for livelocks of several Ms: without sleep sets, and with the graph of all states in memory.

use harness::report::Job;
use harness::scenario_file::Written;
use sync::driver::Engine;

use super::kind::{Suite, NEWEST_FIXED, SEARCHED_ONLY};

/// The suite: small programs, one for each way in which Ms wake each other.
pub(super) const LIVELOCKS: Suite = Suite {
    name: "livelocks",
    about: "livelocks: Ms that keep each other going for ever, in small programs",
    engines: SEARCHED_ONLY,
    bound: None,
    variant: NEWEST_FIXED,
};

/// The runs on that engine.
pub(super) fn jobs(engine: Engine, files: &[Written]) -> Vec<Job> {
    LIVELOCKS.jobs(engine, files).into_iter().map(Job::with_liveness).collect()
}
