//! `procresize`: GOMAXPROCS changes while the world is stopped. And the Ps at the start of the world.
//!
//! # A resize
//! `runtime-model/README.md` has the same steps, with what shows that each is needed.
//!
//! The M that has stopped the world does all of it under one hold of `sched.lock`, before it starts the world:
//! 1. **Grow.** `allp` and the masks become as long as they must be. New Ps, and Ps that were destroyed before, begin stopped;
//!    their bits say that they are not idle, and may have timers.
//! 2. **Keep a P.** If the M's own P is to be destroyed, the M takes P0 for it.
//! 3. **Destroy** the Ps that are too many: the Gs of each go to the head of the global queue, its timers to the heap of the
//!    M's P.
//! 4. **Shrink.** `allp` and the masks become as short as they must be.
//! 5. **Give out.** Ps with Gs get Ms, the others go on the idle list. Then GOMAXPROCS has its new value.
//!
//! Without 3, a G or a timer of a destroyed P is on no queue or heap that any M looks at. An M without a P may look at `allp`
//! or a mask meanwhile: `allp.rs` has what it sees.

use crate::event::Event;
use crate::g::Guintptr;
use crate::ids::PId;
use crate::m::{MId, M};
use crate::p::{OwnedP, PStatus};
use crate::sched::{Sched, SchedLocked};

/// The Ps that have Gs when the world starts, each with an idle M if there is one.
pub(crate) type Runnable = Vec<(OwnedP, Option<MId>)>;

impl Sched {
    /// Puts all Ps but P0, which is returned, on the idle list.
    ///
    /// Go: proc.go, procresize 4914-4927 (1.19.8), 6288-6292 (1.27.3).
    #[expect(clippy::disallowed_methods, reason = "the start of the world")]
    pub(crate) fn put_other_ps_idle(&self) -> OwnedP {
        let mut locked = self.lock.lock();
        let mut ps = self.take_unborn_ps(&mut locked);
        let idle = ps.drain(1..).rev().collect();
        self.put_idle(&mut locked, idle, 0);
        ps.remove(0)
    }

    /// The world of a kernel: `m` runs on P0, and nothing else has begun. Returns the other Ps, in order,
    /// for the kernel to give to its threads.
    #[expect(clippy::disallowed_methods, reason = "the start of the world")]
    pub fn start_kernel(&self, m: &mut M) -> Vec<OwnedP> {
        let mut ps = self.take_unborn_ps(&mut self.lock.lock());
        self.acquirep(m, ps.remove(0));
        ps
    }

    /// Sets GOMAXPROCS.
    ///
    /// Go: debug.go, GOMAXPROCS 16-35 (1.19.8), 70-106 (1.27.3).
    #[sync::summarized]
    pub(crate) fn set_gomaxprocs(&self, m: &mut M, procs: u32) {
        let locked = self.lock.lock();
        let old = self.gomaxprocs();
        drop(locked);
        if procs != old {
            self.stop_and_start(m, procs);
        }
    }

    /// The world is stopped, and is about to start with so many Ps. Returns those that have Gs.
    ///
    /// # Panics
    /// As Go does: `procresize: invalid arg`; and as `releasep`, `acquirep` and `pidleput` do.
    ///
    /// Go: proc.go, procresize 4801-4936 (1.19.8), 6081-6302 (1.27.3). Left out: since 1.26 a P prefers the M that it had; an
    /// idle M is like any other here.
    #[sync::summarized]
    pub(crate) fn procresize(&self, locked: &mut SchedLocked, m: &mut M, procs: u32) -> Runnable {
        let old = self.gomaxprocs();
        assert!(procs > 0, "procresize: invalid arg");
        let now = self.nanotime();
        self.grow_allp(locked, old, procs);
        self.keep_a_p(locked, m, procs);
        self.shrink_allp(locked, m, old, procs);
        let runnable = self.give_out(locked, now);
        if procs != old {
            self.sizes.procs.set(procs);
            self.notes_resize(old);
            self.emit(m, Event::Gomaxprocs(old, procs));
            let events = self.ps(&*locked).iter().map(|p| &p.limiter_event);
            self.limiter.reset_capacity(events, now, procs, self.steps.gc.resize_bucket);
        }
        runnable
    }

    /// A resize, 1. Go: proc.go, procresize 4824-4857 (1.19.8), 6101-6129 (1.27.3).
    fn grow_allp(&self, locked: &mut SchedLocked, old: u32, procs: u32) {
        if procs > old {
            self.set_allp_len(procs);
        }
        for _ in old..procs {
            let Some(p) = locked.dead.pop() else { panic!("procresize: no P is left") };
            self.init(&p);
            // Behind those that there were: its number is higher.
            locked.stopped.push(p);
        }
    }

    /// A P begins. Go: proc.go, (*p).init 4671-4705 (1.19.8), 5957-5992 (1.27.3).
    fn init(&self, p: &OwnedP) {
        self.p(p).status.set(PStatus::GcStop);
        // It need not come from `pidleget`: it may get Gs, and timers, as soon as it runs.
        self.timerp_mask.set(p.id());
        self.idlep_mask.clear(p.id());
    }

    /// A resize, 2. Go: proc.go, procresize 4859-4884 (1.19.8), 6131-6161 (1.27.3).
    fn keep_a_p(&self, locked: &mut SchedLocked, m: &mut M, procs: u32) {
        if m.p().id().0 < procs {
            self.p(m.p()).status.set(PStatus::Running);
            return;
        }
        let Some(destroyed) = m.p.take() else { return };
        self.unwire(m.id, &destroyed);
        let p0 = locked.stopped.remove(0);
        self.p(&p0).status.set(PStatus::Idle);
        self.acquirep(m, p0);
        // Its place does not matter: it goes at once.
        locked.stopped.push(destroyed);
    }

    /// A resize, 3 and 4. Go: proc.go, procresize 4889-4903 (1.19.8), 6166-6187 (1.27.3).
    fn shrink_allp(&self, locked: &mut SchedLocked, m: &M, old: u32, procs: u32) {
        for id in (procs..old).map(PId) {
            let at = locked.stopped.iter().position(|p| p.id() == id);
            let p = locked.stopped.remove(at.expect("the stopper has a P that stays"));
            (self.steps.destroy)(self, locked, m, &p);
            self.p(&p).status.set(PStatus::Dead);
            self.emit(m, Event::Destroyed(id));
            locked.dead.push(p);
        }
        // The first to be used again at the end.
        locked.dead.sort_by_key(|p| std::cmp::Reverse(p.id()));
        if procs < old {
            self.set_allp_len(procs);
        }
    }

    fn set_allp_len(&self, procs: u32) {
        // Meets the snapshots of Ms without a P, which keep the old length.
        self.sizes.allp_len.set(procs);
        self.idlep_mask.resize(procs);
        self.timerp_mask.resize(procs);
    }

    /// `p` is about to be destroyed: its Gs and its timers go elsewhere. It is a step.
    ///
    /// Go: proc.go, (*p).destroy 4711-4790 (1.19.8), 5998-6071 (1.27.3). Left out: caches, and the GC's work, of which there is
    /// none while a P is destroyed.
    pub fn destroy(&self, locked: &mut SchedLocked, m: &M, p: &OwnedP) {
        self.move_gs(locked, m, p);
        self.move_timers(m, p);
    }

    /// The Gs of `p` go to the head of the global queue, in their order.
    ///
    /// Go: proc.go, (*p).destroy 4715-4726 (1.19.8), 6002-6013 (1.27.3).
    pub fn move_gs(&self, locked: &mut SchedLocked, m: &M, p: &OwnedP) {
        if !self.p(p).peek_runqempty() {
            self.emit(m, Event::DestroyedWithGs(p.id()));
        }
        let p = self.p(p);
        let head = p.runqhead.owner_load();
        let mut tail = p.runqtail.owner_load();
        // Meets `runqempty` of an M in its last look: it may find the queue empty, or not; the world's start wakes an M.
        while tail != head {
            tail = tail.wrapping_sub(1);
            let g = p.slot(tail).load_relaxed();
            p.runqtail.store_relaxed(tail);
            g.ptr().into_iter().for_each(|g| self.globrunqputhead(locked, g));
        }
        if let Some(g) = p.runnext.owner_load().ptr() {
            self.globrunqputhead(locked, g);
            p.runnext.store_relaxed(Guintptr::NIL);
        }
    }

    /// A resize, 5. Go: proc.go, procresize 4905-4929 (1.19.8), 6189-6292 (1.27.3).
    fn give_out(&self, locked: &mut SchedLocked, now: crate::Time) -> Runnable {
        let (mut runnable, mut idle) = (Vec::new(), Vec::new());
        // The last first.
        while let Some(p) = locked.stopped.pop() {
            self.p(&p).status.set(PStatus::Idle);
            if self.runqempty(p.id()) {
                idle.push(p);
            } else {
                let nm = self.mget(locked);
                runnable.insert(0, (p, nm));
            }
        }
        // The first of them is the last here.
        while let Some(p) = idle.pop() {
            if !self.is_marking() || !(self.steps.gc.assign_at_start)(self, p.id()) {
                idle.push(p);
                break;
            }
            let worker = self.p(&p).next_gc_mark_worker.peek(|&worker| worker);
            assert!(
                worker.is_some(),
                "procresize: an M is to run a P, and there is nothing to run"
            );
            self.emit_by(None, Event::WorkerAtStart(p.id()));
            let nm = self.mget(locked);
            runnable.push((p, nm));
        }
        self.put_idle(locked, idle, now);
        runnable
    }

    /// Puts Ps on the idle list. `idle` has the last of them first.
    fn put_idle(&self, locked: &mut SchedLocked, mut idle: Vec<OwnedP>, now: crate::Time) {
        (self.steps.order_idle)(&mut idle);
        idle.into_iter().for_each(|p| {
            self.pidleput(locked, p, now);
        });
    }

    /// There were `old` Ps up to now. For checks.
    fn notes_resize(&self, old: u32) {
        let now = self.nanotime();
        self.sizes.idle_before.change(|before| {
            before.ticks += (now - before.until) * crate::Time::from(old);
            before.until = now;
        });
        // A new P has passed no safe point, and none is asked for.
        self.allp.iter().for_each(|p| p.safe_points.set(0));
    }
}
