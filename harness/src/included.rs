//! Scenario files that are part of the build.

use std::path::Path;

use crate::scenario::Scenario;
use crate::scenario_file::{self, FileError, Written};

/// A scenario file that is part of the build.
#[derive(Debug)]
pub struct Included {
    /// The file's name, without `.toml`: also the scenario's.
    pub name: &'static str,
    /// What the file says.
    pub text: &'static str,
}

impl Included {
    /// What is in the file.
    ///
    /// # Panics
    /// If the file is invalid.
    pub fn written(&self) -> Written {
        self.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, with what is wrong if the file is invalid.
    ///
    /// # Errors
    /// If the file is invalid, or its name is not the scenario's.
    pub fn parse(&self) -> Result<Written, FileError> {
        let written = scenario_file::parse(Path::new(&format!("{}.toml", self.name)), self.text)?;
        written.check_file_name(self.name)?;
        Ok(written)
    }

    /// Whether the scenario of that name is this file's, at its size or at another.
    fn has(&self, scenario: &str) -> bool {
        let rest = scenario.strip_prefix(self.name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }
}

/// All scenarios of the files, each at every size that its file has.
///
/// # Panics
/// If a file is invalid.
pub fn all(files: &[Included]) -> Vec<Scenario> {
    files.iter().flat_map(|file| file.written().at_all_sizes()).collect()
}

/// The file that has the scenario of that name, at its size or at another.
///
/// # Panics
/// If a file is invalid.
pub fn file_of<'f>(files: &'f [Included], scenario: &str) -> Option<&'f Included> {
    let has = |file: &&Included| file.written().at_all_sizes().iter().any(|s| s.name == scenario);
    files.iter().filter(|file| file.has(scenario)).find(has)
}

/// The scenario of that name.
///
/// # Panics
/// If a file is invalid.
pub fn find(files: &[Included], name: &str) -> Option<Scenario> {
    let sizes = file_of(files, name)?.written().at_all_sizes();
    sizes.into_iter().find(|scenario| scenario.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name = \"a\"\nps = 2\nms = 2\nsizes = [\"3m\"]\ngs = [\"main:\"]\n";

    #[test]
    fn a_scenario_is_found_at_each_size_of_its_file() {
        let other = "name = \"a-b\"\nps = 1\nms = 1\ngs = [\"main:\"]\n";
        let files = [Included { name: "a", text: TEXT }, Included { name: "a-b", text: other }];
        let ms = |name| find(&files, name).map(|scenario| scenario.ms);
        assert_eq!(
            ["a", "a-3m", "a-b", "a-4m", "b"].map(ms),
            [Some(2), Some(3), Some(1), None, None]
        );
        assert_eq!(all(&files).len(), 3);
    }

    #[test]
    fn a_file_is_named_after_its_scenario() {
        assert!(Included { name: "a", text: TEXT }.parse().is_ok());
        let error = Included { name: "b", text: TEXT }.parse().unwrap_err().to_string();
        assert!(error.starts_with("b.toml:1: name: `a` is not the name of the file"), "{error}");
    }
}
