//! The places where Gs that are locked to their thread may be handled wrongly.

use crate::ids::MId;
use crate::m::M;
use crate::p::OwnedP;
use crate::sched::{Sched, SchedLocked};

/// The steps of locked Gs that regressions replace.
#[derive(Clone, Copy)]
pub struct LockedSteps {
    /// An M has found a G that is locked to another M. Returns whether the G is that M's now; else the caller runs it.
    ///
    /// Go: proc.go, schedule 3245-3250 (1.19.8), 4238-4243 (1.27.3).
    pub startlockedm: fn(&Sched, &mut M, MId) -> bool,
    /// An M that is locked to a G is about to wait for it: one M less counts as running.
    ///
    /// Go: proc.go, stoplockedm 2446 (1.19.8), 3276 (1.27.3).
    pub waits: fn(&Sched, &M),
    /// An M that waits for the G that it is locked to is about to be woken: one M more counts as running.
    ///
    /// Go: proc.go, startlockedm 2474 (1.19.8), 3304 (1.27.3).
    pub wakes: fn(&Sched, &M),
    /// An M is about to end, and gives up its P. Go: proc.go, mexit 1487 and 1536 (1.19.8), 2014 and 2080 (1.27.3).
    pub hands_off: fn(&Sched, &M, OwnedP),
    /// An M that ends is no longer counted. Go: proc.go, mexit 1489-1490 and 1543-1544 (1.19.8), 2016-2017 and 2087-2088 (1.27.3).
    pub exits: fn(&Sched, &mut SchedLocked, &M),
}

/// Locked Gs as they are in all releases.
pub const LOCKED: LockedSteps = LockedSteps {
    startlockedm: |sched, m, of| {
        sched.startlockedm(m, of);
        true
    },
    waits: |sched, m| sched.incidlelocked(m, 1),
    wakes: |sched, m| sched.incidlelocked(m, -1),
    hands_off: Sched::handoffp,
    exits: Sched::count_exit,
};
