//! Where the functions of a table are, in the model and in Go's sources, and what its events mean.

use std::collections::BTreeSet;

use comfy_table::{ColumnConstraint, ContentArrangement};
use harness::cex::Step;
use harness::source::{documentation, place, Place};
use regressions::CONTENT;

use super::marks::Marks;
use crate::text::output::WIDTH;
use crate::text::table::{plain_table, spaced};

/// Steps of one thread that make a row.
pub(super) type Row<'s> = &'s [Step];

/// A table of the functions that the rows name; empty if none is known.
pub(super) fn places(rows: &[Row], marks: &Marks) -> String {
    let named: BTreeSet<&str> = rows.iter().flat_map(|row| shown(row, marks)).collect();
    let found = named.into_iter().filter_map(|name| Some((name, place(CONTENT.sources, name)?)));
    let rows = found.map(|(name, Place { file, line, go })| {
        [name.into(), format!("{file}:{line}"), go.unwrap_or_else(|| owner(file).into())]
    });
    table(["function", "in the model", "in Go"], rows)
}

/// Whose a function is that mirrors none of Go's, by its file.
fn owner(file: &str) -> &'static str {
    match file.split('/').next() {
        Some("regressions") => "the variant's own",
        Some("checks") => "the kernel's own",
        _ => "the model's own",
    }
}

/// A table of the model's events in the rows; empty if there are none. What an event means is what the model's source says
/// of it.
pub(super) fn events(rows: &[Row]) -> String {
    let events = rows.iter().flat_map(|row| row.iter()).filter(|step| step.action == "event");
    let names = events.map(|step| if step.value.is_empty() { &step.object } else { &step.value });
    let named: BTreeSet<&str> =
        names.map(|name| name.split('(').next().unwrap_or_default()).collect();
    let meant = named
        .into_iter()
        .filter_map(|name| Some([name.into(), documentation(CONTENT.sources, "Event", name)?]));
    table(["event", "of this M"], meant)
}

/// A table below that of the steps, in which the last column alone is wrapped; empty if it has no rows.
fn table<const N: usize>(heads: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut table = plain_table();
    if !table.is_tty() {
        table.set_width(WIDTH as u16).set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.set_header(heads);
    table.add_rows(rows);
    for column in table.column_iter_mut().take(N - 1) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    if table.is_empty() {
        String::new()
    } else {
        format!("\n{}\n", spaced(table))
    }
}

/// The functions that a row names.
fn shown<'s>(row: Row<'s>, marks: &Marks) -> Vec<&'s str> {
    let mut functions: Vec<&str> = row.iter().map(|step| step.function.as_str()).collect();
    functions.dedup();
    marks.named(&functions)
}
