//! What a scenario file says about the gate: the sizes of its program, and the suites that run it.

use serde::{Deserialize, Serialize};
use sync::driver::Engine;

use crate::scenario::Scenario;

/// A run of the scenario in the gate: an entry `[[run]]` of its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GateRun {
    /// The suite.
    pub suite: String,
    /// One of the file's `sizes`; none means the size that the file itself has.
    pub size: Option<String>,
    /// The engines of the suite that run it; none means all of them.
    pub engines: Option<Vec<Engine>>,
    /// explore's bound on preemptions, if a search without one does not finish in the gate's time.
    pub bound: Option<usize>,
    /// Its place in the suite. Runs without one come last, by the names of their files.
    pub order: Option<u32>,
    /// What some execution must show, on every engine.
    #[serde(default)]
    pub sometimes: Vec<String>,
}

/// What is allowed as a size.
pub(super) const SIZES: &str = "write `3m` for 3 Ms, or `3p` for 3 Ps and 3 Ms";

/// The scenario at another size, such as `3m` or `3p`. `None` if that is not a size.
pub(super) fn at_size(scenario: &Scenario, size: &str) -> Option<Scenario> {
    let unit = size.chars().last()?;
    let number: u32 = size.strip_suffix(unit)?.parse().ok()?;
    let (ps, ms) = match unit {
        'm' => (scenario.ps, number),
        'p' => (number, number),
        _ => return None,
    };
    Some(Scenario { name: format!("{}-{size}", scenario.name), ps, ms, ..scenario.clone() })
}
