//! What takes the place of the real loom: our crates, under the version that the graph asks for; or the real loom in a crate
//! that counts its executions.

use std::fs;
use std::path::{Path, PathBuf};

use crate::engines::builder::root;
use crate::error::Error;
use crate::loom_tests::cargo::Cargo;
use crate::loom_tests::metadata::{Chosen, Metadata, Package};
use crate::loom_tests::origin::{copy_folder, detach};

/// The text of the crate that counts the real loom's executions.
const COUNTED: &str = include_str!("../../../loom-api/counted.rs");

/// The text of a crate that is ours under another version.
const RENAMED: &str =
    "//! loom's API: the crate of pidle under the version that is asked for.\npub use ours::*;\n";

/// What the real loom is called where it is counted.
const REAL: &str = "real-loom";

/// The series of versions that there are crates for, and their folders in `loom-api`.
const SERIES: [(&str, &str); 2] = [("0.7", "loom"), ("0.5", "loom05")];

/// The most times that cargo is asked for the graph.
const ROUNDS: usize = 4;

/// A crate called loom in place of one of crates.io.
#[derive(Clone)]
struct Patch {
    /// The series, such as `0.7`.
    series: &'static str,
    folder: PathBuf,
}

/// The crates in place of loom.
pub(super) struct Patches(Vec<Patch>);

impl Patches {
    /// Ours. A graph that asks for a certain version gets ours under that version, and so does any if ours needs a feature.
    ///
    /// # Errors
    /// If the package depends on a version for which there is none, or on loom only with features that are off.
    pub(super) fn find(
        cargo: &Cargo,
        folder: &Path,
        chosen: &Chosen,
        features: &[&str],
    ) -> Result<Self, Error> {
        let renamed = |series: &'static str, version: &str| {
            let at = folder.join("renamed").join([&[version], features].concat().join("-"));
            write_crate(&at, version, ("ours", "loom", &ours(series), features), RENAMED)?;
            Ok(Patch { series, folder: at })
        };
        let ours_of = |(series, _): (&'static str, _)| match features {
            [] => Ok(Patch { series, folder: ours(series) }),
            // Ours is .99, and a lock file has no place for two packages of one name and version.
            _ => renamed(series, &format!("{series}.98")),
        };
        let mut patches = Patches(SERIES.into_iter().map(ours_of).collect::<Result<_, Error>>()?);
        for _ in 0..ROUNDS {
            let metadata = cargo.metadata(&patches.arguments())?;
            is_supported(&metadata, chosen)?;
            let other = metadata.packages.iter().filter(|package| is_real(package));
            let Some((series, other)) =
                other.filter_map(|other| Some((series(&other.version)?, other))).next()
            else {
                return Ok(patches);
            };
            patches.replace(renamed(series, &other.version)?);
        }
        Err(Error::Usage(format!(
            "{} needs two versions of loom of one series, so ours cannot take the place of both",
            chosen.package.name
        )))
    }

    /// The real loom, counted.
    ///
    /// # Errors
    /// As [`find`](Self::find), or if the real loom cannot be fetched.
    pub(super) fn beside(cargo: &Cargo, folder: &Path, chosen: &Chosen) -> Result<Self, Error> {
        let none = Patches(Vec::new());
        let metadata = cargo.metadata(&none.arguments())?;
        let mut patches = none;
        for real in metadata.packages.iter().filter(|package| is_real(package)) {
            let Some(series) = series(&real.version) else { continue };
            let folder = folder.join("counted").join(&real.version);
            let copy = copy_of(real, &folder)?;
            write_crate(&folder, &real.version, ("real", REAL, &copy, &[]), COUNTED)?;
            patches.replace(Patch { series, folder });
        }
        is_supported(&metadata, chosen)?;
        Ok(patches)
    }

    fn replace(&mut self, patch: Patch) {
        self.0.retain(|old| old.series != patch.series);
        self.0.push(patch);
    }

    /// Cargo's arguments for them.
    pub(super) fn arguments(&self) -> Vec<String> {
        let of_patch = |Patch { series, folder }: &Patch| {
            let key = format!("patch.crates-io.loom{}", series.replace('.', ""));
            let settings = [format!("{key}.package=\"loom\""), format!("{key}.path={folder:?}")];
            settings.into_iter().flat_map(|setting| ["--config".to_owned(), setting])
        };
        self.0.iter().flat_map(of_patch).collect()
    }

    /// Whether a crate with this manifest is one of them.
    pub(super) fn has(&self, manifest: &Path) -> bool {
        self.0.iter().any(|patch| manifest.parent() == Some(&patch.folder))
    }
}

/// The series of a version.
fn series(version: &str) -> Option<&'static str> {
    let is_of =
        |series: &str| version.strip_prefix(series).is_some_and(|rest| rest.starts_with('.'));
    SERIES.into_iter().map(|(series, _)| series).find(|series| is_of(series))
}

/// The folder of our crate for this series.
fn ours(series: &str) -> PathBuf {
    let of_series = SERIES.into_iter().find(|(other, _)| *other == series);
    root().join("loom-api").join(of_series.map_or("loom", |(_, name)| name))
}

/// Whether it is loom from a registry.
fn is_real(package: &Package) -> bool {
    package.name == "loom" && package.source.is_some()
}

/// Checks the version of loom that the package itself depends on.
fn is_supported(metadata: &Metadata, chosen: &Chosen) -> Result<(), Error> {
    let Chosen { package, .. } = chosen;
    let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let used = nodes.filter(|node| node.id == package.id).flat_map(|node| &node.dependencies);
    let mut loom = used.filter_map(|id| metadata.packages.iter().find(|package| package.id == *id));
    let loom = loom.find(|package| package.name == "loom");
    match loom {
        Some(loom) if series(&loom.version).is_some() => Ok(()),
        Some(loom) => Err(Error::Usage(format!(
            "{} {} depends on loom {}; there are crates for loom 0.7 and 0.5 only, so move to 0.7",
            package.name, package.version, loom.version
        ))),
        None => Err(Error::Usage(package.without_loom())),
    }
}

/// A copy of the real loom as a package of another name: a lock file has no place for two of the same name and version.
fn copy_of(real: &Package, folder: &Path) -> Result<PathBuf, Error> {
    let copy = folder.join("real");
    if copy.join("Cargo.toml").is_file() {
        return Ok(copy);
    }
    let new = folder.join("new");
    let manifest = new.join("Cargo.toml");
    let renamed = |text: String| text.replacen("name = \"loom\"", &format!("name = \"{REAL}\""), 1);
    let copied = copy_folder(real.folder(), &new)
        .and_then(|()| detach(&manifest))
        .and_then(|()| fs::read_to_string(&manifest))
        .and_then(|text| fs::write(&manifest, renamed(text)))
        .and_then(|()| fs::rename(&new, &copy));
    copied.map_err(|error| Error::Io { path: copy.clone(), error })?;
    Ok(copy)
}

/// Writes a crate called loom that depends on that one, unless it is there: cargo builds a crate again whose files are newer.
fn write_crate(
    folder: &Path,
    version: &str,
    (name, package, path, features): (&str, &str, &Path, &[&str]),
    lib: &str,
) -> Result<(), Error> {
    let manifest = format!(
        "[workspace]\n\n[package]\nname = \"loom\"\nversion = \"{version}\"\nedition = \"2021\"\n\n\
         [features]\nfutures = [\"{name}/futures\"]\ncheckpoint = [\"{name}/checkpoint\"]\n\n\
         [dependencies]\n{name} = {{ package = \"{package}\", path = {path:?}, features = {features:?} }}\n"
    );
    let write = |path: PathBuf, text: &str| {
        let is_there = fs::read_to_string(&path).is_ok_and(|there| there == text);
        let written = if is_there { Ok(()) } else { fs::write(&path, text) };
        written.map_err(|error| Error::Io { path, error })
    };
    let source = folder.join("src");
    fs::create_dir_all(&source).map_err(|error| Error::Io { path: source.clone(), error })?;
    write(folder.join("Cargo.toml"), &manifest)?;
    write(source.join("lib.rs"), lib)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_belongs_to_a_series() {
        assert_eq!(series("0.7.3"), Some("0.7"));
        assert_eq!(series("0.5.6"), Some("0.5"));
        assert_eq!(series("0.6.0"), None);
        assert_eq!(series("0.70.1"), None);
    }
}
