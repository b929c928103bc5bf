//! What a search for work finds.

use crate::ids::GId;
use crate::Time;

/// What a search for work, or a part of one, came to.
#[derive(Hash)]
pub enum Found {
    /// A G to run.
    G(GId),
    /// A G of the global queue, taken before the P's own Gs were looked at.
    Fair(GId),
    /// A dedicated mark worker.
    Worker(GId),
    /// No G, but there may be one now: search again from the start. Go's `goto top`.
    Again,
    /// No work. Holds the time of the earliest timer seen, due or not, or 0: the M polls if there is one.
    Nothing(Time),
}

/// In which way a G was found.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Way {
    /// Where it was to be found.
    Usual,
    /// On the global queue, before the P's own Gs were looked at.
    Fair,
    /// It is a dedicated mark worker, and came before all Gs. Go: `tryWakeP`.
    Worker,
}
