//! The files of the workspace, read, and written elsewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ci::error::Error;

/// What marks a folder of things that were built.
const BUILT: &str = "CACHEDIR.TAG";

/// Reads all files of the workspace that cargo may want, by their paths in it: no hidden ones, and nothing that was
/// built.
///
/// # Errors
/// If one cannot be read.
pub fn read(root: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut files = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for name in names(&root.join(&folder))? {
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let full = root.join(&path);
            let built = name == "target" || full.join(BUILT).exists();
            if name.starts_with('.') || built {
                continue;
            }
            if full.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&full).map_err(|error| Error::Io { path: full, error })?;
                files.push((path, bytes));
            }
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

fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let failed = |error| Error::Io { path: folder.into(), error };
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries
        .map(|entry| Ok(entry.map_err(failed)?.file_name().to_string_lossy().into_owned()))
        .collect()
}
