//! The test programs that cargo builds, and the tests that each of them has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::cli;
use crate::error::Error;
use crate::loom_tests::cargo::Cargo;
use crate::loom_tests::metadata::{Chosen, Target};
use crate::loom_tests::patches::Patches;

/// The targets whose tests run.
pub(super) struct Selection {
    lib: bool,
    bins: bool,
    tests: Vec<String>,
}

/// A test program.
pub(super) struct Program {
    /// The target: `lib`, `tests/loom`.
    pub(super) target: String,
    /// The executable.
    pub(super) path: PathBuf,
    /// The folder that it runs in: that of its package.
    pub(super) folder: PathBuf,
    /// It was asked for by name, or its source names loom, so it must have models.
    pub(super) must_have_models: bool,
}

/// The tests of a program that are to run.
pub(super) struct Listed {
    pub(super) names: Vec<String>,
    /// The number of those that are marked `#[ignore]`.
    pub(super) ignored: usize,
}

impl Selection {
    /// Those that the arguments name; by default the library, or else the programs, and each test target that names loom.
    ///
    /// # Errors
    /// If the package has no such target.
    pub(super) fn of(arguments: &cli::Loom, chosen: &Chosen) -> Result<Self, Error> {
        let package = &chosen.package;
        let targets =
            |kind: &'static str| package.targets.iter().filter(move |target| is(target, kind));
        let has_lib = package.targets.iter().any(is_lib);
        if arguments.lib && !has_lib {
            return Err(Error::Usage(format!("{} has no library: leave out --lib", package.name)));
        }
        let known = || targets("test").map(|target| target.name.clone()).collect::<Vec<_>>();
        for name in &arguments.tests {
            if !known().contains(name) {
                return Err(Error::unknown("test target", name, known()));
            }
        }
        if arguments.lib || !arguments.tests.is_empty() {
            return Ok(Selection {
                lib: arguments.lib,
                bins: false,
                tests: arguments.tests.clone(),
            });
        }
        let naming = targets("test").filter(|target| names_loom(&target.src_path));
        let tests = naming.map(|target| target.name.clone()).collect();
        Ok(Selection { lib: has_lib, bins: !has_lib && targets("bin").next().is_some(), tests })
    }

    /// Cargo's arguments for it.
    fn arguments(&self) -> Vec<&str> {
        let mut arguments = Vec::new();
        arguments.extend(self.lib.then_some("--lib"));
        arguments.extend(self.bins.then_some("--bins"));
        arguments.extend(self.tests.iter().flat_map(|name| ["--test", name]));
        arguments
    }
}

fn is(target: &Target, kind: &str) -> bool {
    target.kind.iter().any(|of| of == kind)
}

fn is_lib(target: &Target) -> bool {
    ["lib", "rlib", "cdylib", "dylib", "staticlib", "proc-macro"]
        .iter()
        .any(|kind| is(target, kind))
}

/// Whether a test target's source, or another file of a folder of its own, names loom other than as what must not be.
fn names_loom(source: &Path) -> bool {
    let of_its_own = source.file_name().is_some_and(|name| name == "main.rs");
    let beside =
        source.parent().filter(|_| of_its_own).and_then(|folder| fs::read_dir(folder).ok());
    let beside = beside.into_iter().flatten().flatten().map(|entry| entry.path());
    let files = beside.filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    let names = |path: PathBuf| fs::read_to_string(path).is_ok_and(|text| mentions_loom(&text));
    files.chain([source.to_owned()]).any(names)
}

fn mentions_loom(text: &str) -> bool {
    text.replace("not(loom)", "").contains("loom")
}

/// A message of cargo about a file that it has made.
#[derive(Deserialize)]
struct Artifact {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

/// Builds the test programs.
///
/// # Errors
/// If they do not build, with what cargo says and what to do; or if none of the crates in place of loom is among what was
/// built.
pub(super) fn build(
    cargo: &Cargo,
    patches: &Patches,
    chosen: &Chosen,
    selection: &Selection,
    what: &str,
) -> Result<Vec<Program>, Error> {
    let package = &chosen.package;
    let built = cargo.build(&patches.arguments(), package, &selection.arguments(), what);
    let messages = built.map_err(with_advice)?;
    let messages = String::from_utf8_lossy(&messages);
    let artifacts = messages.lines().filter_map(|line| serde_json::from_str::<Artifact>(line).ok());
    let artifacts: Vec<Artifact> =
        artifacts.filter(|artifact| artifact.reason == "compiler-artifact").collect();
    if !artifacts.iter().any(|artifact| patches.has(&artifact.manifest_path)) {
        return Err(Error::Usage(package.without_loom()));
    }
    let program = |artifact: Artifact| {
        let (target, path) = (artifact.target?, artifact.executable?);
        let named = selection.tests.contains(&target.name) && is(&target, "test");
        Some(Program {
            target: match is(&target, "test") {
                true => format!("tests/{}", target.name),
                false if is_lib(&target) => "lib".into(),
                false => format!("bin {}", target.name),
            },
            path,
            folder: package.folder().into(),
            must_have_models: named,
        })
    };
    Ok(artifacts.into_iter().filter_map(program).collect())
}

/// Adds what to do to the errors of a build that have a known cause.
fn with_advice(error: Error) -> Error {
    let Error::Build { what, why } = error else { return error };
    let advice = [
        (
            "global allocator",
            "The search has an allocator of its own: put #[cfg(not(loom))] before the program's #[global_allocator]; or put \
             yours inside of it (static ALLOCATOR: loom::alloc::Allocator<Own> = loom::alloc::Allocator(Own);), and add \
             --own-allocator.",
        ),
        ("pidle: target-feature", "Remove target-cpu and target-feature from the flags of rustc."),
    ];
    let known = advice.into_iter().find(|(cause, _)| why.contains(cause));
    let general = "If the tests that fail to build are no loom tests, choose others with --lib or --test NAME.";
    let advice = known.map_or(general, |(_, advice)| advice);
    Error::Build { what, why: format!("{why}\n{advice}") }
}

impl Program {
    /// Its tests whose names contain one of the filters; all if there are none.
    ///
    /// # Errors
    /// If the program cannot be started, or does not list its tests as libtest does.
    pub(super) fn tests(&self, filters: &[String]) -> Result<Listed, Error> {
        let all = self.list(&[])?;
        let ignored = self.list(&["--ignored"])?;
        let wanted = |name: &String| {
            filters.is_empty() || filters.iter().any(|filter| name.contains(filter))
        };
        let (ignored, names): (Vec<_>, Vec<_>) =
            all.into_iter().filter(wanted).partition(|name| ignored.contains(name));
        Ok(Listed { names, ignored: ignored.len() })
    }

    fn list(&self, more: &[&str]) -> Result<Vec<String>, Error> {
        let mut command = Command::new(&self.path);
        command.args(["--list", "--format", "terse"]).args(more).current_dir(&self.folder);
        let output =
            command.output().map_err(|error| Error::Io { path: self.path.clone(), error })?;
        let text = String::from_utf8_lossy(&output.stdout);
        let entries: Option<Vec<(&str, &str)>> = text
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| line.rsplit_once(": "))
            .collect();
        let entries = entries.filter(|entries| {
            output.status.success()
                && entries.iter().all(|(_, kind)| ["test", "benchmark"].contains(kind))
        });
        let entries = entries.ok_or_else(|| {
            Error::Usage(format!(
                "{}: its --list is not that of Rust's test harness; choose other targets with --lib or --test NAME",
                self.target
            ))
        })?;
        let tests = entries.into_iter().filter(|(_, kind)| *kind == "test");
        Ok(tests.map(|(name, _)| name.to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_names_loom_where_it_is_not_excluded() {
        assert!(mentions_loom("#![cfg(loom)]\n"));
        assert!(mentions_loom("use crossbeam_loom as sync;"));
        assert!(!mentions_loom("#![cfg(all(feature = \"full\", not(loom)))]\n"));
    }

    #[test]
    fn a_failed_build_says_what_to_do() {
        let advised = |why: &str| {
            let error = Error::Build { what: "the tests".into(), why: why.into() };
            with_advice(error).to_string()
        };
        let text = advised(
            "the `#[global_allocator]` in this crate conflicts with global allocator in: a",
        );
        assert!(
            text.contains("put #[cfg(not(loom))] before the program's #[global_allocator]"),
            "{text}"
        );
        assert!(text.ends_with("and add --own-allocator."), "{text}");
        assert!(advised("error[E0432]").contains("choose others with --lib"), "{}", advised("x"));
    }
}
