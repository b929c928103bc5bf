//! Errors, which end a command with exit code 4: the input is bad, or the harness could not do its work.

use std::io;
use std::path::PathBuf;

use harness::cex::CexError;
use harness::scenario_file::FileError;
use harness::{file_error, nearest};
use sync::driver::Engine;

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name that does not exist.
    #[error("unknown {kind} `{name}`{}; known:{}", nearest(name, known), few(known))]
    Unknown {
        /// What it should name.
        kind: String,
        /// The name.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// A name that does not exist, of a kind whose names need a description.
    #[error(
        "unknown {kind} `{name}`{}{}",
        nearest::did_you_mean(name, known.iter().map(|(known, _)| &**known)),
        described(name, known)
    )]
    Undescribed {
        /// What it should name.
        kind: String,
        /// The name.
        name: String,
        /// The names that exist, each with a few words.
        known: Vec<(String, String)>,
    },
    /// Arguments that do not fit together.
    #[error("{0}")]
    Usage(String),
    /// The file for a result exists already.
    #[error("{}: this file exists already; name another one, or move it away", .0.display())]
    Exists(PathBuf),
    /// A file or folder could not be read or written.
    #[error("{}: {}", path.display(), file_error::in_words(path, error))]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A counterexample could not be read or written.
    #[error(transparent)]
    Counterexample(#[from] CexError),
    /// A scenario file is invalid.
    #[error(transparent)]
    Scenario(#[from] FileError),
    /// A worker, or another program of the workspace, could not be built.
    #[error("could not build {what}: {why}")]
    Build {
        /// What was to be built, such as `the loom engine`.
        what: String,
        /// Cargo's output.
        why: String,
    },
    /// A worker refused its work, or ended without an answer.
    #[error("the {engine} engine: {why}")]
    Worker {
        /// The engine.
        engine: Engine,
        /// The reason.
        why: String,
    },
    /// A worker's counters, or the list of parts that need not be reached, could not be read.
    #[error("coverage: {0}")]
    Coverage(String),
    /// Ctrl-C could not be caught, or the terminal could not be set up.
    #[error("{0}")]
    Setup(String),
    /// Ctrl-C before the first result. The verdict is *incomplete*, not *error*.
    #[error("interrupted before anything ran")]
    Interrupted,
}

impl Error {
    /// An unknown name, and the names that exist.
    pub fn unknown(kind: &str, name: &str, known: Vec<String>) -> Self {
        Error::Unknown { kind: kind.into(), name: name.into(), known }
    }
}

/// The most characters of names that an error lists.
const FEW: usize = 1_000;

/// The most names that an error lists on one line.
const ON_A_LINE: usize = 8;

/// The names, or where they are listed if there are many.
fn few(known: &[String]) -> String {
    match known.iter().map(String::len).sum::<usize>() > FEW {
        true => " `cargo pidle list` prints them".into(),
        false if known.len() > ON_A_LINE => format!("\n  {}", known.join("\n  ")),
        false => format!(" {}", known.join(", ")),
    }
}

/// Asks whether the known name that is most like `name` was meant; empty if none is like it.
fn nearest(name: &str, known: &[String]) -> String {
    nearest::did_you_mean(name, known.iter().map(String::as_str))
}

/// The names that are most like `name`, and those whose description has it, each with its description; then how many there are.
fn described(name: &str, known: &[(String, String)]) -> String {
    let has = |(_, about): &&(String, String)| {
        name.len() > 2 && about.to_lowercase().contains(&name.to_lowercase())
    };
    let mut shown: Vec<&(String, String)> = known.iter().filter(has).collect();
    for (_, like) in nearest::by_similarity(name, known.iter().map(|(known, _)| &**known)) {
        let found = known.iter().find(|(known, _)| known == like);
        shown.extend(found.filter(|found| !shown.contains(found)));
    }
    shown.truncate(ON_A_LINE);
    let width = shown.iter().map(|(known, _)| known.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> =
        shown.iter().map(|(known, about)| format!("\n  {known:width$}  {about}")).collect();
    let all = match known.len() {
        n if n > shown.len() => format!("\n`cargo pidle list` prints all {n}"),
        _ => String::new(),
    };
    lines.concat() + &all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_names_those_are_shown_that_are_like_it_or_whose_description_has_it() {
        let bug = |n: u32| (format!("{}", 10_000 + n), format!("about {n}"));
        let known: Vec<(String, String)> = (0..30).map(bug).collect();
        let shown = |name: &str| {
            let (kind, name, known) = ("bug".into(), name.into(), known.clone());
            Error::Undescribed { kind, name, known }.to_string()
        };
        assert!(shown("about 29").contains("\n  10029  about 29\n"));
        let text = shown("10017");
        assert!(text.starts_with("unknown bug `10017`; did you mean `10017`?\n  10017  about 17\n"));
        assert!(text.ends_with("\n`cargo pidle list` prints all 30"), "{text}");
        assert_eq!(text.lines().count(), 1 + ON_A_LINE + 1);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest_known_one_if_one_is_near() {
        let known =
            ["three-newprocs", "two-newprocs", "sleep-ready-park"].map(String::from).to_vec();
        let unknown = |name: &str| Error::unknown("scenario", name, known.clone()).to_string();
        let end = "; known: three-newprocs, two-newprocs, sleep-ready-park";
        for (name, nearest) in
            [("tree-newproc", "three-newprocs"), ("TWO-NEWPROCS", "two-newprocs")]
        {
            let expected = format!("unknown scenario `{name}`; did you mean `{nearest}`?{end}");
            assert_eq!(unknown(name), expected);
        }
        assert_eq!(unknown("zzz"), format!("unknown scenario `zzz`{end}"));
        let bugs = [("53294", "a P is unlinked"), ("5586", "no M is woken"), ("wakep", "a step")];
        let bugs = bugs.map(|(bug, about)| (bug.to_string(), about.to_string())).to_vec();
        let error = Error::Undescribed { kind: "bug".into(), name: "53924".into(), known: bugs };
        let expected = "unknown bug `53924`; did you mean `53294`?\n  53294  a P is unlinked\n  5586   no M is woken\n  \
                        wakep  a step";
        assert_eq!(error.to_string(), expected);
        let many = vec!["sleep-ready-park".to_string(); FEW + 1];
        let unknown = Error::unknown("scenario", "zzz", many).to_string();
        assert_eq!(unknown, "unknown scenario `zzz`; known: `cargo pidle list` prints them");
    }
}
