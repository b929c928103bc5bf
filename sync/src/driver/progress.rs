//! The progress of an exploration.

use ::explore::options::Statistics;
use ::explore::search::Shared;

/// The progress of an exploration, as [`Plan::progress`](crate::driver::Plan::progress) gets it.
#[derive(Default)]
pub struct Progress<'a> {
    /// The number of executions started so far.
    pub executions: u64,
    pub(crate) search: Option<&'a Shared>,
}

impl Progress<'_> {
    /// The progress with this many earlier executions added.
    pub fn after(&self, executions: u64) -> Progress<'_> {
        Progress { executions: self.executions + executions, search: self.search }
    }

    /// The statistics of the search so far, if there is one. Takes a lock, so do not call it for each
    /// execution.
    pub fn statistics(&self) -> Option<Statistics> {
        self.search.map(Shared::statistics)
    }
}
