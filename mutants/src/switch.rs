//! The switched text: the model's source with all its mutants in it, each behind a question.

use std::cmp::Reverse;
use std::ops::Range;

use crate::site::{Site, IS_ON};

/// A file with its mutants.
pub struct Switched {
    /// The text.
    pub text: String,
    /// Where the mutants are in it.
    pub spans: Vec<Span>,
}

/// Where a mutant is in the switched text.
pub struct Span {
    /// Its number.
    pub number: u32,
    /// From its first byte to its last.
    pub bytes: Range<usize>,
    /// It stays where the source leaves: a function, a loop, a round of one.
    pub stays: bool,
}

/// Writes the mutants into the text. Each comes with its number.
///
/// In what a mutant does instead there are no others: one at a time is on.
pub fn switch(text: &str, sites: &[(u32, &Site)]) -> Switched {
    let mut switched = String::with_capacity(2 * text.len());
    let mut spans: Vec<Span> = Vec::new();
    let mut done = 0;
    for insertion in insertions(sites) {
        switched.push_str(&text[done..insertion.at]);
        done = insertion.at;
        if insertion.opens {
            let (number, bytes) = (insertion.number, switched.len()..switched.len());
            spans.push(Span { number, bytes, stays: insertion.stays });
        }
        switched.push_str(&insertion.text);
        if let Some(span) = spans.iter_mut().find(|span| span.number == insertion.number) {
            span.bytes.end = switched.len();
        }
    }
    switched.push_str(&text[done..]);
    Switched { text: switched, spans }
}

/// A text that is put into the source.
struct Insertion {
    at: usize,
    opens: bool,
    number: u32,
    text: String,
    stays: bool,
}

/// All insertions in the order of the text. At one place, what ends there is closed first, from the inside
/// out, and what begins there is opened from the outside in.
fn insertions(sites: &[(u32, &Site)]) -> Vec<Insertion> {
    let mut opened: Vec<_> = sites.to_vec();
    opened.sort_by_key(|(number, site)| (site.range.start, Reverse(site.range.end), *number));
    let mut insertions = Vec::new();
    for (depth, (number, site)) in (0_i64..).zip(opened) {
        let is_on = format!("crate::mutant::is({number})");
        let text = site.open.replace(IS_ON, &is_on);
        let (at, stays) = (site.range.start, site.stays);
        insertions.push(((at, 1, depth), Insertion { at, opens: true, number, text, stays }));
        let (at, text) = (site.range.end, site.close.clone());
        if !text.is_empty() {
            let close = Insertion { at, opens: false, number, text, stays };
            insertions.push(((at, 0, -depth), close));
        }
    }
    insertions.sort_by_key(|(key, _)| *key);
    insertions.into_iter().map(|(_, insertion)| insertion).collect()
}

/// The module that the copy of the model has besides: which mutant is on. `mutants` is the highest number.
pub fn module(mutants: usize) -> String {
    MODULE.replace("COUNT", &(mutants + 1).to_string())
}

/// With the number [`ALL`], no mutant is on, and it is noted which of them are asked for.
pub const ALL: u32 = u32::MAX;

/// The variable that has the number of the mutant that is on.
pub const ON: &str = "PIDLE_MUTANT";

/// The variable that names the file for the numbers of the mutants that were asked for.
pub const REACHED: &str = "PIDLE_MUTANTS_REACHED";

const MODULE: &str = r#"
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

static ON: AtomicU32 = AtomicU32::new(0);
static REACHED: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];

#[inline]
pub(crate) fn is(number: u32) -> bool {
    let on = ON.load(Relaxed);
    if on == u32::MAX {
        REACHED[number as usize].store(true, Relaxed);
    }
    on == number
}

pub fn start() {
    let on = std::env::var("PIDLE_MUTANT").ok().and_then(|on| on.parse().ok());
    ON.store(on.unwrap_or(0), Relaxed);
}

pub fn end() {
    let Some(path) = std::env::var_os("PIDLE_MUTANTS_REACHED") else { return };
    let reached = (0..REACHED.len()).filter(|&number| REACHED[number].load(Relaxed));
    let reached: Vec<String> = reached.map(|number| number.to_string()).collect();
    std::fs::write(path, reached.join("\n")).expect("what was reached is written");
}
"#;
