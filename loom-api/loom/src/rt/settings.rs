//! The settings of a search.

use std::cell::Cell;

thread_local! {
    /// The settings of the search on this OS thread.
    static SETTINGS: Cell<Settings> = const { Cell::new(Settings::DEFAULT) };
}

/// What a search does besides exploring orders.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Accesses of cells are operations, and data races are failures.
    pub(crate) races: bool,
    /// Values that are left at the end are failures.
    pub(crate) leaks: bool,
    /// A wait with a timeout may time out.
    pub(crate) timeouts: bool,
    /// A wait may end without a notification, once for each object.
    pub(crate) spurious: bool,
    /// `notify_one` may wake any waiter, and not only the one that has waited longest.
    pub(crate) any_waiter: bool,
    /// The most threads of an execution, with the first one.
    pub(crate) threads: usize,
    /// The program calls `loom::explore` where exploration begins.
    pub(crate) explicit: bool,
}

impl Settings {
    const DEFAULT: Settings = Settings {
        races: true,
        leaks: true,
        timeouts: false,
        spurious: false,
        any_waiter: true,
        threads: usize::MAX,
        explicit: false,
    };

    /// Those of the search on this OS thread.
    pub(crate) fn now() -> Settings {
        SETTINGS.get()
    }

    /// Makes these the settings of the searches on this OS thread.
    pub(crate) fn set(self) {
        SETTINGS.set(self);
    }
}
