//! A manifest names no dependency that its crate does not use.
//!
//! A dependency is used where code begins a path with its name: for `[dependencies]` within `src`, for
//! `[build-dependencies]` in `build.rs`, for `[dev-dependencies]` in any file of the crate. At the top of the workspace, a
//! dependency is used if the manifest of some crate names it.

use super::source::{has_path, has_word, Source};

/// Dependencies that no code names: the folder of the crate, the dependency, and why it is there all the same.
const UNNAMED: &[(&str, &str, &str)] =
    &[("bench", "serde_json", "its tests share a file with those of ci")];

/// A dependency that a manifest names.
pub(super) struct Dependency<'s> {
    pub(super) line: usize,
    pub(super) name: &'s str,
    /// The name of its section, without `[` and `]` and without the dependency's own name.
    section: &'s str,
}

/// The dependencies that a manifest names; none if the file is no crate's manifest.
pub(super) fn dependencies(source: &Source) -> Vec<Dependency<'_>> {
    if source.path.ends_with("/Cargo.toml") {
        all(source)
    } else {
        Vec::new()
    }
}

fn all(source: &Source) -> Vec<Dependency<'_>> {
    let mut found = Vec::new();
    let mut section = "";
    for (line, text) in source.lines() {
        let text = text.trim();
        if let Some(header) = text.strip_prefix('[') {
            section = header.trim_end_matches(']');
            if let Some((kind, name)) = section.split_once("dependencies.") {
                let section = &section[..kind.len() + "dependencies".len()];
                found.push(Dependency { line, name, section });
            }
        } else if section.ends_with("dependencies") {
            let name = text.split(['.', '=', ' ']).next();
            let name = name.filter(|name| !name.is_empty() && !name.starts_with('#'));
            found.extend(name.map(|name| Dependency { line, name, section }));
        }
    }
    found
}

/// The line of code uses that crate: it begins a path with its name, or imports it.
pub(super) fn uses(code: &str, krate: &str) -> bool {
    let name = krate.replace('-', "_");
    let imported = code.trim_start().strip_prefix("use ").is_some_and(|rest| {
        has_word(rest, &name) && rest.trim_end().trim_end_matches(';').trim_end() == name
    });
    imported || has_path(code, &format!("{name}::"))
}

/// Dependencies that are not used, and entries of [`UNNAMED`] without need: the file's path, a line, and what is wrong.
pub(super) fn broken(sources: &[Source]) -> Vec<(String, usize, String)> {
    broken_except(sources, UNNAMED)
}

fn broken_except(
    sources: &[Source],
    unnamed: &[(&str, &str, &str)],
) -> Vec<(String, usize, String)> {
    let crates: Vec<&str> =
        sources.iter().filter_map(|source| source.path.strip_suffix("/Cargo.toml")).collect();
    let mut broken = Vec::new();
    for manifest in sources.iter().filter(|source| is_manifest(&source.path)) {
        let folder = manifest.path.trim_end_matches("Cargo.toml").trim_end_matches('/');
        for Dependency { line, name, section } in all(manifest) {
            let is_excused =
                unnamed.iter().any(|(of, excused, _)| (*of, *excused) == (folder, name));
            let is_used = match folder {
                "" => is_named_by_a_crate(sources, name),
                _ => files(sources, &crates, folder, section)
                    .any(|file| file.code_lines().any(|(_, code)| uses(code, name))),
            };
            let what = match (is_used, is_excused) {
                (false, false) => {
                    format!("no code of the crate uses {name}: remove it from [{section}]")
                }
                (true, true) => {
                    format!("{name} is used: remove it from UNNAMED in ci/src/tidy/manifests.rs")
                }
                _ => continue,
            };
            broken.push((manifest.path.clone(), line, what));
        }
    }
    broken
}

fn is_manifest(path: &str) -> bool {
    path == "Cargo.toml" || path.ends_with("/Cargo.toml")
}

fn is_named_by_a_crate(sources: &[Source], name: &str) -> bool {
    sources.iter().flat_map(dependencies).any(|dependency| dependency.name == name)
}

/// The files of the crate in `folder` in which a dependency of that section is used.
fn files<'s>(
    sources: &'s [Source],
    crates: &'s [&str],
    folder: &'s str,
    section: &str,
) -> impl Iterator<Item = &'s Source> {
    let within = match section.rsplit('.').next() {
        Some("dependencies") => "src/",
        Some("build-dependencies") => "build.rs",
        _ => "",
    };
    let (own, within) = (format!("{folder}/"), format!("{folder}/{within}"));
    // A crate may lie within the folder of another.
    let inner = crates.iter().filter(move |inner| inner.starts_with(&own));
    let inner: Vec<String> = inner.map(|inner| format!("{inner}/")).collect();
    sources.iter().filter(move |source| {
        source.is_rust()
            && source.path.starts_with(&within)
            && !inner.iter().any(|inner| source.path.starts_with(inner))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)], unnamed: &[(&str, &str, &str)]) -> Vec<String> {
        let sources: Vec<_> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        let broken = broken_except(&sources, unnamed);
        broken.into_iter().map(|(path, line, what)| format!("{path}:{line}: {what}")).collect()
    }

    const MANIFEST: (&str, &str) = (
        "k/Cargo.toml",
        "[package]\nname = \"k\"\n[dependencies]\n# Why.\nfd-lock.workspace = true\n",
    );

    const UNUSED: &str =
        "k/Cargo.toml:5: no code of the crate uses fd-lock: remove it from [dependencies]";

    #[test]
    fn a_dependency_that_no_code_names_is_broken() {
        for code in [
            "",
            "// fd_lock::RwLock",
            "let x = \"fd_lock::RwLock\";",
            "let fd_lock = 1;",
            "crate::fd_lock::f()",
        ] {
            assert_eq!(of(&[MANIFEST, ("k/src/a.rs", code)], &[]), [UNUSED], "{code}");
        }
        for code in ["use fd_lock::RwLock;", "use fd_lock;", "fn f(_: ::fd_lock::RwLock<()>) {}"] {
            assert_eq!(of(&[MANIFEST, ("k/src/a.rs", code)], &[]), [""; 0], "{code}");
        }
    }

    #[test]
    fn code_of_another_crate_does_not_count() {
        let code = "use fd_lock::RwLock;";
        assert_eq!(of(&[MANIFEST, ("other/src/a.rs", code)], &[]), [UNUSED]);
        let inner = [("k/inner/src/a.rs", code), ("k/inner/Cargo.toml", "[package]\n")];
        assert_eq!(of(&[MANIFEST, inner[0], inner[1]], &[]), [UNUSED]);
    }

    #[test]
    fn a_dependency_of_tests_alone_is_one_of_dev_dependencies() {
        let in_tests = ("k/tests/a.rs", "use fd_lock::RwLock;");
        assert_eq!(of(&[MANIFEST, in_tests], &[]), [UNUSED]);
        let dev = ("k/Cargo.toml", "[dev-dependencies.fd-lock]\nworkspace = true\n");
        assert_eq!(of(&[dev, in_tests], &[]), [""; 0]);
        let unused =
            "k/Cargo.toml:1: no code of the crate uses fd-lock: remove it from [dev-dependencies]";
        assert_eq!(of(&[dev], &[]), [unused]);
    }

    #[test]
    fn a_dependency_of_the_workspace_is_named_by_a_crate() {
        let top = ("Cargo.toml", "[workspace.dependencies]\nfd-lock = \"4\"\nclap = \"4\"\n");
        let code = ("k/src/a.rs", "use fd_lock::RwLock;");
        let unused =
            "Cargo.toml:3: no code of the crate uses clap: remove it from [workspace.dependencies]";
        assert_eq!(of(&[top, MANIFEST, code], &[]), [unused]);
    }

    #[test]
    fn an_exception_is_one_as_long_as_it_is_needed() {
        let excused: &[(&str, &str, &str)] = &[("k", "fd-lock", "why")];
        assert_eq!(of(&[MANIFEST], excused), [""; 0]);
        let needless =
            "k/Cargo.toml:5: fd-lock is used: remove it from UNNAMED in ci/src/tidy/manifests.rs";
        assert_eq!(of(&[MANIFEST, ("k/src/a.rs", "use fd_lock::RwLock;")], excused), [needless]);
    }
}
