//! What Gs wait for besides the scheduler: the program's flags, and its exit.

use sync::{Ghost, Latch};

use crate::program::{FlagId, Program};

/// The environment of the scheduler.
pub struct World {
    /// The program's flags.
    pub flags: Vec<Latch>,
    /// Never set: main's M waits here once main has exited.
    pub(super) exit: Latch,
    /// Flags on which a G waits that may be nudged, once each.
    pub(super) nudges: Ghost<Vec<FlagId>>,
}

impl World {
    pub(crate) fn new(program: &Program) -> Self {
        World {
            flags: program.flags.iter().map(|&name| Latch::new(name)).collect(),
            exit: Latch::new("exit"),
            nudges: Ghost::new(Vec::new()),
        }
    }
}
