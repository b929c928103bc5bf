//! One thread as a search sees it.

use crate::fault::Fault;
use crate::fingerprint::Fingerprints;
use crate::operation::{Operation, ThreadId};

/// A thread: its history, and its next operation.
pub(crate) struct Thread {
    pub(crate) id: ThreadId,
    pub(crate) next: Next,
    /// What the callers of the innermost summarized call had observed.
    pub(crate) callers: Fingerprints,
    /// What it has done and observed in the innermost call, since the last checkpoint there.
    pub(crate) history: Fingerprints,
    pub(crate) threads: u32,
    pub(crate) objects: u32,
    /// The number of locks that it holds.
    pub(crate) locks: u32,
    /// The cached fingerprint of the thread; `None` after a change.
    pub(crate) fingerprint: Option<Fingerprints>,
}

/// The next operation of a thread.
#[derive(Clone, Copy)]
pub(crate) enum Next {
    Operation { operation: Operation, enabled: bool },
    Finished,
}

impl Thread {
    /// The fingerprint that determines everything the thread will ever do.
    pub(crate) fn fingerprint(&mut self, fault: Option<Fault>) -> Fingerprints {
        if let Some(fingerprint) = self.fingerprint {
            return fingerprint;
        }
        let fingerprint = match self.next {
            Next::Finished => Fingerprints::of((self.id, "finished")),
            Next::Operation { operation, enabled } => {
                let next = (fault != Some(Fault::PendingLeftOut)).then_some((operation, enabled));
                let now = Fingerprints::of((self.id, self.threads, self.objects, next));
                let left_out = fault == Some(Fault::HistoryLeftOut);
                let history = if left_out { Fingerprints::ZERO } else { self.history };
                now.mix(&self.callers.mix(&history))
            }
        };
        self.fingerprint = Some(fingerprint);
        fingerprint
    }
}
