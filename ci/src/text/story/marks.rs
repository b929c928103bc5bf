//! Where a variant goes its own way: the functions that call what it replaces, and its own, are marked in a table. What a
//! variant leaves out is no step, so without the mark nothing would show where it is missing.

use std::collections::BTreeSet;

use harness::source::enclosing;
use regressions::CONTENT;

use crate::text::output::{wrap, WIDTH};
use crate::{lookup, variant_source};

/// The largest number of functions that a row names beside the marked ones: the last ones.
const FUNCTIONS: usize = 3;

/// The functions to mark in a table.
#[derive(Default)]
pub(super) struct Marks {
    functions: BTreeSet<String>,
    replaced: Vec<String>,
    /// The text of the variant's file.
    own: &'static str,
}

impl Marks {
    /// Those of the variant of that name; none if it is not one of a bug.
    pub(super) fn of(row: &str) -> Self {
        let mutant = lookup::variant_of_bug(row);
        let Some(source) = mutant.and_then(|(bug, mutant)| variant_source::of(bug, mutant)) else {
            return Marks::default();
        };
        let entries = source.replaced.iter().map(|entry| entry.rsplit('.').next().unwrap_or(entry));
        let functions = entries.flat_map(|entry| callers(entry).into_iter().chain([entry.into()]));
        let functions = functions.chain(source.functions.iter().cloned());
        let own = CONTENT.sources.iter().find(|(file, _)| *file == source.file);
        Marks {
            functions: functions.collect(),
            replaced: source.replaced,
            own: own.map_or("", |(_, text)| text),
        }
    }

    /// Whether the function is one of the variant's, or calls one that it replaces.
    fn has(&self, function: &str) -> bool {
        let name = function.rsplit('.').next().unwrap_or(function);
        self.functions.contains(name) || self.own.contains(&format!("fn {name}("))
    }

    /// Those of the functions that a row names: the last ones, and the marked ones.
    pub(super) fn named<'f>(&self, functions: &[&'f str]) -> Vec<&'f str> {
        let last = functions.len().saturating_sub(FUNCTIONS);
        let named = functions.iter().enumerate().filter(|(n, f)| *n >= last || self.has(f));
        named.map(|(_, function)| *function).collect()
    }

    /// The functions as a row names them.
    pub(super) fn words(&self, functions: &[&str]) -> String {
        let named = self.named(functions);
        let more = if named.len() < functions.len() { "…, " } else { "" };
        let mark = |function: &&str| if self.has(function) { "*" } else { "" };
        let words: Vec<String> = named.iter().map(|f| format!("{f}{}", mark(f))).collect();
        format!("{more}{}", words.join(", "))
    }

    /// What the mark means, if the table has one.
    pub(super) fn meaning(&self, table: &str) -> String {
        if self.replaced.is_empty() || !table.contains('*') {
            return String::new();
        }
        let replaced = self.replaced.join(", ");
        wrap(&format!("* is the variant's own, or calls what it replaces: {replaced}"), "", WIDTH)
    }
}

/// The functions of the model that call the entry.
fn callers(entry: &str) -> Vec<String> {
    let call = format!(".{entry})(");
    let model = CONTENT.sources.iter().filter(|(file, _)| file.starts_with("runtime-model/"));
    let found = model.flat_map(|(_, text)| {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| line.contains(&call));
        lines.filter_map(|(n, _)| enclosing(text, n)).map(String::from).collect::<Vec<_>>()
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_that_call_an_entry_are_found() {
        assert_eq!(callers("take_p_for_timer"), ["jump"]);
        assert_eq!(callers("put_overflow").len(), 1);
        assert!(callers("x").is_empty());
        assert!(Marks::of("45867/as-in-1.20").has("wakep_1_20"));
        assert!(Marks::of("GO_1_27").replaced.is_empty());
    }

    #[test]
    fn a_row_names_its_last_functions_and_those_that_are_marked() {
        let marks = Marks::of("53294/unlinked-by-hand");
        let functions = ["jump", "a", "b", "c", "d", "keep_books"];
        assert_eq!(marks.words(&functions), "…, jump*, c, d, keep_books*");
        assert_eq!(marks.words(&functions[1..3]), "a, b");
        let expected =
            "* is the variant's own, or calls what it replaces: spin_for_timer, take_p_for_timer\n";
        assert_eq!(marks.meaning("jump*"), expected);
        assert_eq!(
            (marks.meaning("jump"), Marks::default().meaning("*")),
            (String::new(), String::new())
        );
    }
}
