//! The end of marking, for a G that waits for it.
//!
//! A worker, or an assist, that stops and finds no work left has found the end, once in a cycle. In Go it goes on to end the mark phase,
//! and readies Gs. Here a G of the program ends the phase, and may wait until it can.
//!
//! In Go 1.5 that was how it worked: the G that ran the cycle waited, and what found the end readied it (`bgMarkSignal`). An assist that
//! found it in a place where no G may be readied was golang/go#10573.
//!
//! Go also counts those that still mark (`work.nwait`). Here the last units may still be marked by others: the end of the mark phase
//! stops the world, and that waits for them. A program in which no G waits has no operation here.

use crate::event::Event;
use crate::m::M;
use crate::sched::Sched;

impl Sched {
    /// A mark phase has ended, and the world is stopped: the next one has an end of its own.
    pub(super) fn mark_end_is_ahead(&self) {
        if let Some(end) = &self.gc.end {
            end.found.store(false);
        }
    }

    /// A worker or an assist stops. If no work is left, and none has seen that before, it readies the G that waits for it, on the P
    /// of `m`.
    ///
    /// Go: mgc.go, gcBgMarkWorker 1345-1368, and mgcmark.go, gcAssistAlloc1 582-596 (1.19.8); mgc.go, gcEndWork 1960-1967
    /// (1.27.3).
    pub(super) fn gc_end_work(&self, m: &M) {
        let Some(end) = &self.gc.end else { return };
        if self.gc_mark_work_available() {
            return;
        }
        // Meets the same of another one: one of the two readies the G.
        if end.found.cas(false, true) {
            self.emit(m, Event::MarkEndFound(end.waiter));
            self.ready_or_permit(m, end.waiter);
        }
    }
}
