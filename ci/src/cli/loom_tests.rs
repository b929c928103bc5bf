//! The arguments of `loom`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::check::{self, Bound};
use super::units;

/// The arguments of `loom`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("Where").args(["published", "manifest_path"])))]
pub struct Loom {
    /// Test this published crate, fetched by cargo, instead of the one in the current folder
    #[arg(long = "crate", value_name = "NAME@VERSION", value_parser = published)]
    pub published: Option<Published>,
    /// The Cargo.toml of the crate [default: that of the current folder, or of a folder above it]
    #[arg(long, value_name = "FILE")]
    pub manifest_path: Option<PathBuf>,
    /// The package, in a workspace of several [default: the only one that depends on loom]
    #[arg(short, long, value_name = "NAME")]
    pub package: Option<String>,
    /// The library's tests; with neither --lib nor --test: these, and each test target whose source names loom
    #[arg(long)]
    pub lib: bool,
    /// A test target, such as `loom` for tests/loom.rs; repeat the option for several
    #[arg(long = "test", value_name = "NAME")]
    pub tests: Vec<String>,
    /// Features of the crate, with commas between them
    #[arg(long, value_name = "FEATURES")]
    pub features: Vec<String>,
    /// Leave out the crate's default features
    #[arg(long)]
    pub no_default_features: bool,
    /// All features of the crate
    #[arg(long)]
    pub all_features: bool,
    /// A condition for rustc, such as tokio_unstable; repeat the option for several. `loom` is one of them, unless the name
    /// of another has `loom` in it (st3_loom)
    #[arg(long = "cfg", value_name = "NAME")]
    pub cfgs: Vec<String>,
    /// The tests have a global allocator of their own, inside loom::alloc::Allocator
    #[arg(long)]
    pub own_allocator: bool,
    /// The most preemptions in an execution, or `none` to search without a bound at once [default: no bound for a short
    /// search, then 0, 1 and 2, then none]
    #[arg(long, value_name = "N|none", value_parser = check::bound)]
    pub bound: Option<Bound>,
    /// The most time for each model (90, 90s, 10m); the verdict of a model that takes longer is incomplete
    #[arg(long, value_name = "TIME", default_value = "60", value_parser = units::seconds)]
    pub max_seconds: u64,
    /// Run the same tests under the real loom too, with the same limits, and show both
    #[arg(long)]
    pub beside_loom: bool,
    /// Write the results to this file, as JSON. The file must not exist
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the results to this file, as JUnit's XML. The file must not exist
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// The number of tests at the same time [default: the number of cores]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Run only the tests whose names contain one of these, as `cargo test -- FILTER` does
    #[arg(last = true, value_name = "FILTER", value_parser = filter)]
    pub filters: Vec<String>,
}

/// A published version of a crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The crate.
    pub name: String,
    /// Its version, with all three numbers.
    pub version: String,
}

/// Reads `tokio@1.54.1`.
fn published(text: &str) -> Result<Published, String> {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let whole = |version: &str| {
        let core = version.split(['-', '+']).next().unwrap_or_default();
        let numbers: Vec<&str> = core.split('.').collect();
        numbers.len() == 3
            && numbers.into_iter().all(number)
            && version.chars().all(|c| c.is_ascii_alphanumeric() || "-+.".contains(c))
    };
    match text.split_once('@') {
        Some((krate, version))
            if !krate.is_empty() && krate.chars().all(name) && whole(version) =>
        {
            Ok(Published { name: krate.into(), version: version.into() })
        }
        _ => Err("write a name and a whole version, such as tokio@1.54.1".into()),
    }
}

fn filter(text: &str) -> Result<String, String> {
    if text.starts_with('-') {
        return Err("write parts of the names of tests; options of libtest have no effect".into());
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_crate_has_a_name_and_a_whole_version() {
        let read = published("crossbeam-epoch@0.9.18").unwrap();
        assert_eq!((&*read.name, &*read.version), ("crossbeam-epoch", "0.9.18"));
        assert!(published("a@1.0.0-rc.1+x").is_ok());
        for text in [
            "tokio",
            "tokio@1.54",
            "@1.0.0",
            "tokio@",
            "tokio@^1.0.0",
            "../x@1.0.0",
            "a@1.0.0-../x",
        ] {
            assert!(published(text).unwrap_err().contains("tokio@1.54.1"), "{text}");
        }
    }
}
