//! The crate's `Cargo.lock`: another loom has other dependencies, so cargo changes the file, and here it is put back.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::text::output::remark;

/// The lock file of a workspace, which is put back when this is dropped.
pub(super) struct Lockfile {
    path: PathBuf,
    /// What it was; `None` if it did not exist.
    before: Option<Vec<u8>>,
    /// Where the changed file is kept, with what it was made from, for the next time: cargo then needs no network.
    kept: PathBuf,
}

impl Lockfile {
    /// Remembers the file, and puts the one of the last time in its place if it was made from the same.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub(super) fn hold(workspace: &Path, folder: &Path) -> Result<Self, Error> {
        let path = workspace.join("Cargo.lock");
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        let kept = folder.join("locks").join(format!("{:016x}", hasher.finish()));
        let before = existing(&path)?;
        let held = Lockfile { path, before, kept };
        let (from, ours) = (existing(&held.kept.join("from"))?, existing(&held.kept.join("ours"))?);
        let current = held.before.clone().unwrap_or_default();
        if let (Some(from), Some(ours)) = (from, ours) {
            if from == current {
                write(&held.path, &ours)?;
            }
        }
        Ok(held)
    }

    /// Keeps the file as it is now for the next time.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub(super) fn keep(&self) -> Result<(), Error> {
        let io = |error| Error::Io { path: self.kept.clone(), error };
        fs::create_dir_all(&self.kept).map_err(io)?;
        write(&self.kept.join("from"), self.before.as_deref().unwrap_or_default())?;
        write(&self.kept.join("ours"), &existing(&self.path)?.unwrap_or_default())
    }
}

impl Drop for Lockfile {
    fn drop(&mut self) {
        let restored = match &self.before {
            Some(before) => fs::write(&self.path, before),
            None => match fs::remove_file(&self.path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                removed => removed,
            },
        };
        if let Err(error) = restored {
            remark(&format!("{}: could not be put back: {error}", self.path.display()));
        }
    }
}

fn existing(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::Io { path: path.into(), error }),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(path, bytes).map_err(|error| Error::Io { path: path.into(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_put_back_and_the_changed_one_is_used_again() {
        let folder = std::env::temp_dir().join(format!("pidle-lockfile-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("Cargo.lock");
        let read = || fs::read_to_string(&path).unwrap();
        fs::write(&path, "theirs").unwrap();
        let held = Lockfile::hold(&folder, &folder).unwrap();
        fs::write(&path, "ours").unwrap();
        held.keep().unwrap();
        drop(held);
        assert_eq!(read(), "theirs");
        let held = Lockfile::hold(&folder, &folder).unwrap();
        assert_eq!(read(), "ours");
        drop(held);
        // Made from another file, it is of no use.
        fs::write(&path, "changed").unwrap();
        let held = Lockfile::hold(&folder, &folder).unwrap();
        assert_eq!(read(), "changed");
        drop(held);
        // There was none.
        fs::remove_file(&path).unwrap();
        let held = Lockfile::hold(&folder, &folder).unwrap();
        fs::write(&path, "ours").unwrap();
        drop(held);
        assert!(!path.exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
