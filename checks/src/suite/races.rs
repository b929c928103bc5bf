//! The runs that look for data races: each access of a plain field is a step in them, so they cost more than others.

use sync::driver::Engine;

use super::{kernel_job, limits, ALL, FIXED};
use crate::kernels;
use harness::report::{Expect, Job, Limits, Mode};

/// The name of the suite.
const NAME: &str = "races";

/// At 2 Ps and 2 Ms.
const CORE: &str = "core";

/// At the same size, for what the core has not: yields, and Gs that park while others ready them.
const BESIDES: &[&str] =
    &["rendezvous", "ping-pong", "yielders", "gosched-beside-newproc", "goyield-beside-newproc"];

/// At three Ps and three Ms, within [`BOUND`] preemptions.
const WIDE: &[&str] = &["S1-3m", "S2-3m", "S3-3m", "S4-3m", "three-ps"];

/// Preemptions, where there are three Ms.
const BOUND: usize = 2;

/// The runs on that engine: kernels, the core and a few others, every state of each, and the same at three Ms within a bound.
pub(super) fn jobs(engine: Engine) -> Vec<Job> {
    if engine != Engine::Explore {
        return Vec::new();
    }
    let kernels = kernels::ALL.iter().map(|kernel| Job {
        suite: NAME.into(),
        mode: Mode::Races,
        ..kernel_job(kernel, engine)
    });
    let core = ALL.iter().filter(|suite| suite.name == CORE).flat_map(|suite| suite.scenarios);
    let core = core.map(|(scenario, _)| scenario).chain(BESIDES);
    let core = core.map(|scenario| job(scenario, None));
    let wide = WIDE.iter().map(|scenario| job(scenario, Some(BOUND)));
    kernels.chain(core).chain(wide).collect()
}

fn job(scenario: &str, bound: Option<usize>) -> Job {
    Job {
        suite: NAME.into(),
        scenario: scenario.into(),
        program: None,
        row: FIXED.into(),
        mode: Mode::Races,
        only: None,
        limits: Limits { bound, ..limits(Engine::Explore) },
        sometimes: Vec::new(),
        expect: Expect::Holds,
    }
}
