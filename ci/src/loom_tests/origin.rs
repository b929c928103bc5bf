//! The crate whose tests run: in a folder, or published, which cargo fetches.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli::{self, Published};
use crate::engines::builder::cargo;
use crate::error::Error;
use crate::loom_tests::metadata::{self, Metadata};

/// The path of the crate's manifest, or of its workspace's.
///
/// # Errors
/// If there is no crate, or it cannot be fetched: with what to do.
pub(super) fn manifest(arguments: &cli::Loom, folder: &Path) -> Result<PathBuf, Error> {
    match (&arguments.published, &arguments.manifest_path) {
        (Some(published), _) => fetched(published, folder),
        (None, Some(path)) => path.canonicalize().map_err(|error| io_error(path, error)),
        (None, None) => nearest(),
    }
}

/// The manifest of the current folder, or of a folder above it.
fn nearest() -> Result<PathBuf, Error> {
    let mut command = cargo();
    command.args(["locate-project", "--message-format", "plain"]);
    let found = metadata::output(command, "").map_err(|why| {
        let what =
            "run the command in a crate's folder, or name a crate with --manifest-path or --crate";
        Error::Usage(format!("{why}\n{what}"))
    })?;
    Ok(PathBuf::from(String::from_utf8_lossy(&found).trim()))
}

/// The manifest of a copy of a published crate, which is fetched if there is no copy yet.
fn fetched(published: &Published, folder: &Path) -> Result<PathBuf, Error> {
    let Published { name, version } = published;
    let copy = folder.join("crates").join(format!("{name}-{version}"));
    let manifest = copy.join("Cargo.toml");
    if manifest.is_file() {
        return Ok(manifest);
    }
    let source = source(published, folder)?;
    let new = copy.with_extension("new");
    let copied = copy_folder(&source, &new).and_then(|()| detach(&new.join("Cargo.toml")));
    copied.and_then(|()| fs::rename(&new, &copy)).map_err(|error| io_error(&copy, error))?;
    Ok(manifest)
}

/// Has cargo fetch it, as a dependency of an empty package, and returns where its source is.
fn source(published: &Published, folder: &Path) -> Result<PathBuf, Error> {
    let Published { name, version } = published;
    let package = folder.join("fetch").join(format!("{name}-{version}"));
    let manifest = package.join("Cargo.toml");
    let text = format!(
        "[workspace]\n\n[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[dependencies]\n\
         {name} = {{ version = \"={version}\", default-features = false }}\n"
    );
    let written = fs::create_dir_all(package.join("src"))
        .and_then(|()| fs::write(package.join("src/lib.rs"), ""))
        .and_then(|()| fs::write(&manifest, text));
    written.map_err(|error| io_error(&package, error))?;
    let mut command = Command::new(cargo().get_program());
    command.args(["metadata", "--format-version", "1", "--filter-platform", metadata::PLATFORM]);
    command.arg("--manifest-path").arg(&manifest);
    let failed = |why: String| Error::Build {
        what: format!("{name} {version}"),
        why: format!(
            "cargo could not fetch it.\n{why}{}",
            metadata::hint(&why, "run the command in a folder that has the crate's source")
        ),
    };
    let metadata: Metadata = metadata::read(command, "").map_err(failed)?;
    let found = metadata.packages.into_iter().find(|package| package.name == *name);
    let manifest = found.map(|package| package.manifest_path);
    manifest
        .and_then(|path| path.parent().map(PathBuf::from))
        .ok_or_else(|| failed("cargo metadata does not list it".into()))
}

/// Makes the copied package a workspace of its own, wherever it lies.
pub(super) fn detach(manifest: &Path) -> io::Result<()> {
    let text = fs::read_to_string(manifest)?;
    if text.lines().any(|line| line.trim() == "[workspace]") {
        return Ok(());
    }
    fs::write(manifest, text + "\n[workspace]\n")
}

pub(super) fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let new = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &new)?;
        } else {
            fs::copy(entry.path(), new)?;
        }
    }
    Ok(())
}

fn io_error(path: &Path, error: io::Error) -> Error {
    Error::Io { path: path.into(), error }
}
