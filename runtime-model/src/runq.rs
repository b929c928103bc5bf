//! Run queues: each P's ring with `runnext`, the global queue, and stealing.
//!
//! # The ring
//! 1. The owner writes a slot, then releases it to thieves by a store of `runqtail`.
//! 2. An M that takes from it, owner or thief, reads slots between head and tail, then commits by a
//!    compare-and-swap of `runqhead`. If that fails, what it read is void.
//! 3. `runnext` is a slot of its own: only the owner fills it, any M may empty it.
//!
//! Without 2's order a thief would keep a G that the owner took meanwhile: it would run twice.

mod batch;
mod gqueue;

use std::iter;

use crate::event::Event;
use crate::g::{GId, Guintptr};
use crate::m::M;
use crate::p::{OwnedP, PId, P};
use crate::sched::{Sched, SchedLocked};

pub use gqueue::GQueue;

impl Sched {
    /// Whether `p` has no G on its run queue. True only if the queue was empty at some instant during the call.
    ///
    /// The tail is read twice because the owner may kick the G in `runnext` into the ring and then take the new
    /// `runnext`: the ring was empty, then `runnext` is empty, and yet the queue never was.
    ///
    /// It is a step.
    ///
    /// Go: proc.go, runqempty 5754-5767 (1.19.8), 7498-7511 (1.27.3).
    #[sync::summarized]
    pub fn runqempty(&self, p: PId) -> bool {
        (self.steps.runqempty)(self, p)
    }

    /// The same, done right. Go: proc.go, runqempty 5754-5767 (1.19.8), 7498-7511 (1.27.3).
    #[sync::summarized]
    pub(crate) fn runqempty_twice(&self, p: PId) -> bool {
        let p = &self.allp[p.index()];
        loop {
            let head = p.runqhead.load();
            let tail = p.runqtail.load();
            let next = p.runnext.load();
            let empty = head == tail && next == Guintptr::NIL;
            if tail == p.runqtail.load() {
                return empty;
            }
            sync::round_without_progress();
        }
    }

    /// Puts `g` on the run queue of the P that the caller owns: in `runnext`, whose G moves to the ring,
    /// or at the ring's tail. A full ring goes to the global queue, half of it.
    ///
    /// Go: proc.go, runqput 5785-5816 (1.19.8), 7529-7571 (1.27.3).
    #[sync::summarized]
    pub fn runqput(&self, m: &M, p: &OwnedP, g: GId, next: bool) {
        let p = self.p(p);
        let mut g = g;
        if next {
            match self.put_runnext(p, g).ptr() {
                None => return,
                Some(kicked) => g = kicked,
            }
        }
        loop {
            let h = p.runqhead.load_acq();
            let t = p.runqtail.owner_load();
            if t.wrapping_sub(h) < p.runq.len() as u32 {
                p.slot(t).store_relaxed(Guintptr::of(g));
                // The ring, step 1.
                p.runqtail.store_rel(t.wrapping_add(1));
                return;
            }
            if self.runqputslow(m, p, g, h, t) {
                return;
            }
        }
    }

    /// Moves half of the full ring of `p`, and `g`, to the global queue; returns false if a thief was faster, so that
    /// the ring is no longer full.
    ///
    /// # Panics
    /// As Go does: `runqputslow: queue is not full`.
    ///
    /// Go: proc.go, runqputslow 5820-5857 (1.19.8), 7575-7611 (1.27.3).
    fn runqputslow(&self, m: &M, p: &P, g: GId, h: u32, t: u32) -> bool {
        let n = t.wrapping_sub(h) / 2;
        assert!(n == p.runq.len() as u32 / 2, "runqputslow: queue is not full");
        let batch: Vec<Guintptr> = p.read(h, n).collect();
        if !p.runqhead.cas_rel(h, h.wrapping_add(n)) {
            return false;
        }
        self.emit(m, Event::RingOverflow);
        let batch = batch.into_iter().filter_map(Guintptr::ptr).chain(iter::once(g));
        let mut locked = self.lock.lock();
        batch.for_each(|g| self.globrunqput(&mut locked, g));
        true
    }

    /// Takes the next G to run from the run queue of the P that the caller owns.
    ///
    /// Go: proc.go, runqget 5897-5918 (1.19.8), 7649-7670 (1.27.3).
    #[sync::summarized]
    pub fn runqget(&self, p: &OwnedP) -> Option<GId> {
        let p = self.p(p);
        let next = p.runnext.load();
        // If it fails, a thief took it; only the caller could have filled it again.
        if next != Guintptr::NIL && p.runnext.cas(next, Guintptr::NIL) {
            return next.ptr();
        }
        loop {
            let h = p.runqhead.load_acq();
            if p.runqtail.owner_load() == h {
                return None;
            }
            let g = p.slot(h).load_relaxed();
            // The ring, step 2.
            if p.runqhead.cas_rel(h, h.wrapping_add(1)) {
                return g.ptr();
            }
        }
    }

    /// Takes half of the Gs of `victim`'s ring, or its `runnext` if there are none and `next` is set.
    ///
    /// Go backs off for 3 µs before it takes the `runnext` of a P that runs; here any thread may be late
    /// at any time.
    ///
    /// Go: proc.go, runqgrab 5963-6013 (1.19.8), 7713-7776 (1.27.3).
    fn runqgrab(&self, victim: &P, next: bool) -> Grabbed {
        loop {
            let h = victim.runqhead.load_acq();
            let t = victim.runqtail.load_acq();
            let n = t.wrapping_sub(h);
            let n = n - n / 2;
            if n == 0 {
                if !next {
                    return Grabbed::Nothing;
                }
                let g = victim.runnext.load();
                let Some(id) = g.ptr() else { return Grabbed::Nothing };
                if victim.runnext.cas(g, Guintptr::NIL) {
                    return Grabbed::Runnext(id);
                }
                continue;
            }
            if n > victim.runq.len() as u32 / 2 {
                continue; // head and tail do not belong together
            }
            let batch = victim.read(h, n).collect();
            // The ring, step 2.
            if victim.runqhead.cas_rel(h, h.wrapping_add(n)) {
                return Grabbed::Ring(batch);
            }
        }
    }

    /// Steals from `victim` onto the ring of the P that `m` owns, which is empty, and returns one of the Gs.
    ///
    /// # Panics
    /// As Go does: `runqsteal: runq overflow`.
    ///
    /// Go: proc.go, runqsteal 6018-6035 (1.19.8), 7781-7798 (1.27.3).
    #[sync::summarized]
    pub fn runqsteal(&self, m: &M, victim: PId, next: bool) -> Option<GId> {
        let p = self.p(m.p());
        let mut batch = match self.runqgrab(&self.allp[victim.index()], next) {
            Grabbed::Nothing => return None,
            Grabbed::Runnext(g) => {
                self.emit(m, Event::RunnextStolen(victim));
                return Some(g);
            }
            Grabbed::Ring(batch) => batch,
        };
        self.emit(m, Event::Stolen(victim));
        let g = batch.pop()?.ptr();
        if batch.is_empty() {
            return g;
        }
        self.emit(m, Event::StolenWithOthers(victim));
        let t = p.runqtail.owner_load();
        let n = batch.len() as u32;
        let at = (0..n).map(|i| p.slot(t.wrapping_add(i)));
        at.zip(batch).for_each(|(slot, g)| slot.store_relaxed(g));
        let h = p.runqhead.load_acq();
        assert!(t.wrapping_sub(h) + n < p.runq.len() as u32, "runqsteal: runq overflow");
        p.runqtail.store_rel(t.wrapping_add(n));
        g
    }

    /// Puts `g` at the end of the global queue. Go: proc.go, globrunqput 5568-5573 (1.19.8), 7300-7304 (1.27.3).
    pub fn globrunqput(&self, locked: &mut SchedLocked, g: GId) {
        locked.runq.push_back(g);
        self.runqsize.add(1);
    }

    /// Puts `g` at the head of the global queue. Go: proc.go, globrunqputhead 5580-5585 (1.19.8), 7311-7315 (1.27.3).
    pub(crate) fn globrunqputhead(&self, locked: &mut SchedLocked, g: GId) {
        locked.runq.push_front(g);
        self.runqsize.add(1);
    }

    /// Takes a G from the global queue, and the P's share of the others onto its ring; at most `max`, if
    /// that is not 0. How many there are it knows from `runqsize`, which is written under the lock alone: so the
    /// plain read of it is that of an owner.
    ///
    /// Go: proc.go, globrunqget 5603-5630 (1.19.8), globrunqget 7332-7340 (1.27.3).
    pub fn globrunqget(
        &self,
        locked: &mut SchedLocked,
        m: &M,
        p: &OwnedP,
        max: i32,
    ) -> Option<GId> {
        let n = self.share_of_global(p);
        if n == 0 {
            return None;
        }
        let n = if max > 0 { n.min(max) } else { n };
        self.runqsize.add(-n);
        let g = locked.runq.pop_front();
        if n > 1 {
            self.emit(m, Event::GlobalWithOthers(p.id()));
        }
        for _ in 1..n {
            if let Some(g) = locked.runq.pop_front() {
                self.runqput(m, p, g, false);
            }
        }
        g
    }

    /// How many Gs of the global queue an M takes at once for `p`: 0 if there is none. The caller holds the lock.
    ///
    /// Go: proc.go, globrunqget 5606-5619 (1.19.8), globrunqgetbatch 7347-7351 (1.27.3).
    fn share_of_global(&self, p: &OwnedP) -> i32 {
        let size = self.runqsize.owner_load();
        let share = size / self.gomaxprocs() as i32 + 1;
        share.min(size).min(self.p(p).runq.len() as i32 / 2)
    }

    /// Takes all Gs from the run queue of the P that the caller owns, and links them. It is a step.
    ///
    /// Go: proc.go, runqdrain 5922-5957 (1.19.8), 7674-7707 (1.27.3).
    pub fn runqdrain(&self, p: &OwnedP) -> GQueue {
        (self.steps.runqdrain)(self, p)
    }

    /// The same, done right: a G is the caller's only once the head has been moved past it, so its link may be written
    /// only then.
    pub(crate) fn runqdrain_then_link(&self, p: &OwnedP) -> GQueue {
        let p = self.p(p);
        let mut drained = GQueue::default();
        let next = p.runnext.load();
        if next != Guintptr::NIL && p.runnext.cas(next, Guintptr::NIL) {
            next.ptr().into_iter().for_each(|g| drained.push_back(&self.allg, g));
        }
        loop {
            let h = p.runqhead.load_acq();
            let n = p.runqtail.owner_load().wrapping_sub(h);
            if n == 0 {
                return drained;
            }
            // The ring, step 2.
            if p.runqhead.cas_rel(h, h.wrapping_add(n)) {
                p.read(h, n)
                    .filter_map(Guintptr::ptr)
                    .for_each(|g| drained.push_back(&self.allg, g));
                return drained;
            }
        }
    }

    /// Puts `g` in `runnext` and returns what was there. Go: proc.go, runqput 5790-5801 (1.19.8), 7545-7556 (1.27.3).
    fn put_runnext(&self, p: &P, g: GId) -> Guintptr {
        loop {
            let old = p.runnext.load();
            if (self.steps.publish_next)(&p.runnext, old, Guintptr::of(g)) {
                return old;
            }
        }
    }
}

/// What `runqgrab` took.
enum Grabbed {
    Nothing,
    Runnext(GId),
    Ring(Vec<Guintptr>),
}

impl P {
    /// The slot of the ring that `i`, which only grows, stands for.
    pub fn slot(&self, i: u32) -> &sync::Atomic<Guintptr> {
        &self.runq[i as usize % self.runq.len()]
    }

    /// Reads `n` slots from `h` on. They count only once the head has been moved past them.
    ///
    /// Go: proc.go, runqgrab 6005-6008 (1.19.8), 7768-7771 (1.27.3).
    fn read(&self, h: u32, n: u32) -> impl Iterator<Item = Guintptr> + '_ {
        (0..n).map(move |i| self.slot(h.wrapping_add(i)).load_relaxed())
    }

    /// No G is on the run queue. For checks, and for the owner of the queue, as no other M fills it.
    pub fn peek_runqempty(&self) -> bool {
        self.runnext.peek() == Guintptr::NIL && self.runqhead.peek() == self.runqtail.peek()
    }

    /// The Gs on the run queue, `runnext` first. For checks.
    pub fn peek_runq(&self) -> Vec<GId> {
        let ring = self.runqhead.peek()..self.runqtail.peek();
        let ring = ring.map(|i| self.slot(i).peek());
        iter::once(self.runnext.peek()).chain(ring).filter_map(Guintptr::ptr).collect()
    }
}
