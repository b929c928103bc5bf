//! Imports between crates go one way.

use super::manifests::{dependencies, uses};
use super::source::Source;

/// Each crate may use those before it. `soundness` is not listed: it is built on `sync`, whose tests use it.
const ORDER: [&str; 11] = [
    "explore",
    "sync",
    "programs",
    "runtime-model",
    "harness",
    "checks",
    "regressions",
    "pidle",
    "bench",
    "mutants",
    "coverage",
];

/// Uses of a crate by one that it is built on: in a manifest's dependencies, and in code.
pub(super) fn broken(source: &Source) -> Vec<(usize, String)> {
    let Some(own) = ORDER.iter().position(|&krate| krate == package(source.krate())) else {
        return Vec::new();
    };
    let later = &ORDER[own + 1..];
    let wrong = |krate: &str| format!("{} may not use {krate}: {}", ORDER[own], ORDER.join(" <- "));
    let in_code = source.code_lines().flat_map(|(line, code)| {
        later.iter().filter(move |krate| uses(code, krate)).map(move |krate| (line, wrong(krate)))
    });
    let in_manifest = dependencies(source).into_iter().filter(|found| later.contains(&found.name));
    let in_manifest = in_manifest.map(|found| (found.line, wrong(found.name)));
    in_code.chain(in_manifest).collect()
}

/// The package in a folder: its name is the folder's, but for the command.
fn package(folder: &str) -> &str {
    if folder == "ci" {
        "pidle"
    } else {
        folder
    }
}

#[cfg(test)]
mod tests {
    use crate::tidy::planted;

    #[test]
    fn a_crate_does_not_use_one_that_is_built_on_it() {
        let text = "//! A.\nuse harness::view::View;\nfn f() { regressions::bugs(); }\n";
        let expected = [(2, "import-order"), (3, "import-order")];
        assert_eq!(planted("runtime-model/src/a.rs", text), expected);
        assert_eq!(planted("checks/src/a.rs", text), expected[1..]);
        assert_eq!(planted("ci/src/a.rs", text), []);
    }

    #[test]
    fn a_module_of_that_name_is_not_the_crate() {
        let text = "//! A.\nuse crate::checks::all;\nuse super::checks::all;\n";
        assert_eq!(planted("runtime-model/src/a.rs", text), []);
    }

    #[test]
    fn a_manifest_does_not_name_one_either() {
        let text =
            "[package]\nname = \"sync\"\n[dependencies]\nchecks.workspace = true\nserde = \"1\"\n";
        assert_eq!(planted("sync/Cargo.toml", text), [(4, "import-order")]);
        let text = "[dev-dependencies.pidle]\npath = \"../ci\"\n";
        assert_eq!(planted("regressions/Cargo.toml", text), [(1, "import-order")]);
        assert_eq!(planted("ci/Cargo.toml", "[dependencies]\nchecks.workspace = true\n"), []);
    }
}
