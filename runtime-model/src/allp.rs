//! `allp`, as long as GOMAXPROCS says, and what may read its length.
//!
//! `procresize` (resize.rs) changes the length while the world is stopped, under `sched.lock`. What reads it holds a P, so
//! that the world is not stopped, or the lock: [`KeepsPs`] is the evidence.
//!
//! # Snapshots
//! An M in its last look has neither. So before it drops its P it keeps the length of `allp`, and the slices of the masks
//! ([`Snapshot`]), and looks at no others. What it reads *through* the snapshot may change: a P may be destroyed meanwhile,
//! and its queue is empty then.
//!
//! # The window of a snapshot
//! Ps that are added after the snapshot are not in it. If the M still counts as a spinner, then no M is woken for the work of
//! such a P, and the M does not look there:
//!
//! ```text
//! M2, spinning                       M0, executing main        M1, in a system call, without a P
//! keeps the length of allp: 2
//! drops P1
//!                                    GOMAXPROCS = 3
//!                                                              returns; takes the idle P2
//!                                                              publishes G; nmspinning is 1: wakes no M
//! nmspinning--
//! last look: P0 and P1 have nothing
//! parks                                                        G waits beside the idle P1
//! ```
//!
//! In Go, up to 1.27.3, that is so. In the mended variants, the M takes the snapshot anew, under the lock, once it has stopped
//! spinning ([`Sched::snapshot_again`]): work of a P that is added later is published later, and its maker finds no spinner.
//! The bits of an old mask do no harm by themselves: when the world was stopped, no P was idle, and each may have timers; so
//! an M that reads them looks at more Ps than it needs to.

use crate::idle::OwnedP;
use crate::m::M;
use crate::p::P;
use crate::sched::{Sched, SchedLocked};
use crate::sizes::Snapshot;

/// Evidence that the number of Ps does not change: a P, without which the world is not stopped; or `sched.lock`.
pub trait KeepsPs {}

impl KeepsPs for OwnedP {}
impl KeepsPs for SchedLocked {}

impl Sched {
    /// `allp`. Its length is read with a P, or with the lock held:
    ///
    /// ```
    /// # use runtime_model::{m::M, sched::SchedLocked, Sched};
    /// fn count(sched: &Sched, m: &M, locked: &SchedLocked) -> (usize, usize) {
    ///     (sched.ps(m.p()).len(), sched.ps(locked).len())
    /// }
    /// ```
    ///
    /// Without either it does not compile:
    ///
    /// ```compile_fail,E0277
    /// # use runtime_model::{m::M, Sched};
    /// fn count(sched: &Sched, m: &M) -> usize {
    ///     sched.ps(m).len()
    /// }
    /// ```
    pub fn ps(&self, _: &impl KeepsPs) -> &[P] {
        if !self.resizes {
            return &self.allp;
        }
        &self.allp[..self.sizes.allp_len.get() as usize]
    }

    /// `allp`, for checks and for the world.
    pub fn peek_ps(&self) -> &[P] {
        if !self.resizes {
            return &self.allp;
        }
        &self.allp[..self.sizes.allp_len.peek(|&len| len) as usize]
    }

    /// The Ps that are not in `allp`: they were destroyed, or are to be. For checks.
    pub fn peek_dead_ps(&self) -> &[P] {
        &self.allp[self.peek_ps().len()..]
    }

    /// GOMAXPROCS, the length of `allp` but for the time in which that changes. Read as [`Sched::ps`].
    pub fn gomaxprocs(&self) -> u32 {
        if !self.resizes {
            return self.program.ps;
        }
        self.sizes.procs.get()
    }

    /// GOMAXPROCS, for checks.
    pub fn peek_gomaxprocs(&self) -> u32 {
        self.sizes.procs.peek(|&procs| procs)
    }

    /// `m`, which is about to drop its P, keeps what it will look at without one. It is a step.
    ///
    /// Part 14 of `find_runnable`. Go: proc.go, findRunnable 2721-2729 (1.19.8), 3594-3606 (1.27.3).
    pub fn take_snapshot(&self, m: &mut M) {
        m.snapshot = self.resizes.then(|| self.snapshot(m.p()));
    }

    /// What can be seen of the Ps now.
    fn snapshot(&self, evidence: &impl KeepsPs) -> Snapshot {
        Snapshot {
            ps: self.ps(evidence).len() as u32,
            idlep_mask: self.idlep_mask.words(),
            timerp_mask: self.timerp_mask.words(),
        }
    }

    /// `m`, which has stopped spinning, takes the snapshot anew. It is a step. Ours, not Go's.
    #[sync::summarized]
    pub fn snapshot_again(&self, m: &mut M) {
        if m.snapshot.is_some() {
            // Meets `procresize`, under the lock. A P that is added later gets its Gs and timers later, too: the M that
            // makes them no longer counts this one.
            let locked = self.lock.lock();
            m.snapshot = Some(self.snapshot(&*locked));
        }
    }

    /// The Ps of the snapshot of `m`; in a program in which their number does not change, all of them.
    pub(crate) fn ps_of_snapshot(&self, m: &M) -> &[P] {
        let len = match m.snapshot {
            Some(snapshot) => snapshot.ps as usize,
            None if self.resizes => self.bare_len(m),
            None => self.allp.len(),
        };
        &self.allp[..len]
    }

    /// The length of `allp` as it is, read without a P or the lock: regressions do so.
    fn bare_len(&self, m: &M) -> usize {
        self.sizes.bare_look.set(Some(m.id));
        self.sizes.allp_len.get() as usize
    }
}
