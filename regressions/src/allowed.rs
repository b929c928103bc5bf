//! Where the model ends in a way that the real runtime was not seen to: a file for each reason in
//! `regressions/truth`, with the executions of the model that end so. Either the release has a bug that shows there,
//! or Go's code allows the ending.
//!
//! Each execution is run again with its cell, in the gate and by `pidle truth`. One that ends otherwise is a
//! violation, and so is one whose cell no longer has that ending. Where the reason is a bug, the row with that bug
//! mended is run too: it has to end as the real runtime did, and in no other way.

use harness::report::KnownEnding;
use serde::Deserialize;
use sync::driver::Schedule;

use crate::bug::Mend;
use crate::release::mends;

/// The version of Go that was measured, and whose lines are named where a file says nothing else.
const MEASURED: &str = "1.19.8";

/// An ending that the real runtime was not seen to have, and the cells that have it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    /// The throw's text, or the check's name.
    pub ends: String,
    /// The bug of the release that it comes from, by the name of its mend. Without one, Go's code allows the ending
    /// although no bug is known there.
    pub bug: Option<String>,
    /// Why the real runtime may do so, and was not seen to.
    pub why: String,
    /// The version of Go whose lines are named. Of endings of `GO_1_19_FIXED`, whose `wakep` is newer, a newer one.
    #[serde(default = "measured")]
    pub version: String,
    /// The cells, each with an execution.
    pub execution: Vec<Execution>,
    /// The lines of Go that let it.
    pub go: Vec<Lines>,
}

/// An execution of a cell.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Execution {
    /// The row of the cell.
    pub row: String,
    /// Its scenario.
    pub scenario: String,
    /// The search's choices.
    pub schedule: String,
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

fn measured() -> String {
    MEASURED.into()
}

/// The files, by their paths from the root of the repository.
const FILES: &[(&str, &str)] = &[
    ("regressions/truth/45867.toml", include_str!("../truth/45867.toml")),
    (
        "regressions/truth/startm-negative-nmspinning.toml",
        include_str!("../truth/startm-negative-nmspinning.toml"),
    ),
    (
        "regressions/truth/wakep-negative-nmspinning.toml",
        include_str!("../truth/wakep-negative-nmspinning.toml"),
    ),
];

/// All of them, with their files.
///
/// # Panics
/// If a file is invalid. A test reads them all.
pub fn all() -> Vec<(&'static str, Allowed)> {
    let read = |&(path, text): &(&'static str, &str)| match read(text) {
        Ok(allowed) => (path, allowed),
        Err(why) => panic!("{path}: {why}"),
    };
    FILES.iter().map(read).collect()
}

/// Reads a file.
///
/// # Errors
/// If it is no TOML, if a field is empty, if the bug has no mend, or if it names no lines of Go or no execution. The
/// text says what is missing.
pub fn read(text: &str) -> Result<Allowed, String> {
    let allowed: Allowed = toml::from_str(text).map_err(|error| error.to_string())?;
    if allowed.why.trim().is_empty() {
        return Err("`why` is empty: say why the real runtime may do so".into());
    }
    if let Some(bug) = allowed.bug.as_ref().filter(|_| allowed.mend().is_none()) {
        let known: Vec<&str> = mends().map(|mend| mend.name).collect();
        return Err(format!("bug = \"{bug}\" has no mend; known are {}", known.join(", ")));
    }
    if allowed.go.is_empty() {
        return Err(format!("no `[[go]]`: name the lines of Go {} that allow it", allowed.version));
    }
    if allowed.execution.is_empty() {
        return Err("no `[[execution]]`: name the cells that end so".into());
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

/// The endings of a cell that are allowed next to those of the real runtime, each with an execution.
pub fn beside(row: &str, scenario: &str) -> Vec<KnownEnding> {
    let of_file = |(_, allowed): &(&str, Allowed)| -> Vec<KnownEnding> {
        let of_cell = allowed.execution.iter().filter(|e| e.is_of(row, scenario));
        of_cell.map(|execution| execution.beside(&allowed.ends)).collect()
    };
    all().iter().flat_map(of_file).collect()
}

/// The bugs of the release that show in a cell.
pub fn bugs(row: &str, scenario: &str) -> Vec<&'static Mend> {
    let of_cell = all().into_iter().filter(|(_, allowed)| allowed.is_of(row, scenario));
    of_cell.filter_map(|(_, allowed)| allowed.mend()).collect()
}

impl Allowed {
    /// The mend of the bug that it comes from.
    pub fn mend(&self) -> Option<&'static Mend> {
        mends().find(|mend| Some(mend.name) == self.bug.as_deref())
    }

    /// Whether the cell is one of its own.
    pub fn is_of(&self, row: &str, scenario: &str) -> bool {
        self.execution.iter().any(|execution| execution.is_of(row, scenario))
    }
}

impl Execution {
    fn is_of(&self, row: &str, scenario: &str) -> bool {
        self.row == row && self.scenario == scenario
    }

    fn beside(&self, ends: &str) -> KnownEnding {
        let picks = self.schedule.split_whitespace().collect::<Vec<_>>().join(" ");
        KnownEnding { ends: ends.into(), schedule: Schedule::Search { picks, preemptions: None } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bug::FIX;
    use crate::truth;

    /// The folder has no file that is not read.
    #[test]
    fn each_file_is_read_and_its_executions_are_of_cells() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/truth");
        assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), all().len());
        let jobs = truth::jobs(sync::driver::Engine::Explore);
        for (path, allowed) in all() {
            for Execution { row, scenario, .. } in &allowed.execution {
                let of_cell = jobs.iter().any(|job| job.row == *row && job.scenario == *scenario);
                assert!(of_cell, "{path}: no cell has {row} on {scenario}");
            }
        }
    }

    /// The release has the bug; the row that is compared with it has it mended, and nothing else.
    #[test]
    fn a_bug_is_of_a_row_of_the_release_and_the_row_with_it_mended_is_run() {
        let jobs = truth::jobs(sync::driver::Engine::Explore);
        for (path, allowed) in all() {
            let Some(mend) = allowed.mend() else { continue };
            for Execution { row, scenario, .. } in &allowed.execution {
                assert!(row.starts_with("GO_1_19"), "{path}: {row}");
                let mended = format!("{row}{FIX}{}", mend.name);
                let run = jobs.iter().any(|job| job.row == mended && job.scenario == *scenario);
                assert!(run, "{path}: {mended} on {scenario} is not run");
            }
        }
    }

    #[test]
    fn a_file_without_a_reason_is_refused() {
        let good = FILES[0].1;
        let why = read(good).expect("a good file").why;
        let refused = |text: String| read(&text).expect_err("an invalid file");
        assert!(refused(good.replace(&why, " ")).contains("`why` is empty"));
        assert!(refused(good.replace("why =", "because =")).contains("unknown field `because`"));
        let unknown = refused(good.replace("bug = \"45867\"", "bug = \"45868\""));
        assert!(
            unknown.contains("`45868`") || unknown.contains("\"45868\" has no mend"),
            "{unknown}"
        );
        let [head, ..] = good.split("[[").collect::<Vec<_>>()[..] else { panic!("no table") };
        let without = format!("{head}execution = []\ngo = []");
        assert!(refused(without).contains("name the lines of Go 1.19.8"));
        let lines = good.find("lines = [").expect("lines of Go");
        let end = lines + good[lines..].find(']').expect("a range");
        let backwards = format!("{}lines = [9, 1{}", &good[..lines], &good[end..]);
        assert!(refused(backwards).contains("name some lines"));
        let from = good.find("[[go]]").expect("lines of Go");
        let none = format!("{head}execution = []\n{}", &good[from..]);
        assert!(refused(none).contains("name the cells that end so"));
    }
}
