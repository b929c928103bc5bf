//! Errors, which end a command with exit code 4: the input is bad, or the harness could not do its work.

use std::io;
use std::path::PathBuf;

use harness::cex::CexError;
use harness::scenario_file::FileError;
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
    /// Arguments that do not fit together.
    #[error("{0}")]
    Usage(String),
    /// The file for a result exists already.
    #[error("{}: this file exists already; name another one, or move it away", .0.display())]
    Exists(PathBuf),
    /// A file or folder could not be read or written.
    #[error("{}: {error}", path.display())]
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

/// Similarity from which on a known name is offered in place of an unknown one.
const SIMILAR: f64 = 0.5;

/// Asks whether the known name that is most like `name` was meant; empty if none is like it.
fn nearest(name: &str, known: &[String]) -> String {
    let name = name.to_lowercase();
    let similarity =
        |other: &&String| strsim::normalized_damerau_levenshtein(&name, &other.to_lowercase());
    let nearest = known.iter().rev().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    let nearest = nearest.filter(|nearest| similarity(nearest) >= SIMILAR);
    nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let many = vec!["sleep-ready-park".to_string(); FEW + 1];
        let unknown = Error::unknown("scenario", "zzz", many).to_string();
        assert_eq!(unknown, "unknown scenario `zzz`; known: `cargo pidle list` prints them");
    }
}
