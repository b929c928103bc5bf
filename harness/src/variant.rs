//! Variants of the scheduler: rows of the step table that have names.

use runtime_model::steps::Steps;

/// A variant of the scheduler.
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Older names of it, which commands accept as well.
    pub aliases: Vec<String>,
    /// What it is, in a sentence.
    pub about: String,
    /// Its row of the step table.
    pub steps: Steps,
}

impl Variant {
    /// A variant with that name.
    pub fn new(name: &str, about: &str, steps: Steps) -> Self {
        Variant { name: name.into(), aliases: Vec::new(), about: about.into(), steps }
    }

    /// Whether `name` is its name, or an older one.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.iter().any(|alias| alias == name)
    }
}
