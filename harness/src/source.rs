//! Which function a line of the model belongs to.

use std::panic::Location;

/// A source file: the end of its path, and its text.
pub type Source = (&'static str, &'static str);

/// The name of the function that contains the location. The model spells it like Go: `pidleget`, and `findRunnable` as
/// `find_runnable`. A closure in the step table has the name of its entry. If the source is not there, the file and line.
pub(crate) fn function_at(sources: &[Source], at: &Location<'_>) -> String {
    let source = sources.iter().find(|(file, _)| at.file().replace('\\', "/").ends_with(file));
    source
        .and_then(|(_, text)| enclosing(text, at.line()))
        .map_or_else(|| format!("{}:{}", at.file(), at.line()), String::from)
}

/// The last function that begins at or before the line; in a constant, the last entry whose value is a closure.
pub fn enclosing(text: &str, line: u32) -> Option<&str> {
    let mut last = None;
    let mut in_constant = false;
    for line in text.lines().take(line as usize) {
        let indented = line.starts_with(char::is_whitespace);
        if let Some(name) = function(line) {
            (last, in_constant) = (Some(name), false);
        } else if !indented && is_constant(line) {
            in_constant = true;
        }
        if in_constant {
            last = closure(line).or(last);
        }
    }
    last
}

/// The line begins a constant: `const NAME: Type = …`.
fn is_constant(line: &str) -> bool {
    ["const ", "pub const ", "pub(crate) const ", "static ", "pub static "]
        .iter()
        .any(|begin| line.starts_with(begin))
}

/// The name of the entry that this line gives a closure: `name: |…| …`, alone or after `Type {`.
fn closure(line: &str) -> Option<&str> {
    let (before, _) = line.split_once(": |")?;
    before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
}

/// The name of the function that this line begins, if it begins one.
fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mut code = line;
    for prefix in ["pub(crate) ", "pub(super) ", "pub ", "const "] {
        code = code.strip_prefix(prefix).unwrap_or(code);
    }
    let name = code.strip_prefix("fn ")?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_belongs_to_the_function_that_began_last() {
        let text = "fn a() {\n  x\n}\n\npub(crate) fn b<T>() {\n  y\n}\n";
        assert_eq!(
            [1, 2, 5, 6].map(|line| enclosing(text, line)),
            [Some("a"), Some("a"), Some("b"), Some("b")]
        );
        assert_eq!(enclosing("//! x\n", 1), None);
    }

    #[test]
    fn a_closure_of_the_step_table_has_the_name_of_its_entry() {
        let text = "fn a() {}\n\npub const T: Steps = Steps {\n    wakep: |s, m| {\n        s.x();\n    },\n    \
                    spinners: |s| s.y(),\n};\n\nconst U: Steps = Steps { drop_p: |_| z(), ..T };\nfn b() {\n    \
                    f(S { c: |x| x });\n    g();\n}\n";
        let found = [1, 4, 5, 7, 10, 11, 12, 13].map(|line| enclosing(text, line).unwrap());
        assert_eq!(found, ["a", "wakep", "wakep", "spinners", "drop_p", "b", "b", "b"]);
    }
}
