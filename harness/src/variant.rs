//! Variants of the scheduler: rows of the step table that have names.

use runtime_model::steps::Steps;

/// A variant of the scheduler.
pub struct Variant {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// Its row of the step table.
    pub steps: Steps,
}

impl Variant {
    /// A variant with that name.
    pub fn new(name: &str, about: &str, steps: Steps) -> Self {
        Variant { name: name.into(), about: about.into(), steps }
    }
}
