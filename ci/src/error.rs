//! What ends a command with exit code 4: bad input, or the harness could not do its work.

use std::io;
use std::path::PathBuf;

use harness::cex::CexError;
use harness::scenario_file::FileError;
use sync::driver::Engine;

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name that nothing has.
    #[error("unknown {kind} `{name}`; known are: {}", known.join(", "))]
    Unknown {
        /// What was named.
        kind: String,
        /// The name.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// Something that does not go with something else.
    #[error("{0}")]
    Usage(String),
    /// A file for the result is there already.
    #[error("{}: exists already; name another file, or move it away", .0.display())]
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
    /// A scenario file is none.
    #[error(transparent)]
    Scenario(#[from] FileError),
    /// A worker, or another program of the workspace, could not be built.
    #[error("{what} was not built: {why}")]
    Build {
        /// What it is, such as the engine that the worker is for.
        what: String,
        /// What cargo says.
        why: String,
    },
    /// A worker refused its work, or ended without an answer.
    #[error("the {engine} engine: {why}")]
    Worker {
        /// The engine.
        engine: Engine,
        /// What it says.
        why: String,
    },
    /// What a worker counted, or the list of what need not be reached, could not be read.
    #[error("coverage: {0}")]
    Coverage(String),
    /// Ctrl-C could not be caught, or a terminal not set up.
    #[error("{0}")]
    Setup(String),
    /// Ctrl-C, before there was anything to tell. It ends in *incomplete*, and not in *error*.
    #[error("interrupted; nothing was run")]
    Interrupted,
}

impl Error {
    /// An unknown name, and those there are.
    pub fn unknown(kind: &str, name: &str, known: Vec<String>) -> Self {
        Error::Unknown { kind: kind.into(), name: name.into(), known }
    }
}
