//! What every file begins with, and what none contains.

use super::source::{has_word, Source};

/// Marks of things left undone, in halves, so that this file has none.
const UNDONE: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Folders that only one machine has, in halves.
const MACHINES: [&str; 2] = [concat!("/ro", "ot/"), concat!("/ho", "me/")];

/// A Rust file that does not begin by saying what it is for.
pub(super) fn header(source: &Source) -> Vec<(usize, String)> {
    if !source.is_rust() || source.text.starts_with("//!") {
        return Vec::new();
    }
    vec![(1, "begin with a line `//!` that says what it is for".into())]
}

/// Things left undone. What is to do is an issue.
pub(super) fn unfinished(source: &Source) -> Vec<(usize, String)> {
    lines_with(source, |line| {
        UNDONE.iter().find(|mark| has_word(line, mark)).map(|mark| format!("{mark} in a file"))
    })
}

/// Paths that one machine has, and no other.
pub(super) fn absolute_path(source: &Source) -> Vec<(usize, String)> {
    lines_with(source, |line| {
        let found = MACHINES.iter().find(|path| line.contains(*path));
        found.map(|path| format!("`{path}` is a path of one machine"))
    })
}

fn lines_with(source: &Source, what: impl Fn(&str) -> Option<String>) -> Vec<(usize, String)> {
    source.lines().filter_map(|(line, text)| what(text).map(|what| (line, what))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::planted;

    #[test]
    fn a_file_begins_by_saying_what_it_is_for() {
        assert_eq!(planted("sync/src/a.rs", "fn f() {}\n"), [(1, "header")]);
        assert_eq!(planted("sync/src/a.rs", ""), [(1, "header")]);
        assert_eq!(planted("sync/src/a.rs", "//! A.\n"), []);
        assert_eq!(planted("README.md", "# A\n"), []);
    }

    #[test]
    fn nothing_is_left_undone() {
        for mark in UNDONE {
            assert_eq!(planted("README.md", &format!("# A\n{mark}: b\n")), [(2, "unfinished")]);
        }
        assert_eq!(planted("README.md", "todo!\n"), []);
    }

    #[test]
    fn no_path_is_of_one_machine() {
        for path in MACHINES {
            assert_eq!(planted(".ci/run", &format!("cd {path}me\n")), [(1, "absolute-path")]);
        }
    }
}
