//! The worker that counts: built of a copy of the workspace whose model has its marks.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};

use mutants::files;
use pidle::engines::builder::{keep, root, target, Wanted};
use pidle::engines::worker::Worker;
use pidle::error::Error;
use sync::driver::Engine;

use crate::compiler;
use crate::marked::{mark, module, Marked, MODULE};
use crate::regions::MODEL;

/// The file that a worker which counts writes to. It is the name that rustc's counters know.
const PROFILE: &str = "LLVM_PROFILE_FILE";

/// Where the copy declares its module.
const DOOR: (&str, &str, &str) =
    ("lib.rs", "\npub mod mask;", "\n#[allow(missing_docs)] pub mod counted; pub mod mask;");

/// What a process writes its counts to. Processes that end at the same time share a few files.
const FILE: &str = "%4m.profraw";

/// Where the copy is.
pub fn folder() -> PathBuf {
    target().join("coverage")
}

/// Builds the worker, which writes what it counts to `profiles`. Returns the marked files, too.
///
/// # Errors
/// If a file cannot be read or written, or the copy does not build.
pub fn build(profiles: &Path) -> Result<(Worker, Vec<Marked>), Error> {
    let mut files = files::read(&root())?;
    let marked = mark_all(&mut files)?;
    let copy = folder().join("workspace");
    files::write(&copy, &files)?;
    let engine = Engine::Explore;
    let this = env::current_exe().map_err(|error| Error::Setup(error.to_string()))?;
    // Built where the workspace is, so that other people's crates, which are not counted, are there already.
    let variables = vec![
        ("RUSTC_WORKSPACE_WRAPPER", this.into()),
        (compiler::VARIABLE, "1".into()),
        // Otherwise rustc inlines functions before it counts, and some regions are lost.
        ("CARGO_INCREMENTAL", "1".into()),
    ];
    let wanted = Wanted {
        what: "the explore engine that counts".into(),
        variables,
        ..Wanted::worker(copy, target(), engine)
    };
    let program = keep(&wanted, "pidle-engine-explore-counting")?;
    let variables = vec![(PROFILE.into(), profiles.join(FILE).into())];
    Ok((Worker { variables, ..Worker::new(engine, program) }, marked))
}

/// Writes marks into the model's files, and adds their module.
fn mark_all(files: &mut Vec<(String, Vec<u8>)>) -> Result<Vec<Marked>, Error> {
    let mut all = Vec::new();
    let mut next = 1;
    for (path, bytes) in files.iter_mut() {
        let Some(file) = path.strip_prefix(&format!("{MODEL}/")).filter(|f| f.ends_with(".rs"))
        else {
            continue;
        };
        let failed = |why: String| Error::Coverage(format!("{MODEL}/{file}: {why}"));
        let text = String::from_utf8_lossy(bytes).into_owned();
        let marked = mark(file, &text, next).map_err(|error| failed(error.to_string()))?;
        next += marked.marks.len();
        let mut text = marked.text.clone();
        if file == DOOR.0 {
            if text.matches(DOOR.1).count() != 1 {
                return Err(failed(format!("`{}` is not there once", DOOR.1.trim())));
            }
            text = text.replace(DOOR.1, DOOR.2);
        }
        *bytes = text.into_bytes();
        all.push(marked);
    }
    files.push((format!("{MODEL}/{MODULE}"), module(next - 1).into_bytes()));
    Ok(all)
}

/// What is to be locked before anything is written in the folder.
///
/// # Errors
/// If it cannot be made.
pub fn lock() -> Result<fd_lock::RwLock<File>, Error> {
    mutants::copy::lock_file(&folder())
}
