//! A mutant: one place of the model's text, and what stands there instead.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Stands in a mutant's text for the question whether the mutant is on.
pub const IS_ON: &str = "@";

/// A mutant of the model, as text: what is written before and after the place that it changes, so that one
/// build has both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// What a reader, and a file of mutants, knows it by.
    pub place: Place,
    /// The line where it begins, from 1.
    pub line: usize,
    /// The bytes of the file that it is written around.
    pub range: Range<usize>,
    /// What is written before them, with [`IS_ON`] for the question.
    pub open: String,
    /// What is written after them.
    pub close: String,
    /// It stays where the source leaves: a function, a loop, a round of one.
    pub stays: bool,
}

/// Which mutant it is, in words that survive when other lines of the source change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file's path in the workspace.
    pub file: String,
    /// The function, after its type: `Sched::wakep`. For a closure in a constant, the constant.
    pub function: String,
    /// What is changed: `replace == with !=`.
    pub mutation: String,
    /// The text that is changed, on one line.
    pub text: String,
    /// Which of those that are otherwise equal, from 0, in the order of the file.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nth: u32,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl Place {
    /// Whether it is the same mutant, in whatever file the function is by now.
    pub fn is(&self, other: &Place) -> bool {
        let key = |place: &Place| {
            (place.function.clone(), place.mutation.clone(), place.text.clone(), place.nth)
        };
        key(self) == key(other)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {}: {}: `{}`",
            self.file,
            self.function,
            self.mutation,
            shortened(&self.text)
        )
    }
}

impl std::fmt::Display for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Place { file, function, mutation, text, .. } = &self.place;
        write!(f, "{file}:{}: {function}: {mutation}: `{}`", self.line, shortened(text))
    }
}

/// Numbers the places that are otherwise equal, in their order.
pub fn number(sites: &mut [Site]) {
    let mut seen = std::collections::BTreeMap::new();
    for site in sites {
        let next = seen.entry(site.place.clone()).or_insert(0);
        site.place.nth = *next;
        *next += 1;
    }
}

/// `text` with each run of white space as one space.
pub fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most so many characters of a text are printed.
const SHOWN: usize = 70;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}
