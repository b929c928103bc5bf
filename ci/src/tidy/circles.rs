//! Files of one crate do not import each other in circles.
//!
//! An import is a path that begins with `crate`, `self`, `super`, a child module, or the name of an imported module, in a
//! `use` or in code. It counts for the file that declares the item: re-exports are followed. Not seen are paths
//! within macro calls, and modules whose file an attribute chooses (`#[path]`). Tests within a file do not count.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::{self, Imports};
use super::source::Source;

/// The circles that are allowed: a crate's folder, and files of it that may form circles with each other. The
/// crate's `lib.rs` says why they are one thing. The list only shrinks: a file that is no longer in a circle must be
/// removed from it.
const ALLOWED: &[(&str, &[&str])] = &[
    ("explore", &["raw/arena", "raw/global", "raw/memory_signals", "raw/thread"]),
    ("explore", &["state", "state/changes"]),
    ("runtime-model", &["idle", "m", "p", "sched", "steps"]),
    (
        "sync",
        &[
            "current",
            "discipline",
            "driver/exploration",
            "driver/failure",
            "driver/observer",
            "engine/search",
            "engine/tracking",
            "engine/tracking/predicates",
            "execution",
            "execution/endless",
            "mutex",
            "op",
            "races",
        ],
    ),
];

/// A file by its path within its crate's `src`, without the ending; empty for `lib.rs`.
type File = String;

/// The files that each file imports, with the line of the first such import.
type Graph = BTreeMap<File, BTreeMap<File, usize>>;

/// Circles that are not allowed, and needless entries of the list: the file's path, a line, and what is wrong.
pub(super) fn broken(sources: &[Source]) -> Vec<(String, usize, String)> {
    broken_except(sources, ALLOWED)
}

fn broken_except(sources: &[Source], allowed: &[(&str, &[&str])]) -> Vec<(String, usize, String)> {
    let mut broken = Vec::new();
    for (krate, graph) in graphs(sources) {
        let path =
            |file: &str| format!("{krate}/src/{}.rs", if file.is_empty() { "lib" } else { file });
        let lists: Vec<&[&str]> =
            allowed.iter().filter(|(of, _)| *of == krate).map(|(_, files)| *files).collect();
        let circles = circles(&graph);
        for circle in &circles {
            let is_allowed =
                lists.iter().any(|list| circle.iter().all(|file| list.contains(&file.as_str())));
            if !is_allowed {
                let (way, line) = way_round(&graph, circle);
                let files: Vec<&str> = circle.iter().map(String::as_str).collect();
                let what = format!(
                    "a circle of imports: {} (files: {})",
                    way.join(" -> "),
                    files.join(", ")
                );
                broken.push((path(&way[0]), line, what));
            }
        }
        for file in lists.into_iter().flatten() {
            if !circles.iter().any(|circle| circle.contains(*file)) {
                let what = "is in no circle: remove it from ALLOWED in ci/src/tidy/circles.rs";
                broken.push((path(file), 1, what.into()));
            }
        }
    }
    broken
}

/// For each crate, by its folder, what its files import.
fn graphs(sources: &[Source]) -> BTreeMap<&str, Graph> {
    let mut crates: BTreeMap<&str, BTreeMap<File, Imports>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        let Some((krate, file)) = source.path.split_once("/src/") else { continue };
        let file = file.trim_end_matches(".rs").trim_end_matches("/mod");
        // A binary uses the library as any other crate does.
        if file == "main" || file.starts_with("bin/") {
            continue;
        }
        let file = if file == "lib" { "" } else { file };
        crates.entry(krate).or_default().insert(file.into(), imports::of(file, &source.text));
    }
    crates.into_iter().map(|(krate, files)| (krate, graph(&files))).collect()
}

fn graph(files: &BTreeMap<File, Imports>) -> Graph {
    let mut graph = Graph::new();
    for (file, imports) in files {
        let mut to = BTreeMap::new();
        for (path, line) in &imports.paths {
            if let Some(target) = imports::target(files, path).filter(|target| target != file) {
                to.entry(target).or_insert(*line);
            }
        }
        graph.insert(file.clone(), to);
    }
    graph
}

/// The largest sets of files in which each file reaches all others.
fn circles(graph: &Graph) -> Vec<BTreeSet<File>> {
    let reached: BTreeMap<&File, BTreeSet<&File>> =
        graph.keys().map(|file| (file, reachable(graph, file))).collect();
    let mut circles: Vec<BTreeSet<File>> = Vec::new();
    for (file, from_here) in &reached {
        let known = circles.iter().any(|circle| circle.contains(*file));
        if !known && from_here.contains(file) {
            let both = from_here.iter().filter(|other| reached[**other].contains(file));
            circles.push(both.map(|other| (*other).clone()).collect());
        }
    }
    circles
}

/// What can be reached from a file by one import or more.
fn reachable<'g>(graph: &'g Graph, from: &File) -> BTreeSet<&'g File> {
    let mut reached = BTreeSet::new();
    let mut left: Vec<&File> = graph[from].keys().collect();
    while let Some(file) = left.pop() {
        if reached.insert(file) {
            left.extend(graph[file].keys());
        }
    }
    reached
}

/// A shortest circle through the first file, which is at both ends; and the line of its first import.
fn way_round(graph: &Graph, circle: &BTreeSet<File>) -> (Vec<File>, usize) {
    let first = circle.first().expect("a circle has files");
    let mut ways = vec![vec![first.clone()]];
    loop {
        let mut longer = Vec::new();
        for way in &ways {
            let last = way.last().expect("a way has files");
            if graph[last].contains_key(first) {
                let next = way.get(1).unwrap_or(first);
                let line = graph[first][next];
                return ([way.clone(), vec![first.clone()]].concat(), line);
            }
            let on =
                graph[last].keys().filter(|next| circle.contains(*next) && !way.contains(next));
            longer.extend(on.map(|next| [way.clone(), vec![next.clone()]].concat()));
        }
        ways = longer;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)], allowed: &[(&str, &[&str])]) -> Vec<String> {
        let sources: Vec<_> = files
            .iter()
            .map(|(path, text)| Source::new(&format!("k/src/{path}.rs"), text))
            .collect();
        let broken = broken_except(&sources, allowed);
        broken.into_iter().map(|(path, line, what)| format!("{path}:{line}: {what}")).collect()
    }

    const CIRCLE: [(&str, &str); 3] = [
        ("lib", "mod a; mod b;"),
        ("a", "//! A.\nuse crate::b::B;\n"),
        ("b", "//! B.\n\nuse super::a;\n"),
    ];

    #[test]
    fn a_circle_of_two_files_is_broken_unless_it_is_allowed() {
        let found = "k/src/a.rs:2: a circle of imports: a -> b -> a (files: a, b)";
        assert_eq!(of(&CIRCLE, &[]), [found]);
        assert_eq!(of(&CIRCLE, &[("k", &["a", "b"])]), [""; 0]);
        assert_eq!(of(&CIRCLE, &[("k", &["a"]), ("other", &["a", "b"])]), [found]);
    }

    #[test]
    fn a_needless_entry_of_the_list_is_broken() {
        let stale =
            "k/src/c.rs:1: is in no circle: remove it from ALLOWED in ci/src/tidy/circles.rs";
        assert_eq!(of(&CIRCLE, &[("k", &["a", "b", "c"])]), [stale]);
    }

    #[test]
    fn imports_that_go_one_way_are_fine() {
        let files = [
            ("lib", "mod a; mod b;\npub use a::A;"),
            ("a", "use crate::b::B;"),
            ("b", "use std::fmt;"),
        ];
        assert_eq!(of(&files, &[]), [""; 0]);
    }

    #[test]
    fn a_re_export_counts_for_the_file_that_declares_the_item() {
        let files = [
            ("lib", "mod a; mod b;\npub use a::A;\npub use b::B;"),
            ("a", "//! A.\nuse crate::B;"),
            ("b", "//! B.\nuse crate::{A as Other, C};"),
        ];
        assert_eq!(of(&files, &[]).len(), 1);
        let files = [files[0], files[1], ("b", "use crate::C;")];
        assert_eq!(of(&files, &[]), ["k/src/lib.rs:1: x"; 0]);
    }

    #[test]
    fn a_path_in_code_is_an_import_and_one_in_tests_is_not() {
        let own = ("b", "fn f() { crate::a::g() }");
        let by_module = ("b", "use crate::a;\nfn f(_: a::A) {}");
        let in_tests = ("b", "#[cfg(test)] mod tests { use crate::a::A; }");
        let a = ("a", "use crate::b::f;");
        let circles = |b| of(&[("lib", ""), a, b], &[]).len();
        assert_eq!([own, by_module, in_tests].map(circles), [1, 1, 0]);
    }

    #[test]
    fn a_parent_and_a_child_can_be_a_circle() {
        let files =
            [("a", "mod b;\nuse b::B;\npub struct A;"), ("a/b", "use super::A;\npub struct B;")];
        assert_eq!(
            of(&files, &[]),
            ["k/src/a.rs:2: a circle of imports: a -> a/b -> a (files: a, a/b)"]
        );
        let re_export = [("a", "mod b;\npub use b::B;\npub struct A;"), ("a/b", "use super::A;")];
        assert_eq!(of(&re_export, &[]), [""; 0]);
    }
}
