//! A file of the model with a mark in each branch, and the way back from its places to the source's.
//!
//! No mark has a line of its own, so that lines stay what they are.

use std::cmp::Reverse;
use std::fmt::Write;

use crate::marks::{marks, Wrap, FUNCTION};

/// The module that the copy of the model has besides: a function for each mark, mark 1 on line 1 and so on.
pub const MODULE: &str = "counted.rs";

/// A line and a column, in bytes, from 1.
pub type At = (usize, usize);

/// A file with its marks.
#[derive(Clone, Debug)]
pub struct Marked {
    /// Its path in the model's folder.
    pub file: String,
    /// The text.
    pub text: String,
    /// The number of each mark, and where it is in the text.
    pub marks: Vec<(usize, At)>,
    /// What was written into the source, in the order of the text.
    written: Vec<Written>,
}

/// A piece that is not the source's.
#[derive(Clone, Debug)]
struct Written {
    line: usize,
    from: usize,
    to: usize,
}

/// Writes marks into `text`; the first has the number `first`.
///
/// # Errors
/// If it is not Rust.
pub fn mark(file: &str, text: &str, first: usize) -> syn::Result<Marked> {
    let wraps = marks(text)?;
    let mut marked = Marked {
        file: file.into(),
        text: String::with_capacity(2 * text.len()),
        marks: Vec::new(),
        written: Vec::new(),
    };
    let mut done = 0;
    let mut standing: Vec<(usize, usize)> = Vec::new();
    for (at, wrap, number, piece) in pieces(&wraps, first) {
        marked.copy(&text[done..at], done, &mut standing);
        done = at;
        let called = piece.find(FUNCTION).map(|called| marked.text.len() + called);
        match wrap.stands {
            Some(stands) if called.is_some() => standing.push((stands, number)),
            _ => marked.marks.extend(called.map(|called| (number, (0, called)))),
        }
        marked.write(&piece.replace(FUNCTION, &format!("crate::counted::m{number}")));
    }
    marked.copy(&text[done..], done, &mut standing);
    marked.find_lines();
    Ok(marked)
}

/// All that is written, in the order of the text: where, for which wrap and mark, and what. At one place, what
/// ends there is closed first, from the inside out, and what begins there is opened from the outside in.
fn pieces(wraps: &[Wrap], first: usize) -> Vec<(usize, &Wrap, usize, &'static str)> {
    let opens = wraps
        .iter()
        .zip(first..)
        .map(|(wrap, n)| ((wrap.range.start, 1, Reverse(0), n), wrap, n, wrap.open));
    let closes = wraps
        .iter()
        .zip(first..)
        .map(|(wrap, n)| ((wrap.range.end, 0, Reverse(n), 0), wrap, n, wrap.close));
    let mut pieces: Vec<_> = opens.chain(closes).filter(|(.., piece)| !piece.is_empty()).collect();
    pieces.sort_by_key(|(key, ..)| *key);
    pieces.into_iter().map(|((at, ..), wrap, n, piece)| (at, wrap, n, piece)).collect()
}

impl Marked {
    /// Adds what is the source's, from its byte `from` on. A mark may stand in it.
    fn copy(&mut self, text: &str, from: usize, standing: &mut Vec<(usize, usize)>) {
        let to = from + text.len();
        let start = self.text.len();
        let here = |stands: usize| (from..to).contains(&stands);
        let found = standing.iter().filter(|(stands, _)| here(*stands));
        self.marks.extend(found.map(|(stands, number)| (*number, (0, start + stands - from))));
        standing.retain(|(stands, _)| !here(*stands));
        self.text.push_str(text);
    }

    /// Adds what is not the source's.
    fn write(&mut self, piece: &str) {
        let from = self.text.len();
        self.text.push_str(piece);
        self.written.push(Written { line: 0, from, to: self.text.len() });
    }

    /// Makes places of what were bytes of the text.
    fn find_lines(&mut self) {
        let starts: Vec<usize> =
            [0].into_iter().chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let place = |byte: usize| {
            let line = starts.partition_point(|&start| start <= byte);
            (line, byte - starts[line - 1] + 1)
        };
        for (_, at) in &mut self.marks {
            *at = place(at.1);
        }
        for written in &mut self.written {
            let (line, from) = place(written.from);
            *written = Written { line, from, to: from + written.to - written.from };
        }
    }

    /// The place in the source.
    pub fn source(&self, (line, column): At) -> At {
        let before = self.written.iter().filter(|w| w.line == line && w.from < column);
        let added: usize = before.map(|w| w.to.min(column) - w.from).sum();
        (line, column - added)
    }
}

/// The text of [`MODULE`], for so many marks.
pub fn module(marks: usize) -> String {
    let mut text = String::new();
    for number in 1..=marks {
        let _ = writeln!(text, "pub(crate) fn m{number}() {{}}");
    }
    text + LEAVES
}

/// Where `?` leaves a function: the mark is called if it does.
const LEAVES: &str = r"
pub(crate) trait Leaves {
    fn leaves(&self) -> bool;
}

impl<T> Leaves for Option<T> {
    fn leaves(&self) -> bool {
        self.is_none()
    }
}

impl<T, E> Leaves for Result<T, E> {
    fn leaves(&self) -> bool {
        self.is_err()
    }
}

pub(crate) fn left<T: Leaves>(value: T, mark: fn()) -> T {
    if value.leaves() {
        mark();
    }
    value
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_is_found_in_the_source_again() {
        let source = "fn f() {\n    a && b?\n}\n";
        let marked = mark("a.rs", source, 1).unwrap();
        let lines = |text: &str| text.lines().map(String::from).collect::<Vec<_>>();
        let (before, after) = (lines(source), lines(&marked.text));
        assert_eq!(before.len(), after.len());
        for (line, text) in (1..).zip(&after) {
            for word in ["fn f", "a &&", "&&", "?"] {
                let Some(at) = text.find(word) else { continue };
                let (found, column) = marked.source((line, at + 1));
                assert!(before[found - 1][column - 1..].starts_with(word), "{word} in {text}");
            }
        }
        // What is not the source's is where it was written.
        assert_eq!(marked.source((1, after[0].find("crate").unwrap() + 1)), (1, 9));
    }

    #[test]
    fn a_mark_is_where_it_is_called_or_at_the_question_mark() {
        let marked = mark("a.rs", "fn f() { a? }", 7).unwrap();
        let text = |column: usize| &marked.text[column - 1..];
        let [(7, (1, block)), (8, (1, left))] = marked.marks[..] else {
            panic!("{:?}", marked.marks)
        };
        assert!(text(block).starts_with("crate::counted::m7();"));
        assert!(text(left).starts_with("? }"));
    }

    #[test]
    fn the_module_has_a_mark_on_its_line() {
        assert_eq!(module(2).lines().nth(1), Some("pub(crate) fn m2() {}"));
    }
}
