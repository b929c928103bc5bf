//! The files of the workspace, read, and written elsewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pidle::error::Error;
use pidle::tidy::paths;

/// Reads all files of the workspace that cargo may want, by their paths in it, in order: none that are hidden or were
/// built.
///
/// # Errors
/// If one cannot be read.
pub fn read(root: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut files = Vec::new();
    for path in paths(root, &[])? {
        if !path.starts_with('.') && !path.contains("/.") {
            let full = root.join(&path);
            let bytes = fs::read(&full).map_err(|error| Error::Io { path: full, error })?;
            files.push((path, bytes));
        }
    }
    files.sort();
    Ok(files)
}

/// Makes `folder` hold these files and no others. One that is as it should be is not touched, so that cargo builds
/// what has changed.
///
/// # Errors
/// If one cannot be written.
pub fn write(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Error> {
    for (name, bytes) in files {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|there| there == *bytes) {
            continue;
        }
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| Error::Io { path: parent.into(), error })?;
        fs::write(&path, bytes).map_err(|error| Error::Io { path, error })?;
    }
    let wanted: BTreeSet<&str> = files.iter().map(|(name, _)| &**name).collect();
    for (name, _) in read(folder)? {
        if !wanted.contains(&*name) {
            let path = folder.join(&name);
            fs::remove_file(&path).map_err(|error| Error::Io { path, error })?;
        }
    }
    Ok(())
}
