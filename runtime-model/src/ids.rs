//! The numbers by which Gs, Ms, Ps, timers and flags are known.

use std::hash::{Hash, Hasher};

use sync::ThreadName;

/// A G's number, its index in `allg`. G 0 is main.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GId(pub u32);

impl GId {
    /// The main goroutine.
    pub const MAIN: GId = GId(0);

    /// The index of this G in `allg`.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl std::fmt::Debug for GId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for GId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "G{}", self.0)
    }
}

/// An M's number, its index in `allm`. M 0 is the thread that started the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MId(pub u32);

impl Hash for MId {
    /// As the name of its thread, so that a search can exchange Ms that are alike.
    fn hash<H: Hasher>(&self, state: &mut H) {
        ThreadName(self.0).hash(state);
    }
}

impl MId {
    /// The thread that runs sysmon. It is not in `allm`: nothing that Ms do with each other concerns it.
    pub const SYSMON: MId = MId(30);

    /// The index of this M in `allm`.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl std::fmt::Debug for MId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for MId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            MId::SYSMON => f.write_str("sysmon"),
            MId(n) => write!(f, "M{n}"),
        }
    }
}

/// A P's number, its index in `allp`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PId(pub u32);

impl PId {
    /// The index of this P in `allp`.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl std::fmt::Debug for PId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for PId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "P{}", self.0)
    }
}

/// The number of a timer that actions name, its index in `Sched::timers`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerId(pub u32);

impl TimerId {
    /// The index of this timer in `Sched::timers`.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl std::fmt::Debug for TimerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for TimerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "T{}", self.0)
    }
}

/// A flag of the program: unset at first, and never unset again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlagId(pub usize);

/// A descriptor's number, its index in `Sched::descriptors`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FdId(pub u32);

impl FdId {
    /// The index of this descriptor.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl std::fmt::Debug for FdId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for FdId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FD{}", self.0)
    }
}
