//! The number of Ps, which may change, and what is known of it.

use sync::{Ghost, Plain};

use crate::ids::MId;
use crate::mask::Words;
use crate::{Time, START};

/// GOMAXPROCS, and what belongs to it. Written under the lock, while the world is stopped.
pub struct Sizes {
    /// The length of Go's `allp`.
    pub(crate) allp_len: Plain<u32>,
    /// GOMAXPROCS.
    pub(crate) procs: Plain<u32>,
    /// An M without a P has looked at `allp` as it is. For checks.
    pub bare_look: Ghost<Option<MId>>,
    /// What was counted of idle Ps under faketime before GOMAXPROCS changed last. For checks.
    pub idle_before: Ghost<IdleBefore>,
}

impl Sizes {
    /// There are `ps` Ps at the start.
    pub(crate) fn new(ps: u32) -> Self {
        Sizes {
            allp_len: Plain::new("len(allp)", ps),
            procs: Plain::new("gomaxprocs", ps),
            bare_look: Ghost::new(None),
            idle_before: Ghost::new(IdleBefore { until: START, ticks: 0 }),
        }
    }
}

/// What was counted of idle Ps under faketime before GOMAXPROCS changed last. For checks.
#[derive(Clone, Copy, Debug, Hash)]
pub struct IdleBefore {
    /// Up to when.
    pub until: Time,
    /// So many ticks, each P by itself.
    pub ticks: Time,
}

/// What an M that drops its P keeps of `allp` and of the masks, to look at it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Snapshot {
    /// The length of `allp`.
    pub(crate) ps: u32,
    pub(crate) idlep_mask: Words,
    pub(crate) timerp_mask: Words,
}
