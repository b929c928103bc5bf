//! The runs that look for data races: each access of a plain field is a step in them, so they cost more than others.

use harness::report::{Job, Mode};
use harness::scenario_file::Written;
use sync::driver::Engine;

use super::kind::{kernel_job, Suite, FIXED, SEARCHED_ONLY};
use crate::kernels;

/// The suite: the core, a few other programs of that size for what the core does not have (yields, and Gs that park while
/// others ready them), and, within 2 preemptions, programs of three Ms and of three Ps.
pub(super) const RACES: Suite = Suite {
    name: "races",
    about: "data races: each access of a plain field is a step",
    engines: SEARCHED_ONLY,
    bound: None,
    variant: FIXED,
};

/// The runs on that engine: the kernels, and the suite.
pub(super) fn jobs(engine: Engine, files: &[Written]) -> Vec<Job> {
    if !RACES.engines.contains(&engine) {
        return Vec::new();
    }
    let kernels = kernels::ALL.iter().map(|kernel| kernel_job(kernel, engine));
    let kernels = kernels.map(|job| Job { suite: RACES.name.into(), ..job });
    kernels.chain(RACES.jobs(engine, files)).map(in_mode).collect()
}

/// The same run in its mode.
pub(super) fn in_mode(job: Job) -> Job {
    Job { mode: Mode::Races, ..job }
}
