//! Tables of text, as all commands print them.

use comfy_table::{presets, Cell, CellAlignment, Table};

/// A table without lines between its cells.
pub fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table
}

/// The text of a table, with two spaces between columns.
pub fn spaced(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// A cell with a number.
pub fn number(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}
