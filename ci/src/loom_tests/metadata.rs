//! What `cargo metadata` says: packages, targets, and which loom they use.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::de::DeserializeOwned;
use serde::Deserialize;

use crate::engines::builder::cargo;
use crate::error::Error;

/// The only platform on which the tests run.
pub(super) const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// The output of `cargo metadata`, as far as it is used.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
    pub(super) workspace_members: Vec<String>,
    pub(super) workspace_root: PathBuf,
    pub(super) resolve: Option<Resolve>,
}

/// A package.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Package {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) manifest_path: PathBuf,
    /// Where it comes from; `None` for a folder.
    pub(super) source: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) targets: Vec<Target>,
}

/// A dependency, as the manifest has it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) optional: bool,
    /// The platform or the condition that it is for, such as `cfg(loom)`.
    pub(super) target: Option<String>,
}

/// A target.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) kind: Vec<String>,
    pub(super) src_path: PathBuf,
}

/// The graph of packages.
#[derive(Debug, Deserialize)]
pub(super) struct Resolve {
    pub(super) nodes: Vec<Node>,
}

/// A package in it, and what it depends on.
#[derive(Debug, Deserialize)]
pub(super) struct Node {
    pub(super) id: String,
    pub(super) dependencies: Vec<String>,
}

/// The package whose tests run.
pub(super) struct Chosen {
    pub(super) package: Package,
    pub(super) workspace_root: PathBuf,
}

impl Package {
    /// Its dependency on loom.
    pub(super) fn loom(&self) -> Option<&Dependency> {
        self.dependencies.iter().find(|dependency| dependency.name == "loom")
    }

    /// What is wrong, and what to do, if its tests would be built without loom.
    pub(super) fn without_loom(&self) -> String {
        let loom = self.loom();
        let target = loom.and_then(|loom| loom.target.as_deref());
        let under = target.map(|target| format!("under {target} (--cfg)"));
        let optional = loom.is_some_and(|loom| loom.optional);
        let with = optional.then(|| "with a feature (--features, often `loom`)".to_owned());
        let ways: Vec<String> = under.into_iter().chain(with).collect();
        format!(
            "{} {} would be built without loom: it depends on loom only {}",
            self.name,
            self.version,
            ways.join(", and ")
        )
    }

    /// The folder of its manifest.
    pub(super) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("."))
    }
}

impl Chosen {
    /// The package of this name, or that of the manifest, or the only one of the workspace that depends on loom.
    ///
    /// # Errors
    /// If cargo cannot read the manifest, there is no such package, or it does not depend on loom.
    pub(super) fn of(manifest: &Path, name: Option<&str>) -> Result<Chosen, Error> {
        let mut command = cargo();
        command.args(["metadata", "--format-version", "1", "--no-deps", "--manifest-path"]);
        let read = read(command, manifest).map_err(|why| unreadable(manifest, why))?;
        let Metadata { packages, workspace_members, workspace_root, .. } = read;
        let members =
            packages.into_iter().filter(|package| workspace_members.contains(&package.id));
        let package = choose(members.collect(), manifest, name)?;
        if package.loom().is_none() {
            return Err(Error::Usage(format!(
                "{} {} does not depend on loom, so it has no loom tests: add `[target.'cfg(loom)'.dev-dependencies]` with \
                 `loom = \"0.7\"`, and tests that call `loom::model`; or choose another package with --package",
                package.name, package.version
            )));
        }
        Ok(Chosen { package, workspace_root })
    }
}

fn choose(members: Vec<Package>, manifest: &Path, name: Option<&str>) -> Result<Package, Error> {
    let names = |members: &[Package]| members.iter().map(|package| package.name.clone()).collect();
    if let Some(name) = name {
        let known: Vec<String> = names(&members);
        let named = members.into_iter().find(|package| package.name == name);
        return named.ok_or_else(|| Error::unknown("package", name, known));
    }
    if let Some(package) = members.iter().find(|package| package.manifest_path == manifest) {
        return Ok(package.clone());
    }
    let mut users: Vec<Package> =
        members.into_iter().filter(|package| package.loom().is_some()).collect();
    match users.len() {
        1 => Ok(users.remove(0)),
        0 => Err(Error::Usage(format!(
            "{}: no package of this workspace depends on loom; name another crate with --manifest-path or --crate",
            manifest.display()
        ))),
        _ => Err(Error::Usage(format!(
            "{}: several packages depend on loom; choose one with --package: {}",
            manifest.display(),
            users.iter().map(|package| &*package.name).collect::<Vec<_>>().join(", ")
        ))),
    }
}

fn unreadable(manifest: &Path, why: String) -> Error {
    Error::Build { what: manifest.display().to_string(), why }
}

/// What to do, if what cargo says may come from a missing network.
pub(super) fn hint(why: &str, what: &str) -> String {
    let signs =
        ["network", "offline", "download", "Could not resolve", "Couldn't connect", "timed out"];
    if !signs.iter().any(|sign| why.contains(sign)) {
        return String::new();
    }
    format!("\nIf there is no network, {what}")
}

/// Runs cargo with this last argument, if it is not empty, and reads its output.
///
/// # Errors
/// What cargo says, if it fails.
pub(super) fn read<T: DeserializeOwned>(
    command: Command,
    last: impl AsRef<Path>,
) -> Result<T, String> {
    let bytes = output(command, last)?;
    serde_json::from_slice(&bytes).map_err(|error| format!("cargo metadata: {error}"))
}

/// Runs cargo with this last argument, if it is not empty.
///
/// # Errors
/// What cargo says, if it fails.
pub(super) fn output(mut command: Command, last: impl AsRef<Path>) -> Result<Vec<u8>, String> {
    let last = last.as_ref();
    if last != Path::new("") {
        command.arg(last);
    }
    let output =
        command.output().map_err(|error| format!("cargo could not be started: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim_end().to_owned());
    }
    Ok(output.stdout)
}
