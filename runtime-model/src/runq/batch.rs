//! Several Gs at once, between the global queue and a P's ring.
//!
//! An M that takes a G from the global queue takes its P's share of the others, too. Up to 1.24 it fills its ring while it
//! holds `sched.lock`. Since 1.25 it releases the lock first: for that moment the others are in its hands, and no other M
//! sees them. Putting them onto the ring is then a step 1 of the wake protocol without a step 2:
//!
//! ```text
//! M0, not spinning                      M1, spinning
//! takes G0 and G1 from the global queue
//!                                       finds nothing; drops P1
//!                                       last look: the global queue is empty, P0's ring too
//!                                       parks
//! puts G1 onto P0's ring
//! executes G0                                              G1 waits beside the idle P1
//! ```

use sync::MutexGuard;

use crate::event::Event;
use crate::g::{GId, Guintptr};
use crate::m::M;
use crate::p::OwnedP;
use crate::sched::{Sched, SchedLocked};

impl Sched {
    /// Takes a G from the global queue, and the P's share of the others, under the lock.
    ///
    /// # Errors
    /// If the queue is empty; the lock is held then.
    ///
    /// Go: proc.go, findRunnable 2630-2637 (1.19.8).
    pub(crate) fn globrunqget_share<'a>(
        &self,
        mut locked: MutexGuard<'a, SchedLocked>,
        m: &M,
        p: &OwnedP,
    ) -> Result<GId, MutexGuard<'a, SchedLocked>> {
        self.globrunqget(&mut locked, m, p, 0).ok_or(locked)
    }

    /// The same, but the lock is released before the others go onto the ring of `p`. No M is woken for them.
    ///
    /// # Errors
    /// If the queue is empty; the lock is held then.
    ///
    /// # Panics
    /// As Go does: `Couldn't put Gs into empty local runq`.
    ///
    /// Go: proc.go, findRunnable 3488-3499 (1.27.3; since 1.25).
    pub(crate) fn globrunqget_batch<'a>(
        &self,
        locked: MutexGuard<'a, SchedLocked>,
        m: &M,
        p: &OwnedP,
    ) -> Result<GId, MutexGuard<'a, SchedLocked>> {
        self.take_batch(locked, m, p).map(|(g, _)| g)
    }

    /// The same, and wakes an M for the others. Ours, not Go's.
    ///
    /// # Errors
    /// If the queue is empty; the lock is held then.
    ///
    /// # Panics
    /// As Go does: `Couldn't put Gs into empty local runq`.
    pub(crate) fn globrunqget_batch_and_wake<'a>(
        &self,
        locked: MutexGuard<'a, SchedLocked>,
        m: &M,
        p: &OwnedP,
    ) -> Result<GId, MutexGuard<'a, SchedLocked>> {
        let (g, others) = self.take_batch(locked, m, p)?;
        if others {
            // Wake protocol, 2. Meets the last look (4c) of a spinner that came too late for the global queue and too
            // early for the ring.
            self.wakep(m);
        }
        Ok(g)
    }

    /// Takes a G, and others, which go onto the ring of `p` once the lock is released. Returns also whether there were
    /// others.
    ///
    /// Go: proc.go, globrunqgetbatch 7344-7361 and findRunnable 3491-3496 (1.27.3; since 1.25).
    fn take_batch<'a>(
        &self,
        mut locked: MutexGuard<'a, SchedLocked>,
        m: &M,
        p: &OwnedP,
    ) -> Result<(GId, bool), MutexGuard<'a, SchedLocked>> {
        let n = self.share_of_global(p);
        let Some(g) = locked.runq.pop_front() else { return Err(locked) };
        let others: Vec<GId> = locked.runq.drain(..n as usize - 1).collect();
        self.runqsize.add(-n);
        // From here on no other M can find the others, until they are on the ring.
        drop(locked);
        if others.is_empty() {
            return Ok((g, false));
        }
        self.emit(m, Event::GlobalWithOthers(p.id()));
        let left = self.runqputbatch(p, others);
        assert!(left.is_empty(), "Couldn't put Gs into empty local runq");
        Ok((g, true))
    }

    /// Puts the Gs at the tail of the ring of `p`, which the caller owns, and publishes all of them at once. Returns those
    /// for which the ring has no room.
    ///
    /// Go: proc.go, runqputbatch 5863-5885 (1.19.8), 7616-7643 (1.27.3).
    pub(crate) fn runqputbatch(&self, p: &OwnedP, gs: Vec<GId>) -> Vec<GId> {
        let p = self.p(p);
        let h = p.runqhead.load_acq();
        let t = p.runqtail.owner_load();
        // Thieves may have made more room meanwhile, never less.
        let room = p.runq.len() as u32 - t.wrapping_sub(h);
        let mut gs = gs.into_iter();
        let mut tail = t;
        for g in gs.by_ref().take(room as usize) {
            p.slot(tail).store_relaxed(Guintptr::of(g));
            tail = tail.wrapping_add(1);
        }
        // The ring, step 1.
        p.runqtail.store_rel(tail);
        gs.collect()
    }
}
