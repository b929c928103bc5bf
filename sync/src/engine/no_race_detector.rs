//! Plain accesses on engines that do not notice races.

/// Whether [`Cell`] finds races.
pub(crate) const TRACKS_RACES: bool = false;

/// Nothing to find races with.
pub(crate) struct Cell;

impl Cell {
    pub(crate) fn new() -> Self {
        Cell
    }

    pub(crate) fn read(&self) {}

    pub(crate) fn write(&self) {}
}

/// Nothing to touch before an access.
pub(crate) struct Mark;

impl Mark {
    pub(crate) fn new() -> Self {
        Mark
    }

    pub(crate) fn touch(&self) {}
}
