//! M: a thread that runs Gs, given a P.
//!
//! Go: runtime2.go, type m 526-607 (1.19.8), 616-729 (1.27.3).

use sync::{Atomic, Ghost, Note, Plain};

use crate::idle::OwnedP;
pub use crate::ids::MId;
use crate::ids::{GId, PId};
use crate::sizes::Snapshot;

/// The calling M: Go's `getg().m`. Only its thread has it, so functions that need it take it as an argument.
#[derive(Hash)]
pub struct M {
    /// Which M this is.
    pub id: MId,
    /// `m.p`: the P it runs on. None while it is parked, or between dropping a P and parking.
    pub(crate) p: Option<OwnedP>,
    /// `m.allpSnapshot`, and those of the masks: what it looks at once it has dropped its P. None in a program in which the
    /// number of Ps does not change, and while it has a P.
    pub(crate) snapshot: Option<Snapshot>,
    /// `m.lockedExt`: how often its G has locked itself to it, and not unlocked itself again.
    pub(crate) locked_ext: u32,
    /// The G that it runs, while that adds a timer and is to be preempted. What asks is `startm_preemptible` alone.
    pub(crate) preempted: Option<GId>,
    /// Its G has ended while it was locked: the M is to end.
    pub(crate) exits: bool,
}

impl M {
    /// An M without a P: at its start, or for a kernel, which is a few threads and one structure, without the start of the
    /// world.
    pub fn of_kernel(id: MId) -> Self {
        M { id, p: None, snapshot: None, locked_ext: 0, preempted: None, exits: false }
    }

    /// The P it runs on.
    ///
    /// # Panics
    /// If it has none: the model called a function that needs a P without one.
    pub fn p(&self) -> &OwnedP {
        self.p.as_ref().unwrap_or_else(|| panic!("{}: no p", self.id))
    }
}

/// What an M remembers while it is in a system call.
#[derive(Hash)]
pub struct Entered {
    /// `m.oldp`: the P that it had, unless that was handed off.
    pub(crate) oldp: Option<PId>,
    /// `m.syscalltick`: how many system calls that P had seen.
    pub(crate) tick: u32,
}

impl Entered {
    /// The P that it had, unless that was handed off.
    pub fn oldp(&self) -> Option<PId> {
        self.oldp
    }

    /// Of a call before which the P was handed off.
    pub fn without_p() -> Self {
        Entered { oldp: None, tick: 0 }
    }
}

/// What has become of a G whose system call has returned, and for which there was no P.
#[derive(Debug, Hash)]
pub enum AfterCall {
    /// There is an idle P by now.
    P(OwnedP),
    /// It is on the global queue.
    Queued {
        /// It is locked to the M of the call.
        locked: bool,
    },
}

/// Where an M is with its system call. For checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// In none.
    Out,
    /// It enters, or leaves, or the operating system has it.
    Inside,
}

/// The part of an M that other Ms can access.
pub struct MShared {
    /// The note it sleeps on while it is on `midle`.
    pub park: Note,
    /// The P that it runs next: set by the M that wakes it, before the wakeup.
    pub nextp: Plain<Option<OwnedP>>,
    /// `m.p`, in a system call of Go 1.26 or later: its G's scan bit is needed to take it.
    pub(crate) lent: Plain<Option<OwnedP>>,
    /// It looks for work and is counted in `nmspinning`. Only the M itself accesses it while it runs, and only its
    /// waker while it is parked.
    pub spinning: Plain<bool>,
    /// `m.lockedg`: the G that is locked to it. Written and read by the M itself.
    pub lockedg: Plain<Option<GId>>,
    /// The note it sleeps on while the operating system has it.
    pub(crate) returns: Note,
    /// It waits in a system call that returns when the world moves. Written by the M itself.
    pub(crate) awaits_return: Plain<bool>,
    /// The world has let that call return. Written before the M is woken, and by the M itself.
    pub(crate) may_return: Plain<bool>,
    /// It is to choose which system calls return. Set when no M moves, by any M; no lock orders it after the M itself has
    /// cleared it.
    pub(crate) moves_world: Atomic<bool>,
    /// Where it is with its system call. For checks.
    pub stage: Ghost<Stage>,
    /// Its `m.oldp`: the P that it put into its system call. For checks.
    pub oldp: Ghost<Option<PId>>,
    /// Its `m.p`, for checks.
    pub p: Ghost<Option<PId>>,
    /// The G that it executes, for checks.
    pub curg: Ghost<Option<GId>>,
    /// It waits in a poll. For checks.
    pub polls: Ghost<bool>,
    /// It has its thread. For checks.
    pub started: Ghost<bool>,
    /// It sleeps until the G that it is locked to can run. For checks.
    pub waits_for_locked_g: Ghost<bool>,
    /// It has ended. For checks.
    pub exited: Ghost<bool>,
}

impl MShared {
    pub(crate) fn new(id: MId) -> Self {
        let name = |field| ("M", id.0, field);
        sync::make_for(id.0, || MShared {
            park: Note::new(name("park")),
            nextp: Plain::new(name("nextp"), None),
            lent: Plain::new(name("lent"), None),
            spinning: Plain::new(name("spinning"), false),
            lockedg: Plain::new(name("lockedg"), None),
            returns: Note::new(name("returns")),
            awaits_return: Plain::new(name("awaits_return"), false),
            may_return: Plain::new(name("may_return"), false),
            moves_world: Atomic::new(name("moves_world"), false),
            stage: Ghost::new(Stage::Out),
            oldp: Ghost::new(None),
            p: Ghost::new(None),
            curg: Ghost::new(None),
            polls: Ghost::new(false),
            started: Ghost::new(false),
            waits_for_locked_g: Ghost::new(false),
            exited: Ghost::new(false),
        })
    }
}
