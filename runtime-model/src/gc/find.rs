//! Which M runs a mark worker: dedicated workers before all Gs, idle ones after them; and what a submitter of work wakes.

use crate::event::Event;
use crate::find::Found;
use crate::g::{GId, GStatus};
use crate::ids::PId;
use crate::m::M;
use crate::sched::Sched;
use crate::sysmon::SLICE;
use crate::Time;

use super::{IdleMarkWorkers, WorkerMode};

impl Sched {
    /// Part 5 of `find_runnable`. A dedicated worker for the P of `m`, if one more is needed. `now` is a recent time, or 0.
    ///
    /// Go: mgcpacer.go, findRunnableGCWorker 810-891 (1.19.8), 859-891 (1.27.3).
    #[sync::summarized]
    pub(crate) fn find_runnable_gc_worker(&self, m: &M, now: Time) -> Option<GId> {
        if !self.is_marking() {
            return None;
        }
        let now = self.or_nanotime(now);
        if self.limiter.need_update(now, SLICE) {
            self.update_limiter(m, now);
        }
        let p = self.p(m.p());
        if p.next_gc_mark_worker.get().is_none() && !self.assign_waiting_gc_worker(p.id) {
            return None;
        }
        let g = p.next_gc_mark_worker.replace(None)?;
        self.g(g).casgstatus(GStatus::Waiting, GStatus::Runnable);
        Some(g)
    }

    /// The P `p` gets a dedicated worker, if one more is needed. Its owner, or the stopper of the world, calls it.
    ///
    /// Go 1.19 takes a worker out of the pool before it asks whether one is needed, and puts it back. As there is a worker for
    /// each P, and a P takes one at a time, no other M finds the pool empty meanwhile; here it is asked first, as since 1.21.
    ///
    /// Go: mgcpacer.go, findRunnableGCWorker 826-884 (1.19.8), assignWaitingGCWorker 762-845 (1.27.3).
    #[sync::summarized]
    pub fn assign_waiting_gc_worker(&self, p: PId) -> bool {
        if !self.gc_mark_work_available() || self.gc.dedicated_needed.load() <= 0 {
            return false;
        }
        let Some(g) = self.take_worker() else { return false };
        if !self.count_dedicated() {
            self.release_worker(g);
            return false;
        }
        self.allp[p.index()].gc_mark_worker_mode.set(WorkerMode::Dedicated);
        self.allp[p.index()].next_gc_mark_worker.set(Some(g));
        true
    }

    /// One dedicated worker less is needed; false if none is.
    fn count_dedicated(&self) -> bool {
        loop {
            let needed = self.gc.dedicated_needed.load();
            if needed <= 0 {
                return false;
            }
            if self.gc.dedicated_needed.cas(needed, needed - 1) {
                return true;
            }
        }
    }

    /// The M gives up the P `p` for which a worker was taken: the worker goes back.
    ///
    /// Go: mgcpacer.go, releaseNextGCMarkWorker 899-908 (1.27.3; since 1.26).
    #[sync::summarized]
    pub(crate) fn release_next_gc_mark_worker(&self, p: PId) {
        let p = &self.allp[p.index()];
        let Some(g) = p.next_gc_mark_worker.replace(None) else { return };
        self.mark_worker_stop(p.gc_mark_worker_mode.replace(WorkerMode::NotWorker));
        self.release_worker(g);
    }

    /// Part 13 of `find_runnable`. An idle worker for the P of `m`, which has found no G.
    ///
    /// Go: proc.go, findRunnable 2687-2703 (1.19.8), 3555-3575 (1.27.3).
    #[sync::summarized]
    pub(crate) fn idle_gc_worker(&self, m: &M) -> Option<GId> {
        // Meets `submit_mark_work`. If this M spins, work that comes later is left to its last look (4c).
        if !self.is_marking() || !self.gc_mark_work_available() {
            return None;
        }
        if !(self.steps.gc.add_idle_mark_worker)(self) {
            return None;
        }
        let Some(g) = self.take_worker() else {
            self.remove_idle_mark_worker();
            return None;
        };
        self.p(m.p()).gc_mark_worker_mode.set(WorkerMode::Idle);
        self.g(g).casgstatus(GStatus::Waiting, GStatus::Runnable);
        Some(g)
    }

    /// Part 19 of `find_runnable`: the last look at GC work. An idle worker, with which `m` has an idle P, and spins.
    ///
    /// Go: proc.go, checkIdleGCNoP 3017-3073 and findRunnable 2790-2804 (1.19.8), 3956-4012 and 3717-3732 (1.27.3).
    #[sync::summarized]
    fn check_idle_gc_no_p(&self, m: &mut M) -> Option<GId> {
        // Without a P, a cycle may begin or end at any time: it is asked again below. If an idle worker runs that uses up the
        // limit, its M comes here when it has none.
        if !self.program.has_gc()
            || !self.gc.blacken_enabled.load()
            || !self.need_idle_mark_worker()
        {
            return None;
        }
        // Wake protocol, 4c. Meets `submit_mark_work`, whose G reads `nmspinning` after it.
        if !self.gc_mark_work_available() {
            return None;
        }
        // One hold of the lock, up to the decision: a P that is put back after another hold would miss what was asked of it in
        // between (golang/go#45975).
        let mut locked = self.lock.lock();
        let taken = (self.steps.p_for_work)(self, &mut locked)?;
        let may =
            self.gc.blacken_enabled.owner_load() && (self.steps.gc.add_idle_mark_worker)(self);
        let worker = if may { self.take_worker() } else { None };
        let Some(g) = worker else {
            self.pidleput(&mut locked, taken, 0);
            drop(locked);
            if may {
                self.remove_idle_mark_worker();
            }
            return None;
        };
        drop(locked);
        self.emit(m, Event::LastLookFoundGcWork);
        self.acquirep(m, taken);
        self.become_spinning(m);
        self.p(m.p()).gc_mark_worker_mode.set(WorkerMode::Idle);
        self.g(g).casgstatus(GStatus::Waiting, GStatus::Runnable);
        Some(g)
    }

    /// The last look at GC work, for workers of both modes. It is a step. Ours, not Go's: an idle P is for an idle worker alone
    /// there, so if none may run, work that needs a dedicated one waits (`regressions/src/dedicated_last_look.rs`).
    #[sync::summarized]
    pub fn check_gc_no_p(&self, m: &mut M) -> Found {
        let look = self.check_idle_gc(m);
        let needs = || self.program.has_gc() && self.gc.blacken_enabled.load();
        let needs = || needs() && self.gc.dedicated_needed.load() > 0;
        if !matches!(look, Found::Nothing(_)) || !needs() || !self.gc_mark_work_available() {
            return look;
        }
        let mut locked = self.lock.lock();
        let Some(taken) = (self.steps.p_for_work)(self, &mut locked) else { return look };
        drop(locked);
        self.emit(m, Event::LastLookFoundGcWork);
        // It finds the worker as part 5, where it asks again whether workers may mark: the cycle may be over by now.
        self.spin_again(m, taken)
    }

    /// The last look at GC work as it is in Go. It is a step.
    pub fn check_idle_gc(&self, m: &mut M) -> Found {
        self.check_idle_gc_no_p(m).map_or(Found::Nothing(0), Found::G)
    }

    /// Whether there is GC work for a P that is to be handed off. It is a step. Go: proc.go, handoffp 2368-2372 (1.19.8),
    /// 3160-3164 (1.27.3).
    pub fn gc_work_at_handoff(&self) -> bool {
        self.is_marking() && self.gc_mark_work_available()
    }

    /// One more idle worker is to run; false if there are as many as may. It is a step.
    ///
    /// # Panics
    /// As Go does: `negative idle mark workers`.
    ///
    /// Go: mgcpacer.go, addIdleMarkWorker 1481-1499 (1.19.8), 1437-1455 (1.27.3).
    pub fn add_idle_mark_worker(&self) -> bool {
        loop {
            let old = self.gc.idle_mark_workers.load();
            if old.n >= old.max {
                return false;
            }
            assert!(old.n >= 0, "negative idle mark workers");
            let new = IdleMarkWorkers { n: old.n + 1, ..old };
            if self.gc.idle_mark_workers.cas(old, new) {
                return true;
            }
        }
    }

    /// Whether one more idle worker may run. Go: mgcpacer.go, needIdleMarkWorker 1509-1513 (1.19.8), 1465-1469 (1.27.3).
    pub(crate) fn need_idle_mark_worker(&self) -> bool {
        let IdleMarkWorkers { n, max } = self.gc.idle_mark_workers.load();
        n < max
    }

    /// One idle worker less runs.
    ///
    /// # Panics
    /// As Go does: `negative idle mark workers`.
    ///
    /// Go: mgcpacer.go, removeIdleMarkWorker 1516-1529 (1.19.8), 1472-1485 (1.27.3).
    pub fn remove_idle_mark_worker(&self) {
        loop {
            let old = self.gc.idle_mark_workers.load();
            assert!(old.n > 0, "negative idle mark workers");
            let new = IdleMarkWorkers { n: old.n - 1, ..old };
            if self.gc.idle_mark_workers.cas(old, new) {
                return;
            }
        }
    }

    /// A worker of that mode stops. Go: mgcpacer.go, markWorkerStop 921-934 (1.19.8), 937-950 (1.27.3).
    pub(crate) fn mark_worker_stop(&self, mode: WorkerMode) {
        match mode {
            WorkerMode::Dedicated => {
                self.gc.dedicated_needed.add(1);
            }
            WorkerMode::Idle => (self.steps.gc.remove_idle_mark_worker)(self),
            WorkerMode::NotWorker => panic!("markWorkerStop: unknown mark worker mode"),
        }
    }

    /// A worker from the pool, if there is one.
    fn take_worker(&self) -> Option<GId> {
        loop {
            let all = self.gc.pool.load();
            let (g, others) = all.pop()?;
            if self.gc.pool.cas(all, others) {
                return Some(g);
            }
        }
    }

    /// The worker goes to the pool.
    pub(super) fn release_worker(&self, g: GId) {
        loop {
            let all = self.gc.pool.load();
            if self.gc.pool.cas(all, all.push(g)) {
                return;
            }
        }
    }

    /// `m` has made work for the GC: wakes an M that has an idle P; if there is none, asks the M that drops the next one to look
    /// again, and, if a dedicated worker is needed, has a G preempted on another P. It is a step.
    ///
    /// That it asks is ours, not Go's (`regressions/src/enlist_beside_drop.rs`).
    ///
    /// Go: mgcpacer.go, enlistWorker 695-748 (1.27.3; since 1.26).
    #[sync::summarized]
    pub fn enlist_worker(&self, m: &M) {
        let dedicated = self.gc.dedicated_needed.load() > 0;
        if !dedicated && !self.need_idle_mark_worker() {
            return;
        }
        let wakes = self.npidle.load() != 0 && self.nmspinning.load() == 0;
        // Wake protocol, 2 and 5a: if no P is idle, `wakep` asks the next M that drops one. Meets the load in `must_keep_p`, of an
        // M that has seen no work and does not spin.
        self.wakep(m);
        if dedicated && !wakes {
            self.preempt_another(m);
        }
    }

    /// The same as Go has it: asks no M if no P is idle. It is a step.
    ///
    /// Go: mgcpacer.go, enlistWorker 695-748 (1.27.3; since 1.26).
    #[sync::summarized]
    pub fn enlist_worker_1_26(&self, m: &M) {
        let dedicated = self.gc.dedicated_needed.load() > 0;
        if !dedicated && !self.need_idle_mark_worker() {
            return;
        }
        if self.npidle.load() != 0 && self.nmspinning.load() == 0 {
            return self.wakep(m);
        }
        self.emit(m, Event::LeftOut("the question to the M that drops the next P"));
        if dedicated {
            self.preempt_another(m);
        }
    }

    /// The same, as up to Go 1.25: wakes no M. It is a step.
    ///
    /// Go: mgcpacer.go, enlistWorker 770-806 (1.19.8).
    #[sync::summarized]
    pub fn enlist_dedicated_worker(&self, m: &M) {
        if self.gc.dedicated_needed.load() > 0 {
            self.preempt_another(m);
        }
    }

    /// Has the G preempted that keeps another P busy, if there is one. Go asks five Ps by chance; here it is the first that has
    /// such a G.
    ///
    /// Go: mgcpacer.go, enlistWorker 787-805 (1.19.8), 729-747 (1.27.3).
    fn preempt_another(&self, m: &M) {
        for p in self.ps(m.p()).iter().filter(|p| p.id != m.p().id()) {
            let busy = p.watched.busy.load().flag();
            if busy.is_some_and(|flag| self.world.flags[flag.0].nudge()) {
                return;
            }
        }
    }
}
