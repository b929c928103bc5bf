//! GC workers, as far as they schedule: which M runs one, and when.
//!
//! Marking itself is abstracted: there is a stack of units of work (`work.full`), each of which sets a flag of the program once it
//! is marked. A G that starts a garbage collection lets workers mark from then on (`gcBlackenEnabled`), and ends that once all
//! work is done. A *mark worker* is a G that no run queue has: while it has nothing to do, it is in a pool, from which an M takes
//! it.
//!
//! # Who runs a worker
//! 1. A **dedicated** worker comes before all Gs: an M that looks for one and finds that more are needed runs it until there is no
//!    more work. The cycle says how many. The Gs of its P wait meanwhile, so the M wakes another (golang/go#27732).
//! 2. An **idle** worker comes last: an M that has found no G, and would drop its P, runs one. There are at most so many that each
//!    P has one. It stops as soon as there is a G for its P.
//! 3. A G that has to allocate much **assists**: it marks itself.
//!
//! # The last look at GC work
//! An M that spun and drops its P looks at GC work again (wake protocol, 4c), because work may have come while it counted as a
//! spinner:
//!
//! ```text
//! M0, executing main             M1, spinning
//!                                sees no work
//! publishes work; nmspinning is 1: wakes no M
//!                                drops P1; nmspinning--
//!                                parks                       the work waits beside the idle P1
//! ```
//!
//! It takes the P, asks whether a worker is needed, and gives the P back otherwise, in one hold of `sched.lock`: golang/go#45975 is
//! about two.
//!
//! # What a submitter wakes
//! From Go 1.9 to 1.25 nothing: a wakeup there was suspected of a deadlock (golang/go#19112). So work that comes while a P is idle
//! waits for an M that looks for Gs. Since 1.26 the submitter wakes an M, if it has seen an idle P; here it also
//! asks an M that is about to drop one (`enlist_worker`, in `gc/find.rs`).
//!
//! Left out: workers that have a fraction of a P (`gcFractionalMarkTime`), the work of each P alone (`gcw`) and so the barrier before
//! the end of the mark phase, assists that wait for others, sweeping. Workers are there from the start of the program.
//!
//! Go: mgc.go, mgcpacer.go.

mod cycle;
mod end;
mod find;
mod shared;
mod words;

use sync::Latch;

use crate::event::Event;
use crate::g::{GId, GStatus};
use crate::limiter::LimiterEventType;
use crate::m::M;
use crate::p::OwnedP;
use crate::program::FlagId;
use crate::sched::Sched;
use crate::Time;

pub use shared::Gc;
pub use words::{IdleMarkWorkers, MarkUnit, MarkWork, WorkerMode, WorkerPool};

impl Sched {
    /// Whether `g` is a mark worker, which is no G of the program's.
    pub fn is_mark_worker(&self, g: GId) -> bool {
        self.program.mark_workers().any(|worker| worker == g)
    }

    /// Whether mark workers may run. Only for an M that has a P: it changes only while the world is stopped.
    pub(crate) fn is_marking(&self) -> bool {
        self.program.has_gc() && self.gc.blacken_enabled.owner_load()
    }

    /// Whether there is work for a worker.
    ///
    /// Go: mgc.go, gcMarkWorkAvailable 1375-1386 (1.19.8), gcShouldScheduleWorker 1935-1940 (1.27.3). A P has no work of its own
    /// here.
    pub(crate) fn gc_mark_work_available(&self) -> bool {
        !self.gc.work.load().is_empty()
    }

    /// The mark worker `g` marks, and goes back to the pool.
    ///
    /// # Panics
    /// As Go does: `gcBgMarkWorker: blackening not enabled`, `gcBgMarkWorker: mode not set`.
    ///
    /// Go: mgc.go, gcBgMarkWorker 1201-1370 (1.19.8), 1766-1931 (1.27.3): one round of its loop.
    #[sync::summarized]
    pub(crate) fn gc_bg_mark_worker(&self, m: &M, g: GId) {
        assert!(self.gc.blacken_enabled.owner_load(), "gcBgMarkWorker: blackening not enabled");
        let p = self.p(m.p());
        let mode = p.gc_mark_worker_mode.get();
        assert!(mode != WorkerMode::NotWorker, "gcBgMarkWorker: mode not set");
        let idle = mode == WorkerMode::Idle;
        self.emit(m, if idle { Event::IdleWorker(p.id) } else { Event::DedicatedWorker(p.id) });
        let event = LimiterEventType::IdleMarkWork;
        let tracked = idle && p.limiter_event.start(event, self.nanotime());
        self.drain_in(m, mode);
        // Go does so once the worker is not counted as one any more.
        self.gc_end_work(m);
        let now = self.nanotime();
        self.mark_worker_stop(mode);
        if tracked {
            p.limiter_event.stop(event, now, &self.limiter);
        }
        p.gc_mark_worker_mode.set(WorkerMode::NotWorker);
        self.park_worker(m, g);
    }

    /// The worker `g` goes to the pool. From then on any M may run it.
    ///
    /// Go: mgc.go, gcBgMarkWorker 1232-1262 (1.19.8), 1799-1829 (1.27.3).
    fn park_worker(&self, m: &M, g: GId) {
        self.g(g).pc.set(0);
        self.g(g).casgstatus(GStatus::Running, GStatus::Waiting);
        self.dropg(m);
        self.release_worker(g);
    }

    /// Go: mgc.go, gcBgMarkWorker 1302-1331 (1.19.8), 1867-1907 (1.27.3).
    #[sync::summarized]
    fn drain_in(&self, m: &M, mode: WorkerMode) {
        match mode {
            WorkerMode::NotWorker => panic!("gcBgMarkWorker: unexpected gcMarkWorkerMode"),
            WorkerMode::Idle => {
                self.gc_drain(m, |sched| sched.is_preempted(m), |sched| sched.poll_work(m));
            }
            WorkerMode::Dedicated => {
                self.gc_drain(m, |sched| sched.is_preempted(m), |_| false);
                if self.is_preempted(m) {
                    // The request is for the P, and this worker goes on. The Gs of its queue may run elsewhere meanwhile.
                    self.put_runq_globally(m);
                    self.gc_drain(m, |_| false, |_| false);
                }
            }
        }
    }

    /// Marks one unit after the other.
    ///
    /// Go: mgcmark.go, gcDrain 1036-1135 (1.19.8), 1253-1376 (1.27.3).
    fn gc_drain(&self, m: &M, preempted: impl Fn(&Sched) -> bool, stops: impl Fn(&Sched) -> bool) {
        while !preempted(self) {
            let Some(unit) = self.take_mark_unit() else { return };
            self.mark(m, unit);
            if stops(self) {
                return;
            }
        }
    }

    /// Whether the G of `m` is asked to give way: the world is to stop, or the P to pass a safe point. Go: `g.preempt`.
    fn is_preempted(&self, m: &M) -> bool {
        let p = self.p(m.p());
        self.is_stopping() || self.program.has_safe_points() && p.run_safe_point_fn.load()
    }

    /// Whether an idle worker should make room: there is a G for its P.
    ///
    /// Go: proc.go, pollWork 2882-2897 (1.19.8), 3819-3835 (1.27.3).
    fn poll_work(&self, m: &M) -> bool {
        if self.runqsize.load() != 0 || !self.runqempty(m.p().id()) {
            return true;
        }
        let some = self.poll_without_waiting(m);
        some.into_iter().for_each(|g| {
            // Go puts all of them on queues.
            self.runqput(m, m.p(), g, false);
        });
        some.is_some()
    }

    /// All Gs of the queue of `m` go to the end of the global queue.
    fn put_runq_globally(&self, m: &M) {
        let gs = (self.steps.runqdrain)(self, m.p()).into_gs(&self.allg);
        if !gs.is_empty() {
            self.globrunqputbatch(gs);
        }
    }

    /// Takes a unit of work, if there is one. Go: mgcwork.go, (*gcWork).tryGet, trygetfull: a stack without a lock.
    fn take_mark_unit(&self) -> Option<MarkUnit> {
        loop {
            let all = self.gc.work.load();
            let (unit, others) = all.pop()?;
            if self.gc.work.cas(all, others) {
                return Some(unit);
            }
        }
    }

    /// Marks a unit: its flag is set.
    fn mark(&self, m: &M, unit: MarkUnit) {
        if unit.is_long() {
            // It ends when no M can move, or when the world is to stop.
            self.gc.long[unit.flag().0].wait();
        }
        self.emit(m, Event::Marked);
        self.world.set(unit.flag());
    }

    /// A long unit of work is done, as no M can move, or the world is to stop. Returns whether there was one.
    pub(crate) fn ends_long_mark(&self) -> bool {
        self.gc.long.iter().find(|long| long.is_waiting()).is_some_and(Latch::nudge)
    }

    /// A G makes work for the workers: a unit that sets the flag.
    ///
    /// Go: mgcwork.go, (*gcWork).putObj and put 112-145, putfull (1.19.8), 172-199 (1.27.3).
    #[sync::summarized]
    pub(crate) fn submit_mark_work(&self, m: &M, flag: FlagId, long: bool) {
        loop {
            // Wake protocol, 1. Meets the looks in `idle_gc_worker` and `check_idle_gc_no_p`.
            let all = self.gc.work.load();
            if self.gc.work.cas(all, all.push(MarkUnit::new(flag, long))) {
                break;
            }
        }
        if self.is_marking() {
            // Wake protocol, 2.
            (self.steps.gc.enlist_worker)(self, m);
        }
    }

    /// A mark assist of the G that `m` runs: an event from start to stop, then an update of the limiter. Go
    /// updates only once the P's assists add up to 5 µs; here each assist does.
    ///
    /// In a program with a GC it marks a unit, if there is one, while workers mark; at other times it does nothing, nor while
    /// the limiter says that there were too many.
    ///
    /// Go: mgcmark.go, gcAssistAlloc1 529-608 (1.19.8), 711-779 (1.27.3), its limiter's part; gcAssistAlloc 387-393, 583-591.
    #[sync::summarized]
    pub fn gc_assist(&self, m: &M) {
        let has_gc = self.program.has_gc();
        if has_gc && (!self.gc.blacken_enabled.owner_load() || self.limiter.limiting()) {
            return;
        }
        let slot = &self.p(m.p()).limiter_event;
        // An event in flight, which only an idle mark worker's could be, is not interrupted.
        let tracked = slot.start(LimiterEventType::MarkAssist, self.nanotime());
        let unit = if has_gc { self.take_mark_unit() } else { None };
        unit.into_iter().for_each(|unit| self.mark(m, unit));
        let now = self.nanotime();
        if tracked {
            slot.stop(LimiterEventType::MarkAssist, now, &self.limiter);
        }
        self.update_limiter(m, now);
        self.gc_end_work(m);
    }

    /// A new M is allocated, for `p`, and the allocation assists. A caller without a P borrows `p` for that. It is a step, and Go's
    /// only in the development of 1.5: since then, where a G cannot be preempted, no allocation assists.
    ///
    /// Go: proc.go, allocm 1715-1779, and mgcmark.go, gcAssistAlloc 405-412 (1.19.8), 2287-2362 and 500-507 (1.27.3).
    pub fn assist_in_allocm(&self, m: &M, p: OwnedP) -> OwnedP {
        if m.p.is_some() {
            self.gc_assist(m);
            return p;
        }
        let mut borrower = M::of_kernel(m.id);
        self.acquirep(&mut borrower, p);
        self.gc_assist(&borrower);
        self.releasep(&mut borrower)
    }

    /// A scavenge assist of the G that `m` runs: an event from start to stop.
    ///
    /// Go: mheap.go, allocSpan 1317-1336 (1.19.8), 1360-1381 (1.27.3), its limiter's part.
    #[sync::summarized]
    pub fn scavenge_assist(&self, m: &M) {
        let slot = &self.p(m.p()).limiter_event;
        if slot.start(LimiterEventType::ScavengeAssist, self.nanotime()) {
            let now = self.nanotime();
            slot.stop(LimiterEventType::ScavengeAssist, now, &self.limiter);
        }
    }

    /// The limiter accounts for the time up to `now`.
    pub(crate) fn update_limiter(&self, m: &M, now: Time) {
        if self.limiter.update(self.ps(m.p()).iter().map(|p| &p.limiter_event), now) > 0 {
            self.emit(m, Event::IdleTimeConsumed);
        }
    }
}
