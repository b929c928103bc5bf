//! Where the model does more than the real runtime was seen to do, and Go allows it: a file for each ending in
//! `regressions/truth`, with an execution of the model that ends so, and the lines of Go that let it.
//!
//! The file's execution is run again with its cell, in the gate and by `pidle truth`. One that ends otherwise is
//! a violation, and so is a file whose cell has no such ending any more.

use checks::report::Beside;
use serde::Deserialize;
use sync::Schedule;

/// The version of Go whose lines are named.
pub const GO: &str = "1.19.8";

/// An ending of a cell that the real runtime was not seen to have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    /// The row of the cell.
    pub row: String,
    /// Its scenario.
    pub scenario: String,
    /// The throw's text, or the check's name.
    pub ends: String,
    /// Why the real runtime may do so, and was not seen to.
    pub why: String,
    /// An execution of the cell that ends so.
    pub schedule: String,
    /// What lets it.
    pub go: Vec<Lines>,
}

/// Lines of Go.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// In which file of `src/runtime`.
    pub file: String,
    /// In which function.
    pub function: String,
    /// The first and the last.
    pub lines: [u32; 2],
    /// What they do.
    pub fact: String,
}

/// The files, by their paths from the root of the repository.
const FILES: &[(&str, &str)] = &[
    (
        "regressions/truth/53294-marked-but-not-counted-stealrunq.toml",
        include_str!("../truth/53294-marked-but-not-counted-stealrunq.toml"),
    ),
    (
        "regressions/truth/53294-marked-but-not-counted-stealtimer.toml",
        include_str!("../truth/53294-marked-but-not-counted-stealtimer.toml"),
    ),
];

/// All of them, with their files.
///
/// # Panics
/// If a file is none. A test reads them all.
pub fn all() -> Vec<(&'static str, Allowed)> {
    let read = |&(path, text): &(&'static str, &str)| match read(text) {
        Ok(allowed) => (path, allowed),
        Err(why) => panic!("{path}: {why}"),
    };
    FILES.iter().map(read).collect()
}

/// Reads a file: no field may be empty, and there are lines of Go.
///
/// # Errors
/// In words, with what is missing.
pub fn read(text: &str) -> Result<Allowed, String> {
    let allowed: Allowed = toml::from_str(text).map_err(|error| error.to_string())?;
    if allowed.why.trim().is_empty() {
        return Err("`why` is empty: say why the real runtime may do so".into());
    }
    if allowed.go.is_empty() {
        return Err(format!("no `[[go]]`: name the lines of Go {GO} that allow it"));
    }
    for Lines { function, lines: [first, last], fact, .. } in &allowed.go {
        if first > last || *first == 0 || fact.trim().is_empty() {
            return Err(format!(
                "{function}: lines {first} to {last}, `{fact}`: name some lines, and say what they do"
            ));
        }
    }
    Ok(allowed)
}

/// Those of a cell, as its run is told.
pub fn beside(row: &str, scenario: &str) -> Vec<Beside> {
    let of_cell = all().into_iter().filter(|(_, a)| a.row == row && a.scenario == scenario);
    of_cell.map(|(_, allowed)| allowed.beside()).collect()
}

impl Allowed {
    /// As a run is told.
    pub fn beside(&self) -> Beside {
        let picks = self.schedule.split_whitespace().collect::<Vec<_>>().join(" ");
        let schedule = Schedule::Search { picks, preemptions: None };
        Beside { ends: self.ends.clone(), schedule }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth;

    /// The folder has no file that nobody reads.
    #[test]
    fn each_file_is_read_and_is_of_a_cell() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/truth");
        assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), all().len());
        let jobs = truth::jobs(sync::Engine::Explore);
        for (path, allowed) in all() {
            let of_cell =
                jobs.iter().any(|job| job.row == allowed.row && job.scenario == allowed.scenario);
            assert!(of_cell, "{path}: no cell has {} on {}", allowed.row, allowed.scenario);
        }
    }

    #[test]
    fn a_file_without_a_reason_is_refused() {
        let good = FILES[0].1;
        let why = read(good).expect("it is one").why;
        let refused = |text: String| read(&text).expect_err("it is none");
        assert!(refused(good.replace(&why, " ")).contains("`why` is empty"));
        let without = good.split("[[go]]").next().unwrap_or_default();
        assert!(refused(format!("{without}go = []")).contains("name the lines of Go 1.19.8"));
        assert!(refused(good.replace("[5098, 5104]", "[5104, 5098]")).contains("name some lines"));
        assert!(refused(good.replace("why =", "because =")).contains("unknown field `because`"));
    }
}
