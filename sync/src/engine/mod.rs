//! The engine: raw words, locks and monitors, threads, and the runs of all executions.
//!
//! Each engine is one module, and all have the same items; what they share is here. No code outside this
//! module knows which engine runs.
//!
//! An engine never lets a panic unwind through a switch of threads, and releases locks without a switch.

#[cfg(any(
    all(feature = "loom", feature = "shuttle"),
    all(feature = "loom", feature = "explore"),
    all(feature = "shuttle", feature = "explore")
))]
compile_error!(
    "features `loom`, `shuttle` and `explore` exclude each other: choose --features loom (weak memory), \
     --features shuttle (sampled schedules), --features explore (all states), or none (std)"
);

#[cfg(feature = "loom")]
#[path = "loom/mod.rs"]
mod chosen;

#[cfg(all(feature = "shuttle", not(feature = "loom")))]
#[path = "shuttle/mod.rs"]
mod chosen;

#[cfg(restoring)]
#[path = "explore/mod.rs"]
mod chosen;

#[cfg(not(exploring))]
#[path = "std.rs"]
mod chosen;

#[cfg(searching)]
mod search;

#[cfg(searching)]
mod sequential;

#[cfg(not(feature = "loom"))]
mod no_race_detector;

pub use chosen::ENGINE;
pub(crate) use chosen::{
    begin_execution, check, choose, classify_panic, fence, install_hook, replay, run_all, stop,
    stop_exploring, yield_now, Cell, Handle, Lock, LockGuard, Mark, Monitor, MonitorGuard, Threads,
    Word, TRACKS_RACES,
};

#[cfg_attr(not(searching), path = "tracking_off.rs")]
pub(crate) mod tracking;

/// The memory order of an operation on a word.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    /// One total order with all other such operations, as Go's atomics have.
    Total,
    /// A load acquires; a store or an update releases. An update that fails is relaxed.
    Weak,
    Relaxed,
}

/// An atomic read-modify-write.
#[derive(Clone, Copy)]
pub(crate) enum Update {
    Swap(u64),
    Cas { old: u64, new: u64 },
    Add(u64),
    Or(u64),
    And(u64),
}

impl Update {
    /// The value that replaces `old`; `None` if a comparison fails.
    pub(crate) fn apply(self, old: u64) -> Option<u64> {
        match self {
            Update::Swap(new) => Some(new),
            Update::Cas { old: expected, new } => (old == expected).then_some(new),
            Update::Add(delta) => Some(old.wrapping_add(delta)),
            Update::Or(bits) => Some(old | bits),
            Update::And(bits) => Some(old & bits),
        }
    }
}
