//! A file, and its code with comments and literals blanked, so that a rule about code is not misled by
//! words about code.

use proc_macro2::{TokenStream, TokenTree};

/// A file of the workspace.
pub(super) struct Source {
    /// Its path in the workspace, with `/`.
    pub(super) path: String,
    /// What it holds.
    pub(super) text: String,
    /// The same for Rust, where comments and literals are spaces; else empty.
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

/// The text with each comment and each literal as spaces. Lines stay lines. A text that is not made of Rust's tokens, which
/// the compiler would refuse as well, stays as it is.
fn blank(text: &str) -> String {
    let Ok(tokens) = text.parse::<TokenStream>() else { return text.into() };
    let mut kept = vec![false; text.len()];
    keep(tokens, text, &mut kept);
    let blanked = text.char_indices().map(|(at, c)| if kept[at] || c == '\n' { c } else { ' ' });
    blanked.collect()
}

/// Marks the bytes of the tokens that are code.
fn keep(tokens: TokenStream, text: &str, kept: &mut [bool]) {
    for token in tokens {
        let pieces = match &token {
            TokenTree::Group(group) => {
                keep(group.stream(), text, kept);
                vec![(group.span_open(), "([{".into()), (group.span_close(), ")]}".into())]
            }
            TokenTree::Literal(_) => continue,
            TokenTree::Ident(_) | TokenTree::Punct(_) => vec![(token.span(), token.to_string())],
        };
        for (span, one_of) in pieces {
            let place = span.byte_range();
            // Documentation is an attribute whose tokens have their place in the comment.
            if one_of.contains(&text[place.clone()]) {
                kept[place].fill(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_and_code_is_not() {
        let cases = [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ / e", "a                   / e"),
            ("/// b\n//! c\n/** d */ f /= g", "     \n     \n         f /= g"),
            (r#"f("a\"b") g"#, "f(      ) g"),
            (r##"r#"a "b" c"# d"##, "             d"),
            (r#"br"\" d"#, "      d"),
            ("'a' '\\'' '\\u{1}' &'a str", "                 &'a str"),
            ("r#type r", "r#type r"),
            ("\"open // b", "\"open // b"),
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
