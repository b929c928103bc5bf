//! How cargo is called: flags of rustc, features, the profile, and the crates in place of loom.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use indicatif::MultiProgress;

use crate::cli;
use crate::engines::builder;
use crate::error::Error;
use crate::loom_tests::metadata::{self, Metadata, Package};

/// What separates rustc's flags in cargo's variable for them.
const SEPARATOR: &str = "\x1f";

/// The crate under test is optimized, since a search takes 10 to 20 times longer otherwise, and keeps its debug assertions.
const PROFILE: [&str; 7] = [
    "profile.dev.opt-level=3",
    "profile.test.opt-level=3",
    "profile.dev.debug=\"line-tables-only\"",
    // What tests depend on besides, such as a benchmark's plots, takes longer to build than all searches together.
    "profile.dev.package.\"*\".opt-level=1",
    "profile.dev.package.explore.codegen-units=1",
    "profile.dev.package.xxhash-rust.overflow-checks=false",
    "profile.dev.package.xxhash-rust.debug-assertions=false",
];

/// What runs at each step, of the search and of the real loom: optimized too.
const AT_EACH_STEP: [&str; 9] = [
    "corosensei",
    "explore",
    "generator",
    "loom",
    "real-loom",
    "scoped-tls",
    "smallvec",
    "tracing-core",
    "xxhash-rust",
];

/// The flags for rustc: those of the environment, and the conditions. `loom` is one of these unless one names it.
///
/// # Errors
/// If a flag asks for instructions that not every x86-64 has.
pub(super) fn flags(cfgs: &[String]) -> Result<String, Error> {
    let encoded = env::var("CARGO_ENCODED_RUSTFLAGS").ok();
    let plain = env::var("RUSTFLAGS").unwrap_or_default();
    join(encoded.as_deref(), &plain, cfgs)
}

fn join(encoded: Option<&str>, plain: &str, cfgs: &[String]) -> Result<String, Error> {
    let mut flags: Vec<String> = match encoded {
        Some(encoded) => encoded.split(SEPARATOR).map(String::from).collect(),
        None => plain.split_whitespace().map(String::from).collect(),
    };
    flags.retain(|flag| !flag.is_empty());
    let instructions = |flag: &&String| {
        flag.contains("target-cpu=") && !flag.ends_with("=x86-64")
            || flag.contains("target-feature=")
    };
    if let Some(flag) = flags.iter().find(instructions) {
        return Err(Error::Usage(format!(
            "RUSTFLAGS has {flag}: remove it; the search clears the registers that every x86-64 has, and no others"
        )));
    }
    let given = cfgs.iter().chain(&flags).any(|flag| flag.contains("loom"));
    let loom = (!given).then(|| "loom".to_owned());
    flags.extend(loom.iter().chain(cfgs).flat_map(|cfg| ["--cfg".to_owned(), cfg.clone()]));
    Ok(flags.join(SEPARATOR))
}

/// Cargo, for one package.
pub(super) struct Cargo {
    manifest: PathBuf,
    target: PathBuf,
    flags: String,
    features: Vec<String>,
}

impl Cargo {
    pub(super) fn new(
        arguments: &cli::Loom,
        folder: &Path,
        flags: String,
        manifest: &Path,
    ) -> Self {
        let mut features: Vec<String> = arguments
            .features
            .iter()
            .flat_map(|list| ["--features".into(), list.clone()])
            .collect();
        features.extend(arguments.no_default_features.then(|| "--no-default-features".into()));
        features.extend(arguments.all_features.then(|| "--all-features".into()));
        Cargo { manifest: manifest.into(), target: folder.join("build"), flags, features }
    }

    /// The graph of packages, with these arguments that put crates in place of loom.
    ///
    /// # Errors
    /// If cargo fails: with what it says.
    pub(super) fn metadata(&self, patches: &[String]) -> Result<Metadata, Error> {
        let mut command = self.command("metadata", patches);
        command.args(["--format-version", "1", "--filter-platform", metadata::PLATFORM]);
        metadata::read(command, "").map_err(|why| {
            let hint = metadata::hint(&why, "run the command once while there is one");
            Error::Build { what: self.manifest.display().to_string(), why: why + &hint }
        })
    }

    /// Builds the test programs of these targets, and returns cargo's messages.
    ///
    /// # Errors
    /// If they do not build, with what cargo says.
    pub(super) fn build(
        &self,
        patches: &[String],
        package: &Package,
        targets: &[&str],
        what: &str,
    ) -> Result<Vec<u8>, Error> {
        let mut command = self.command("test", patches);
        command.args(["--no-run", "--message-format", "json-render-diagnostics"]);
        command.args(["--package", &package.id]).args(targets);
        command.arg("--target-dir").arg(&self.target);
        let message = format!("building {what} of {}", package.name);
        let what = format!("{what} of {} {}", package.name, package.version);
        Ok(builder::succeeds(&MultiProgress::new(), command, &what, message)?.stdout)
    }

    /// A command of cargo with what all of them need.
    fn command(&self, name: &str, patches: &[String]) -> Command {
        let mut command = builder::cargo();
        command.arg(name).arg("--manifest-path").arg(&self.manifest).args(&self.features);
        command.args(patches);
        command.args(PROFILE.into_iter().flat_map(|setting| ["--config", setting]));
        for name in AT_EACH_STEP {
            command.args(["--config", &format!("profile.dev.package.{name}.opt-level=3")]);
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", &self.flags).env_remove("RUSTFLAGS");
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(encoded: Option<&str>, plain: &str, cfgs: &[&str]) -> Result<String, String> {
        let cfgs: Vec<String> = cfgs.iter().map(|cfg| (*cfg).to_owned()).collect();
        let flags = join(encoded, plain, &cfgs).map_err(|error| error.to_string())?;
        Ok(flags.replace(SEPARATOR, " "))
    }

    #[test]
    fn loom_is_a_condition_unless_another_names_it() {
        assert_eq!(joined(None, "", &[]).unwrap(), "--cfg loom");
        assert_eq!(joined(None, "-g", &["x"]).unwrap(), "-g --cfg loom --cfg x");
        assert_eq!(joined(None, "", &["st3_loom"]).unwrap(), "--cfg st3_loom");
        assert_eq!(joined(None, "--cfg loom", &[]).unwrap(), "--cfg loom");
        assert_eq!(joined(Some("--cfg\x1fa b"), "-g", &[]).unwrap(), "--cfg a b --cfg loom");
    }

    #[test]
    fn flags_for_other_instructions_are_refused() {
        for flags in ["-C target-cpu=native", "-Ctarget-cpu=x86-64-v3", "-C target-feature=+avx2"] {
            assert!(joined(None, flags, &[]).unwrap_err().contains("remove it"), "{flags}");
        }
        assert!(joined(None, "-Ctarget-cpu=x86-64", &[]).is_ok());
    }
}
