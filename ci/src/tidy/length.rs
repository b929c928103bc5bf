//! Files that have grown too long to be read. Clippy looks at functions.

use super::source::Source;

/// Lines of a file.
const FILE: usize = 400;

/// A Rust file that is too long.
pub(super) fn file(source: &Source) -> Vec<(usize, String)> {
    let lines = source.lines().count();
    if !source.is_rust() || lines <= FILE {
        return Vec::new();
    }
    vec![(lines, format!("{lines} lines; a file has at most {FILE}"))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::planted;

    #[test]
    fn a_file_has_so_many_lines() {
        let text = |lines: usize| "//! A.\n".repeat(lines);
        assert_eq!(planted("sync/src/a.rs", &text(FILE)), []);
        assert_eq!(planted("sync/src/a.rs", &text(FILE + 1)), [(FILE + 1, "long-file")]);
        assert_eq!(planted("README.md", &text(FILE + 1)), []);
    }
}
