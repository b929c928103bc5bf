//! What Gs wait for besides the scheduler: the program's flags, and its exit.

use sync::{Atomic, Condition, Ghost, Latch, Note};

use crate::g::GId;
use crate::program::{FlagId, Program};
use crate::{Time, START};

use super::kernel::Kernel;

/// The environment of the scheduler.
pub struct World {
    /// The program's flags.
    pub flags: Vec<Latch>,
    /// Never set: main's M waits here once main has exited.
    pub(super) exit: Latch,
    /// Flags on which a G waits that may be nudged, once each.
    pub(super) nudges: Ghost<Vec<FlagId>>,
    /// The Gs that were preempted while they were busy, each with its next action, since an action was last done. A G is there
    /// as often as it was preempted.
    pub(crate) given_way: Ghost<Vec<(GId, usize)>>,
    /// The next instant at which sysmon would do something, when the world last moved; 0 if there is none.
    pub(super) sysmon_acts_at: Atomic<i64>,
    /// The time, if it is real. Written by the world alone.
    pub clock: Atomic<i64>,
    /// How many CPUs the program may use: what GOMAXPROCS is set to, where it changes by itself.
    pub cpus: Atomic<u32>,
    /// The operating system's part of the poller.
    pub kernel: Condition<Kernel>,
    /// Ticks for which Ps were idle, each P by itself. For checks.
    pub idle_ticks: Ghost<Time>,
    /// Wakes the world's thread, when no M can move.
    pub(super) turn: Note,
}

impl World {
    pub(crate) fn new(program: &Program) -> Self {
        World {
            flags: program.flags.iter().map(|&name| Latch::new(name)).collect(),
            exit: Latch::new("exit"),
            nudges: Ghost::new(Vec::new()),
            given_way: Ghost::new(Vec::new()),
            sysmon_acts_at: Atomic::new("sysmon's next instant", 0),
            clock: Atomic::new("clock", START),
            cpus: Atomic::new("CPUs", program.ps),
            kernel: Kernel::new(program),
            idle_ticks: Ghost::new(0),
            turn: Note::new("world's turn"),
        }
    }
}
