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

/// The file that has the scenario of that name, or of that older name, at its size or at another; and the scenario.
///
/// # Panics
/// If a file is invalid.
pub fn with_file<'f>(files: &'f [Included], name: &str) -> Option<(&'f Included, Scenario)> {
    let named = |file: &'f Included| Some((file, file.written().named(name)?));
    // A file's name says which scenario it has, so that only older names need other files: those that have any.
    let by_name = files.iter().filter(|file| file.has(name)).find_map(named);
    let has_older = |file: &&Included| file.text.contains("aliases");
    by_name.or_else(|| files.iter().filter(has_older).find_map(named))
}

/// The scenario of that name, or of that older name. It has its name of today.
///
/// # Panics
/// If a file is invalid.
pub fn find(files: &[Included], name: &str) -> Option<Scenario> {
    with_file(files, name).map(|(_, scenario)| scenario)
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
    fn a_scenario_is_found_by_an_older_name_at_each_size() {
        let text = TEXT.replace("name = \"a\"", "name = \"a\"\naliases = [\"S1\", \"one\"]");
        let files = [Included { name: "a", text: text.clone().leak() }];
        let name = |name| find(&files, name).map(|scenario| scenario.name);
        assert_eq!(
            ["S1", "one-3m", "a-3m", "S1-4m", "S"].map(name),
            [Some("a".into()), Some("a-3m".into()), Some("a-3m".into()), None, None]
        );
        let bad = Included { name: "a", text: text.replace("S1", "S 1").leak() };
        let error = bad.parse().unwrap_err().to_string();
        assert!(error.starts_with("a.toml:2: aliases: `S 1` is not a name"), "{error}");
    }

    #[test]
    fn a_file_is_named_after_its_scenario() {
        assert!(Included { name: "a", text: TEXT }.parse().is_ok());
        let error = Included { name: "b", text: TEXT }.parse().unwrap_err().to_string();
        assert!(error.starts_with("b.toml:1: name: `a` is not the name of the file"), "{error}");
    }
}
