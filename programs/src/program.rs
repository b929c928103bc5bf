//! A program, and how far a run of it goes.

use std::time::Duration;

use crate::AtEnd;

/// A program: a name, and the function that starts it.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) name: &'static str,
    pub(crate) start: fn() -> AtEnd,
    pub(crate) limits: Limits,
}

/// How far a run goes.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The bound on preemptions.
    pub bound: Bound,
    /// The time after which the run stops, *incomplete*.
    pub time: Duration,
    /// The most operations in an execution.
    pub steps: usize,
    /// explore: the bytes of stack for each thread.
    pub stack: usize,
    /// explore: the bytes of heap for an execution.
    pub heap: usize,
    /// The most threads, with the first: at most 5 on loom, and 64 elsewhere, which `None` stands for.
    pub threads: Option<usize>,
    /// Whether each `Parker` and `Condvar` may wake a thread once without a reason.
    pub spurious: bool,
    /// explore: every so many restored states, the search compares one with the same steps run from scratch; 0 is never.
    pub audit: u64,
    /// Whether a search that holds is followed by two short ones, each of which takes a hundredth of its time, or 10 ms.
    /// One compares restored states with runs from scratch, to find programs that depend on something else. One goes
    /// beyond known states, to find checkpoints that leave a local out.
    pub probes: bool,
    /// The CPU time that the process may use without an operation of the program, before it ends with an error.
    pub silence: Duration,
    /// The OS threads that search.
    pub jobs: usize,
}

/// The bound on preemptions: switches away from a thread that could go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// None. A search that does not end soon tries 0, 1 and 2 preemptions before it goes on, since bugs need few. loom,
    /// which seldom ends without a bound, has one of 3.
    Auto,
    /// None from the beginning.
    None,
    /// At most so many.
    Most(usize),
}

impl Limits {
    /// A minute, and no bound.
    pub const DEFAULT: Limits = Limits {
        bound: Bound::Auto,
        time: Duration::from_secs(60),
        steps: 10_000,
        stack: 256 * 1024,
        heap: 16 * 1024 * 1024,
        threads: None,
        spurious: false,
        audit: 0,
        probes: true,
        silence: Duration::from_secs(5),
        jobs: 1,
    };
}

impl Program {
    /// The program that `start` starts. It is called once for each execution.
    pub const fn new(name: &'static str, start: fn() -> AtEnd) -> Program {
        Program { name, start, limits: Limits::DEFAULT }
    }

    /// The program with these limits.
    #[must_use]
    pub fn with(self, limits: Limits) -> Program {
        Program { limits, ..self }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }
}
