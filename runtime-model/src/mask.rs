//! One bit for each P.

use sync::{Atomic, Mutex, Name};

use crate::p::PId;

/// An atomic set of Ps. Go: proc.go, pMask 5633 (1.19.8), 7364 (1.27.3).
pub struct PMask(Atomic<u32>);

impl PMask {
    /// At most this many Ps: one word of Go's mask.
    pub const MAX: u32 = 32;

    /// The set of the first `ps` Ps. Written under `lock`.
    pub(crate) fn first<L>(name: impl Into<Name>, ps: u32, lock: &Mutex<L>) -> Self {
        let bits = (0..ps).map(|p| bit(PId(p))).sum();
        PMask(Atomic::new(name, bits).written_under(lock))
    }

    /// Whether `p`'s bit is set. Go: proc.go, (pMask).read 5636-5640 (1.19.8),
    /// 7367-7371 (1.27.3).
    #[sync::summarized]
    pub fn read(&self, p: PId) -> bool {
        self.0.load() & bit(p) != 0
    }

    /// Sets `p`'s bit. Go: proc.go, (pMask).set 5643-5647 (1.19.8), 7374-7378 (1.27.3).
    #[track_caller]
    pub fn set(&self, p: PId) {
        self.0.or(bit(p));
    }

    /// Clears `p`'s bit. Go: proc.go, (pMask).clear 5650-5654 (1.19.8), 7381-7385 (1.27.3).
    #[track_caller]
    pub fn clear(&self, p: PId) {
        self.0.and(!bit(p));
    }

    /// Whether `p`'s bit is set, for checks: no operation.
    pub fn peek(&self, p: PId) -> bool {
        self.0.peek() & bit(p) != 0
    }
}

fn bit(p: PId) -> u32 {
    1 << p.0
}
