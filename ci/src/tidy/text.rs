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

/// Tests that pass with any panic. rustfmt may put `expected` on the next line.
pub(super) fn should_panic(source: &Source) -> Vec<(usize, String)> {
    let lines: Vec<(usize, &str)> = source.code_lines().collect();
    let with_next =
        |i: usize| lines[i..].iter().take(2).any(|(_, code)| has_word(code, "expected"));
    let bare = |i: &usize| attribute(lines[*i].1, "should_panic") && !with_next(*i);
    let broken = (0..lines.len()).filter(bare);
    broken.map(|i| (lines[i].0, "`should_panic` without `expected`".into())).collect()
}

/// Tests that are left out without saying why.
pub(super) fn ignore(source: &Source) -> Vec<(usize, String)> {
    let bare = |code: &str| attribute(code, "ignore") && !code.contains("ignore =");
    let broken = source.code_lines().filter(|(_, code)| bare(code));
    broken.map(|(line, _)| (line, "`ignore` without a reason".into())).collect()
}

/// The line has an attribute that says `word`.
fn attribute(code: &str, word: &str) -> bool {
    (code.trim_start().starts_with("#[") || code.contains("cfg_attr(")) && has_word(code, word)
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

    #[test]
    fn a_panic_is_expected_by_its_text() {
        let text = "//! A.\n#[should_panic]\nfn f() {}\n#[should_panic(\n    expected = \"b\"\n)]\nfn g() {}\n";
        assert_eq!(planted("sync/src/a.rs", text), [(2, "should-panic")]);
    }

    #[test]
    fn a_test_is_ignored_for_a_reason() {
        let text = "//! A.\n#[ignore]\n#[cfg_attr(x, ignore)]\n#[ignore = \"b\"]\nfn ignore() {}\n";
        assert_eq!(planted("sync/src/a.rs", text), [(2, "ignore"), (3, "ignore")]);
    }
}
