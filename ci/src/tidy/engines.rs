//! What knows of engines, and what does not.

use super::source::{has_path, has_word, Source};

/// What belongs to an engine, and the crates that may say so. `ci`, `mutants` and `coverage` are std programs at all times;
/// a flag stops a search. `soundness` runs the workers of a search. The tests of `programs` make a newcomer's mistakes, such as an atomic of std.
const NAMES: &[(&str, &[&str])] = &[
    ("loom::", &["sync"]),
    ("shuttle::", &["sync", "explore"]),
    ("std::sync", &["sync", "ci", "explore", "mutants", "programs", "soundness"]),
    ("std::thread", &["sync", "ci", "explore", "programs", "soundness"]),
    ("Ordering::Relaxed", &["sync", "ci", "explore", "mutants"]),
    ("Ordering::Acquire", &["sync", "ci"]),
    ("Ordering::Release", &["sync", "ci"]),
    ("Ordering::AcqRel", &["sync", "ci"]),
    ("Ordering::SeqCst", &["sync", "ci", "programs"]),
];

/// The crates that may ask for an engine's feature. `explore` and `soundness` do to stay out of a std build.
const ASKING: &[&str] = &["sync", "explore", "soundness"];

/// Names of engines, std's threads and orderings outside `sync`; and engines' features.
pub(super) fn names(source: &Source) -> Vec<(usize, String)> {
    // It is an engine, called as loom is, for programs that are written on loom.
    if source.krate() == "loom-api" {
        return Vec::new();
    }
    let mut broken = Vec::new();
    for (line, code) in source.code_lines() {
        let named = NAMES.iter().filter(|(name, homes)| {
            !homes.contains(&source.krate()) && (has_path(code, name) || is_ordering(code, name))
        });
        broken.extend(
            named.map(|(name, homes)| (line, format!("`{name}` is for {}", homes.join(" and ")))),
        );
        if !ASKING.contains(&source.krate())
            && has_word(code, "feature")
            && code.contains("feature =")
        {
            broken.push((line, "which engine is in use is for sync to know".into()));
        }
    }
    broken
}

/// An ordering with its path before it, too.
fn is_ordering(code: &str, name: &str) -> bool {
    name.starts_with("Ordering::") && has_word(code, name)
}

/// Conditions in the model: it is one text for all engines.
pub(super) fn model_cfg(source: &Source) -> Vec<(usize, String)> {
    if source.krate() != "runtime-model" {
        return Vec::new();
    }
    let conditional = |code: &str| {
        let code = code.replace("cfg(test)", "");
        has_word(&code, "cfg") || has_word(&code, "cfg_attr")
    };
    let broken = source.code_lines().filter(|(_, code)| conditional(code));
    broken.map(|(line, _)| (line, "the model has no condition but `cfg(test)`".into())).collect()
}

#[cfg(test)]
mod tests {
    use crate::tidy::planted;

    #[test]
    fn engines_are_named_in_sync_only() {
        let text = "//! A.\nuse loom::thread;\nuse shuttle::rand;\nuse std::sync::Arc;\nstd::thread::yield_now();\n";
        let all: Vec<_> = (2..=5).map(|line| (line, "engine-names")).collect();
        assert_eq!(planted("checks/src/a.rs", text), all);
        assert_eq!(planted("explore/src/a.rs", text), [all[0]]);
        assert_eq!(planted("ci/src/a.rs", text), all[..2]);
        assert_eq!(planted("sync/tests/a.rs", text), []);
        assert_eq!(planted("loom-api/loom/src/a.rs", text), []);
    }

    #[test]
    fn orderings_are_named_in_sync_only_but_comparing_is_everybodys() {
        let text =
            "//! A.\nx.load(Ordering::SeqCst);\natomic::Ordering::Relaxed;\ncmp::Ordering::Less;\n";
        assert_eq!(planted("checks/src/a.rs", text), [(2, "engine-names"), (3, "engine-names")]);
        assert_eq!(planted("sync/src/a.rs", text), []);
    }

    #[test]
    fn features_are_asked_for_in_sync_only() {
        let text = "//! A.\n#[cfg(feature = \"loom\")]\nfn f() {}\n";
        assert_eq!(planted("regressions/src/a.rs", text), [(2, "engine-names")]);
        assert_eq!(planted("sync/src/a.rs", text), []);
    }

    #[test]
    fn words_about_engines_are_not_engines() {
        let text = "//! `loom::model`\n// std::sync\nconst A: &str = \"shuttle::rand\";\n";
        assert_eq!(planted("checks/src/a.rs", text), []);
    }

    #[test]
    fn the_model_has_no_conditions_but_tests() {
        let text = "//! A.\n#[cfg(test)]\nmod tests {}\n#[cfg(debug_assertions)]\nfn f() {}\n#[cfg_attr(test, x)]\n";
        assert_eq!(planted("runtime-model/src/a.rs", text), [(4, "model-cfg"), (6, "model-cfg")]);
        assert_eq!(planted("checks/src/a.rs", text), []);
    }
}
