//! A file, and its code with comments and literals blanked, so that a rule about code is not misled by
//! words about code.

/// A file of the workspace.
pub(super) struct Source {
    /// Its path in the workspace, with `/`.
    pub(super) path: String,
    /// What it holds.
    pub(super) text: String,
    /// The same for Rust, where comments and what is between quotes are spaces; else empty.
    pub(super) code: String,
}

impl Source {
    /// The file at `path` that holds `text`.
    pub(super) fn new(path: &str, text: &str) -> Self {
        let code = if path.ends_with(".rs") { blank(text) } else { String::new() };
        Source { path: path.into(), text: text.into(), code }
    }

    /// The folder of its crate; empty at the top of the workspace.
    pub(super) fn krate(&self) -> &str {
        self.path.split_once('/').map_or("", |(krate, _)| krate)
    }

    /// It is Rust.
    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Its lines, from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// Its lines of code, from 1.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.code.lines())
    }
}

/// The code has `word` with no letter, digit or `_` around it.
pub(super) fn has_word(code: &str, word: &str) -> bool {
    starts_of(code, word).any(|at| !code[at + word.len()..].starts_with(is_name))
}

/// The code names something that `path`, such as `std::sync`, begins, from the top of a path.
pub(super) fn has_path(code: &str, path: &str) -> bool {
    starts_of(code, path).any(|at| {
        let whole = path.ends_with("::") || !code[at + path.len()..].starts_with(is_name);
        let before = &code[..at];
        // `::std::sync` is at the top, too; `crate::sync` is not.
        let inner = before.strip_suffix("::").is_some_and(|outer| outer.ends_with(is_name));
        whole && !inner
    })
}

/// Where `word` is in the code, not within a longer name.
fn starts_of<'c>(code: &'c str, word: &'c str) -> impl Iterator<Item = usize> + 'c {
    code.match_indices(word).map(|(at, _)| at).filter(|&at| !code[..at].ends_with(is_name))
}

/// `c` may be in a name.
pub(super) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The text with each comment, and what each literal holds, as spaces. Lines stay lines.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skipped(&chars, at);
        for &c in &chars[at..end.unwrap_or(at + 1)] {
            let kept = end.is_none() || matches!(c, '\n' | '"');
            code.push(if kept { c } else { ' ' });
        }
        at = end.unwrap_or(at + 1);
    }
    code
}

/// The end of the comment or literal that begins at `at`, if one does.
fn skipped(chars: &[char], at: usize) -> Option<usize> {
    let next = |ahead: usize| chars.get(at + ahead).copied();
    let end = match (chars[at], next(1)) {
        ('/', Some('/')) => chars[at..].iter().position(|&c| c == '\n').map(|length| at + length),
        ('/', Some('*')) => block_comment(chars, at),
        ('"', _) => string(chars, at),
        ('r', Some('"' | '#')) if begins_a_token(chars, at) => return raw_string(chars, at),
        ('\'', Some('\\')) => {
            let rest = chars.get(at + 3..).unwrap_or_default();
            rest.iter().position(|&c| c == '\'').map(|length| at + 4 + length)
        }
        ('\'', _) if next(2) == Some('\'') => Some(at + 3),
        _ => return None,
    };
    Some(end.unwrap_or(chars.len()))
}

/// The end of a block comment, and of those within it.
fn block_comment(chars: &[char], start: usize) -> Option<usize> {
    let (mut depth, mut at) = (0, start);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') if depth == 1 => return Some(at + 2),
            ('*', '/') => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    None
}

/// The end of a string in which `\` escapes.
fn string(chars: &[char], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match chars.get(at)? {
            '\\' => at += 2,
            '"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// The end of `r"…"` or `r#"…"#`; none for a raw name such as `r#type`.
fn raw_string(chars: &[char], start: usize) -> Option<usize> {
    let hashes = chars[start + 1..].iter().take_while(|&&c| c == '#').count();
    let open = start + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let closes = |at: &usize| {
        chars[*at] == '"'
            && chars[at + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes
    };
    (open + 1..chars.len()).find(closes).map(|at| at + 1 + hashes).or(Some(chars.len()))
}

/// Nothing but the `b` or `c` of a literal stands before `at` in its token.
fn begins_a_token(chars: &[char], at: usize) -> bool {
    let before = &chars[..at];
    let before = before.strip_suffix(&['b']).or(before.strip_suffix(&['c'])).unwrap_or(before);
    !before.last().copied().is_some_and(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_code_is_not() {
        let cases = [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"f("a\"b") g"#, r#"f("  " ") g"#),
            (r##"r#"a "b" c"# d"##, r##"  "  " "  "  d"##),
            (r#"br"\" d"#, r#"b " " d"#),
            ("'a' '\\'' '\\u{1}' &'a str", "                 &'a str"),
            ("r#type r", "r#type r"),
            ("\"open", "\"    "),
            ("'\\", "  "),
        ];
        for (text, code) in cases {
            assert_eq!(blank(text).trim_end(), code.trim_end(), "{text}");
            assert_eq!(blank(text).chars().count(), text.chars().count(), "{text}");
        }
    }

    #[test]
    fn a_word_is_whole() {
        assert!(has_word("use model::by_hand;", "by_hand"));
        assert!(!has_word("fn unlinked_by_hand()", "by_hand"));
        assert!(!has_word("by_hands", "by_hand"));
    }

    #[test]
    fn a_path_is_told_from_its_top() {
        assert!(has_path("use std::sync::Arc;", "std::sync"));
        assert!(has_path("x = ::std::sync::Arc", "std::sync"));
        assert!(!has_path("use std::sync::Arc;", "sync::"));
        assert!(!has_path("crate::checks::all()", "checks::"));
        assert!(!has_path("use std::synchro;", "std::sync"));
    }
}
