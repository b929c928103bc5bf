//! Which function a line of the model belongs to.

use std::panic::Location;

/// A source file: the end of its path, and its text.
pub type Source = (&'static str, &'static str);

/// The name of the function that the location is in, as Go spells it where Go has one: `pidleget`,
/// `findRunnable` as `find_runnable`. The file and line, if the source is not there.
pub(crate) fn function_at(
    mut sources: impl Iterator<Item = &'static Source>,
    at: &Location<'_>,
) -> String {
    let source = sources.find(|(file, _)| at.file().replace('\\', "/").ends_with(file));
    source
        .and_then(|(_, text)| enclosing(text, at.line()))
        .map_or_else(|| format!("{}:{}", at.file(), at.line()), String::from)
}

/// The last function that begins at or before the line.
pub fn enclosing(text: &str, line: u32) -> Option<&str> {
    text.lines().take(line as usize).filter_map(function).last()
}

/// The name of the function that this line begins, if it begins one.
fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mut code = line;
    for prefix in ["pub(crate) ", "pub ", "const "] {
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
}
