//! What a search sees of one thread.

use crate::fingerprint::Fingerprints;
use crate::operation::{Operation, ThreadId};
use crate::state::Fault;

/// A thread: its past, and what it does next.
pub(crate) struct Thread {
    pub(crate) id: ThreadId,
    pub(crate) next: Next,
    /// Of the calls that it is in: what the callers of the innermost have seen.
    pub(crate) callers: Fingerprints,
    /// Of what it has done and observed in the innermost call, since the last checkpoint there.
    pub(crate) history: Fingerprints,
    pub(crate) threads: u32,
    pub(crate) objects: u32,
    /// Those that it holds.
    pub(crate) locks: u32,
    /// Of all of it; `None` if it has changed.
    pub(crate) fingerprint: Option<Fingerprints>,
}

/// What a thread does next.
#[derive(Clone, Copy)]
pub(crate) enum Next {
    Operation { operation: Operation, enabled: bool },
    Finished,
}

impl Thread {
    /// The fingerprint of all that it will ever do.
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
