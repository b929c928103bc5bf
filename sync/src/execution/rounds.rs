//! Rounds without progress: what shows a thread that goes round for ever.

use std::sync::atomic::Ordering::Relaxed;

use super::Execution;
use crate::current;

impl Execution {
    /// Counts a round without progress.
    pub(crate) fn round_without_progress(&self) {
        self.rounds.fetch_add(1, Relaxed);
        current::changed();
    }

    /// Resets the count of rounds without progress.
    pub(crate) fn made_progress(&self) {
        self.rounds.store(0, Relaxed);
    }

    /// The number of rounds without progress since a thread last made progress.
    pub(crate) fn rounds_without_progress(&self) -> u32 {
        self.rounds.load(Relaxed)
    }
}
