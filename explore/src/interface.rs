//! The seam between a search and the substrate that runs the threads.
//!
//! Pull style: the substrate runs the threads and asks the search at each *node*, which is a state
//! between two steps. The search owns the cache, the sleep sets, the bounds, the statistics; the
//! substrate owns threads, and ways back to a node that it has been at.

use crate::operation::{Footprint, Operation, ThreadId};
use crate::renaming::Renaming;

/// Who goes on, and with which outcome of its choice (0 where nothing is chosen).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pick {
    /// The thread, or [`ThreadId::WORLD`].
    pub thread: ThreadId,
    /// Which outcome.
    pub outcome: u32,
}

impl Pick {
    /// The same step in the state that the renaming leads to.
    pub(crate) fn renamed(self, renaming: Renaming) -> Pick {
        Pick { thread: renaming.of(self.thread), ..self }
    }
}

/// A thread that has not finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// Which.
    pub thread: ThreadId,
    /// What it does next.
    pub operation: Operation,
    /// Whether it can.
    pub enabled: bool,
}

/// How an execution ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// All threads have finished, or one has ended the program, without a failure.
    Complete,
    /// It failed.
    Failed,
}

/// A state between two steps, just reached.
pub struct Node<'a> {
    /// The threads that have not finished, by their ids; the environment, if it is to move.
    pub threads: &'a [Pending],
    /// The state, whoever is who of interchangeable threads.
    pub fingerprint: u128,
    /// What threads are called in the state that stands for all of those.
    pub renaming: Renaming,
    /// The state, with everybody who he is.
    pub own: u128,
    /// Of its shared objects and pending operations alone; 0 if nobody [`Search::wants_pairs`].
    pub pair: u128,
    /// What the step did that led here. Of the first node, nothing.
    pub step: &'a Footprint,
    /// The execution has ended here.
    pub ended: Option<Ended>,
}

/// What is to happen at a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// This step. With `keep_mark`, the search will come back to the node.
    Step {
        /// Which.
        pick: Pick,
        /// Whether it will come back.
        keep_mark: bool,
    },
    /// Nothing more from here: the substrate asks where to go on.
    Backtrack,
    /// The search is over.
    Stop,
}

/// Where a search goes on: at a node that it has been at, with another step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resume<'a> {
    /// The node, by the number of steps that lead to it.
    pub depth: usize,
    /// Those steps.
    pub path: &'a [Pick],
    /// The step from there.
    pub next: Pick,
    /// The search will not come back to the node.
    pub last: bool,
    /// The node is not on the path of the execution that ends here: another worker has been there.
    pub from_another_worker: bool,
    /// The node's state: that of an execution that gets there has to be the same.
    pub fingerprint: u128,
}

/// Says who goes on.
pub trait Search {
    /// A new node: or the end of an execution.
    fn at_node(&mut self, node: &Node<'_>) -> Next;

    /// A node with this fingerprint, and with this one of its own, is about to be reached: what it takes to look it
    /// up can be got ready.
    fn expects(&mut self, _fingerprint: u128, _own: u128) {}

    /// Where to go on; `None` when the search is over.
    fn backtrack(&mut self) -> Option<Resume<'_>>;

    /// The substrate goes no further, whatever is left to do: somebody has told it to stop.
    fn ends(&mut self) {}

    /// Whether it begins at the first node; else it is asked where to go on first.
    fn begins_at_root(&self) -> bool {
        true
    }

    /// Whether nodes are to have a [`Node::pair`].
    fn wants_pairs(&self) -> bool {
        false
    }
}

/// Runs threads, and goes back.
pub trait Substrate {
    /// Runs the program under the search until that is over, or something is wrong with the program.
    fn drive<S: Search + 'static>(&mut self, search: S) -> Driven<S>;
}

/// What became of a search.
pub struct Driven<S> {
    /// The search.
    pub search: S,
    /// The program is not deterministic; the search is not over.
    pub diverged: Option<Diverged>,
    /// Whoever runs the threads panicked with this; the search is not over.
    pub panic: Option<Box<dyn std::any::Any + Send>>,
}

/// The program did something else this time: it is not deterministic, or a schedule is not of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diverged {
    /// After how many steps.
    pub step: usize,
    /// What was the case before, or is expected.
    pub expected: String,
    /// What is the case now.
    pub got: String,
}

impl std::fmt::Display for Diverged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Diverged { step, expected, got } = self;
        write!(
            f,
            "the program is not deterministic: after {step} steps, {expected} before, {got} now"
        )
    }
}
