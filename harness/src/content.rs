//! What there is to run and to check. The crates above hand it to the harness, which knows none of it by name.

use crate::check::Check;
use crate::happening::Happening;
use crate::included::Included;
use crate::kernel::Kernel;
use crate::report::Mode;
use crate::source::Source;
use crate::variant::Variant;

/// Families of checks, each with its checks in the order in which they are evaluated.
pub type Families = &'static [&'static [Check]];

/// What there is to run and to check: names in a job are names of it.
pub struct Content {
    /// The families of mode symptoms: what a user of Go would see.
    pub symptoms: Families,
    /// The families of mode invariants, symptoms included.
    pub invariants: Families,
    /// The name of the check that a loop fails in which no other thread has a part.
    pub livelock: &'static str,
    /// All that a run can be required to show.
    pub happenings: &'static [Happening],
    /// All kernels.
    pub kernels: &'static [Kernel],
    /// The files of all scenarios.
    pub scenarios: &'static [Included],
    /// All variants. The first is the correct one, under which a kernel runs if its job names no variant.
    pub variants: fn() -> Vec<Variant>,
    /// The source files in which a step can be recorded; a step elsewhere has file and line in the place of a function.
    pub sources: &'static [Source],
}

impl Content {
    /// The checks of a mode, in the order in which they are evaluated: the first that fails is reported.
    pub fn checks(&self, mode: Mode) -> impl Iterator<Item = &'static Check> {
        let families = match mode {
            Mode::Symptoms | Mode::Races => self.symptoms,
            Mode::Invariants => self.invariants,
        };
        families.iter().copied().flatten()
    }
}
