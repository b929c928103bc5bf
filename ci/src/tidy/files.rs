//! The files that the rules are about: what people write in this workspace, and not what is built.

use std::fs;
use std::path::Path;

use super::source::Source;
use crate::error::Error;

/// Endings of the names of files that are read.
const ENDINGS: &[&str] = &[".rs", ".toml", ".md", ".yml", ".ci/run"];

/// Hidden folders that are read all the same.
const HIDDEN: &[&str] = &[".ci", ".cargo", ".github"];

/// Where things are built by default; cargo marks other target directories with [`BUILT`].
const TARGET: &str = "target";

/// What marks a folder of things that were built.
const BUILT: &str = "CACHEDIR.TAG";

/// Reads all of them.
///
/// # Errors
/// If a folder or file cannot be read.
pub(super) fn read(root: &Path) -> Result<Vec<Source>, Error> {
    let mut sources = Vec::new();
    for path in paths(root, HIDDEN)? {
        if ENDINGS.iter().any(|ending| path.ends_with(ending)) {
            let full = root.join(&path);
            let text =
                fs::read_to_string(&full).map_err(|error| Error::Io { path: full, error })?;
            sources.push(Source::new(&path, &text));
        }
    }
    Ok(sources)
}

/// The paths of the files below `root`, with `/`: nothing that was built, and what is hidden only in folders of
/// these names.
///
/// # Errors
/// If a folder cannot be read.
pub fn paths(root: &Path, hidden: &[&str]) -> Result<Vec<String>, Error> {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for name in names(&root.join(&folder))? {
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let full = root.join(&path);
            let is_hidden = name.starts_with('.') && !hidden.contains(&name.as_str());
            let built = name == TARGET || full.join(BUILT).exists();
            if full.is_dir() && !is_hidden && !built {
                folders.push(path);
            } else if full.is_file() {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// The names in a folder.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let failed = |error| Error::Io { path: folder.into(), error };
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries
        .map(|entry| Ok(entry.map_err(failed)?.file_name().to_string_lossy().into_owned()))
        .collect()
}
