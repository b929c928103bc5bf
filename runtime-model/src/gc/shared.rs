//! The GC's part of the scheduler's data.

use sync::{Atomic, Ghost, Latch};

use crate::ids::GId;
use crate::program::Program;

use super::words::{IdleMarkWorkers, MarkWork, WorkerPool};

/// The GC's part of the scheduler's data.
pub struct Gc {
    /// `gcBlackenEnabled`: workers and assists may mark. Written while the world is stopped.
    pub blacken_enabled: Atomic<bool>,
    /// `work.full`: the units of work.
    pub work: Atomic<MarkWork>,
    /// `gcBgMarkWorkerPool`: the workers that no M has.
    pub pool: Atomic<WorkerPool>,
    /// `dedicatedMarkWorkersNeeded`: so many more dedicated workers should run.
    pub dedicated_needed: Atomic<i64>,
    /// How many idle workers run, and how many may.
    pub idle_mark_workers: Atomic<IdleMarkWorkers>,
    /// So many dedicated workers run at a time in this cycle. For checks.
    pub dedicated: Ghost<i64>,
    /// The end of the last cycle; 0 if there was none. Go: memstats.last_gc_nanotime.
    pub last_gc: Atomic<i64>,
    /// What a G has that waits for the end of marking; None if there is none.
    pub(super) end: Option<MarkEnd>,
    /// For each flag of the program: a worker waits here while it marks a unit that takes long.
    pub(crate) long: Vec<Latch>,
}

impl Gc {
    /// No cycle, and all workers in the pool.
    pub(crate) fn new(program: &Program) -> Self {
        let long = |flag: u32| Latch::new(("flag", flag, "long mark"));
        Gc {
            blacken_enabled: Atomic::new("gcBlackenEnabled", false),
            work: Atomic::new("work.full", MarkWork::default()),
            pool: Atomic::new("gcBgMarkWorkerPool", program.mark_workers().rev().collect()),
            dedicated_needed: Atomic::new("dedicatedMarkWorkersNeeded", 0),
            idle_mark_workers: Atomic::new("idleMarkWorkers", IdleMarkWorkers::default()),
            dedicated: Ghost::new(0),
            last_gc: Atomic::new("last_gc_nanotime", 0),
            end: MarkEnd::of(program),
            long: if program.has_gc() {
                (0..program.flags.len() as u32).map(long).collect()
            } else {
                vec![]
            },
        }
    }
}

/// What a program has in which a G waits for the end of marking.
pub(crate) struct MarkEnd {
    /// The G.
    pub(super) waiter: GId,
    /// The end has been found in this cycle.
    pub(super) found: Atomic<bool>,
}

impl MarkEnd {
    fn of(program: &Program) -> Option<Self> {
        let waiter = program.waits_for_marking()?;
        Some(MarkEnd { waiter, found: Atomic::new("markEndFound", false) })
    }
}
