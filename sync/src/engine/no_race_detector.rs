//! Plain accesses on engines that do not detect races.

/// Whether [`Cell`] finds races.
pub(crate) const TRACKS_RACES: bool = false;

/// Detects nothing.
pub(crate) struct Cell;

impl Cell {
    pub(crate) fn new() -> Self {
        Cell
    }

    pub(crate) fn read(&self) {}

    pub(crate) fn write(&self) {}
}

/// Marks nothing.
pub(crate) struct Mark;

impl Mark {
    pub(crate) fn new() -> Self {
        Mark
    }

    pub(crate) fn touch(&self) {}
}
