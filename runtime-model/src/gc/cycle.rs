//! A garbage collection begins and ends: both stop the world.

use crate::event::Event;
use crate::m::M;
use crate::sched::Sched;

use super::IdleMarkWorkers;

impl Sched {
    /// A cycle begins: from here on workers mark, so many of them dedicated.
    ///
    /// Go: mgc.go, gcStart 579-753 (1.19.8), 733-952 (1.27.3). Left out: sweeping, and that a G which starts a cycle waits for the
    /// end of the last one.
    #[sync::summarized]
    pub(crate) fn gc_start(&self, m: &mut M, dedicated: u32) {
        self.stop_for_gc(m);
        self.start_cycle(dedicated);
        self.set_blacken_enabled(m, true);
        self.emit(m, Event::GcStarts);
        self.start_after_gc(m);
    }

    /// All that there was to mark is marked: the mark phase ends.
    ///
    /// # Panics
    /// As Go does: `non-empty mark queue after concurrent mark`.
    ///
    /// Go: mgc.go, gcMarkDone 784-919, gcMark 1397-1405 (1.19.8), 997-1156, 1974-1982 (1.27.3). Left out: the barrier before
    /// it. Here the G that ends the cycle knows that the work is done, or waits for it (`end.rs`); in Go the last worker, or assist,
    /// finds out.
    #[sync::summarized]
    pub(crate) fn gc_end(&self, m: &mut M) {
        self.stop_for_gc(m);
        self.set_blacken_enabled(m, false);
        let done = !self.gc_mark_work_available();
        assert!(done, "non-empty mark queue after concurrent mark");
        self.mark_end_is_ahead();
        self.gc.last_gc.store(self.nanotime());
        self.emit(m, Event::GcEnds);
        self.start_after_gc(m);
    }

    fn stop_for_gc(&self, m: &M) {
        self.stop_the_world_with_sema(m);
        self.stopped_by.set(Some(m.id));
        self.emit(m, Event::WorldStopped);
    }

    /// How many workers there are to be. The program says how many are dedicated, each of the other Ps may have an idle one.
    ///
    /// Go: mgcpacer.go, startCycle 432-531, setMaxIdleMarkWorkers 1536-1549 (1.19.8), 386-490, 1492-1505 (1.27.3).
    fn start_cycle(&self, dedicated: u32) {
        self.gc.dedicated.set(i64::from(dedicated));
        self.gc.dedicated_needed.store(i64::from(dedicated));
        let max = self.gomaxprocs() as i32 - dedicated as i32;
        let idle = self.gc.idle_mark_workers.load();
        self.gc.idle_mark_workers.store(IdleMarkWorkers { max, ..idle });
    }

    /// The world is stopped, and the limiter is this M's until the world has started.
    fn set_blacken_enabled(&self, m: &M, enabled: bool) {
        let events = self.ps(m.p()).iter().map(|p| &p.limiter_event);
        self.limiter.start_gc_transition(enabled, events, self.nanotime());
        // Meets the load in `check_idle_gc_no_p`, of an M without a P. All others have stopped.
        self.gc.blacken_enabled.store(enabled);
    }

    fn start_after_gc(&self, m: &mut M) {
        self.start_the_world_with_sema(m, self.gomaxprocs());
        // Other Ms run by now. Meets `update`, which leaves the limiter alone while this M has it.
        self.limiter.finish_gc_transition(self.nanotime());
    }
}
