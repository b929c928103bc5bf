//! Files and functions that have grown too long to be read.

use super::source::{is_name, Source};

/// Lines of a file.
const FILE: usize = 400;

/// Lines of a function, from its `fn` to its last brace.
const FUNCTION: usize = 60;

/// What may be longer: a path, a function or `""` for the file itself, and why.
const ALLOWED: &[(&str, &str, &str)] = &[];

/// A Rust file that is too long.
pub(super) fn file(source: &Source) -> Vec<(usize, String)> {
    let lines = source.lines().count();
    if !source.is_rust() || lines <= FILE || allowed(source, "") {
        return Vec::new();
    }
    vec![(lines, format!("{lines} lines; a file has at most {FILE}"))]
}

/// Functions that are too long.
pub(super) fn function(source: &Source) -> Vec<(usize, String)> {
    let line_of = |at: usize| source.code[..at].matches('\n').count() + 1;
    let mut broken = Vec::new();
    for (start, name) in functions(&source.code) {
        let Some(end) = end_of(&source.code[start..]) else { continue };
        let (first, last) = (line_of(start), line_of(start + end));
        let lines = last - first + 1;
        if lines > FUNCTION && !allowed(source, name) {
            broken.push((
                first,
                format!("{name} has {lines} lines; a function has at most {FUNCTION}"),
            ));
        }
    }
    broken
}

fn allowed(source: &Source, function: &str) -> bool {
    ALLOWED.iter().any(|(path, name, _)| *path == source.path && *name == function)
}

/// Where the functions begin, and their names.
fn functions(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.match_indices("fn ").filter_map(|(at, _)| {
        let rest = &code[at + 3..];
        let name = &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
        (!name.is_empty() && !code[..at].ends_with(is_name)).then_some((at, name))
    })
}

/// The end of the function at the beginning of `code`; none if it has no body.
fn end_of(code: &str) -> Option<usize> {
    let (mut around, mut braces) = (0, 0);
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' => around += 1,
            ')' | ']' => around -= 1,
            ';' if around == 0 && braces == 0 => return None,
            '{' => braces += 1,
            '}' if braces == 1 => return Some(at),
            '}' => braces -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::planted;

    fn function_of(lines: usize) -> String {
        let body = "    f(\"}\"); // }\n".repeat(lines - 2);
        format!("//! A.\ntrait T {{ fn short(a: [u8; 2]); }}\nfn long() {{\n{body}}}\n")
    }

    #[test]
    fn a_function_is_short() {
        assert_eq!(planted("sync/src/a.rs", &function_of(FUNCTION)), []);
        assert_eq!(planted("sync/src/a.rs", &function_of(FUNCTION + 1)), [(3, "long-function")]);
    }

    #[test]
    fn a_file_is_short() {
        let text = |lines| "//! A.\n".to_string() + &"// b\n".repeat(lines - 1);
        assert_eq!(planted("sync/src/a.rs", &text(FILE)), []);
        assert_eq!(planted("sync/src/a.rs", &text(FILE + 1)), [(FILE + 1, "long-file")]);
        assert_eq!(planted("README.md", &text(FILE + 1)), []);
    }

    #[test]
    fn every_exception_says_why() {
        assert!(ALLOWED.iter().all(|(_, _, why)| why.len() > 10));
    }
}
