//! The holder of a lock: the thread that has it, and the rules of the lock.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use crate::Name;

/// The holder of a lock, for the detection of deadlocks.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(crate) name: Name,
    /// The number of the thread plus one; 0 if the lock is free.
    thread: AtomicUsize,
    /// Its rank in the order in which locks are taken; 0 if it has none.
    rank: AtomicU32,
    /// Whether no thread may be woken while it is held.
    forbids_wakeups: AtomicBool,
}

impl Holder {
    /// A free lock's holder, without a rank.
    pub(crate) fn new(name: Name) -> Holder {
        Holder {
            name,
            thread: AtomicUsize::new(0),
            rank: AtomicU32::new(0),
            forbids_wakeups: AtomicBool::new(false),
        }
    }

    pub(crate) fn set_thread(&self, thread: Option<usize>) {
        self.thread.store(thread.map_or(0, |thread| thread + 1), Ordering::SeqCst);
    }

    pub(crate) fn set_rank(&self, rank: u32) {
        self.rank.store(rank, Ordering::SeqCst);
    }

    pub(crate) fn forbid_wakeups(&self) {
        self.forbids_wakeups.store(true, Ordering::SeqCst);
    }

    pub(crate) fn thread(&self) -> Option<usize> {
        self.thread.load(Ordering::SeqCst).checked_sub(1)
    }

    /// Its rank in the order in which locks are taken, if it has one.
    pub(crate) fn rank(&self) -> Option<u32> {
        Some(self.rank.load(Ordering::SeqCst)).filter(|&rank| rank > 0)
    }

    /// Whether no thread may be woken while it is held.
    pub(crate) fn forbids_wakeups(&self) -> bool {
        self.forbids_wakeups.load(Ordering::SeqCst)
    }
}
