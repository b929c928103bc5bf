//! How far an exploration is.

use ::explore::options::Statistics;
use ::explore::search::Shared;

/// How far an exploration is: what [`Plan::progress`](crate::driver::Plan::progress) is told.
#[derive(Default)]
pub struct Progress<'a> {
    /// The executions started so far.
    pub executions: u64,
    pub(crate) search: Option<&'a Shared>,
}

impl Progress<'_> {
    /// The same, as far as it is after so many executions before.
    pub fn after(&self, executions: u64) -> Progress<'_> {
        Progress { executions: self.executions + executions, search: self.search }
    }

    /// What a search has come to so far, if there is one. Takes a lock: not for each execution.
    pub fn statistics(&self) -> Option<Statistics> {
        self.search.map(Shared::statistics)
    }
}
