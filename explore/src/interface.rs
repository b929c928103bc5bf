//! The interface between a search and the substrate that runs the threads.
//!
//! The substrate runs the threads and asks the search at each *node*, a state between two steps. The search
//! owns the cache, the sleep sets, the bounds and the statistics. The substrate owns the threads, and the
//! means to return to an earlier node.

use crate::fault::Fault;
use crate::operation::{Footprint, Operation, ThreadId};
use crate::renaming::Renaming;

/// A step: the thread that runs, and the outcome of its choice (0 where nothing is chosen).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pick {
    /// The thread, or [`ThreadId::WORLD`] for the environment.
    pub thread: ThreadId,
    /// The outcome of the choice, from 0.
    pub outcome: u32,
}

impl Pick {
    /// The same step in the state to which the renaming leads.
    pub(crate) fn renamed(self, renaming: Renaming) -> Pick {
        Pick { thread: renaming.of(self.thread), ..self }
    }
}

/// A thread that has not finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// The thread.
    pub thread: ThreadId,
    /// Its next operation.
    pub operation: Operation,
    /// Whether the operation can proceed.
    pub enabled: bool,
}

/// How an execution ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// All threads have finished, or the program ended the execution, without a failure.
    Complete,
    /// It failed.
    Failed,
}

/// A state between two steps, just reached.
pub struct Node<'a> {
    /// The unfinished threads, sorted by id, and the environment if it moves next.
    pub threads: &'a [Pending],
    /// The fingerprint of the state's class: equal for states that differ only in a renaming of
    /// interchangeable threads.
    pub fingerprint: u128,
    /// The renaming that leads from this state to the state that represents its class.
    pub renaming: Renaming,
    /// The fingerprint of the state itself, without renaming.
    pub own: u128,
    /// The fingerprint of the shared objects and pending operations alone; 0 unless
    /// [`Search::wants_pairs`].
    pub pair: u128,
    /// The footprint of the step that led here; empty at the first node.
    pub step: &'a Footprint,
    /// Whether the step that led here made progress ([`State::made_progress`](crate::state::State::made_progress)).
    pub progress: bool,
    /// How the execution ended, if it ended here.
    pub ended: Option<Ended>,
}

/// What the substrate does next at a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Take this step. With `keep_mark`, the search will return to the node.
    Step {
        /// The step.
        pick: Pick,
        /// Whether the search will return to the node.
        keep_mark: bool,
    },
    /// Nothing more from here: ask the search where to continue.
    Backtrack,
    /// The search is over.
    Stop,
}

/// Where a search continues: an earlier node, and a new step from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resume<'a> {
    /// The number of steps that lead to the node.
    pub depth: usize,
    /// Those steps.
    pub path: &'a [Pick],
    /// The step from there.
    pub next: Pick,
    /// The search will not return to the node after this step.
    pub last: bool,
    /// The node comes from another worker: it is not on the path of the execution that just ended.
    pub from_another_worker: bool,
    /// The fingerprint of the node's state. An execution that arrives there must have the same.
    pub fingerprint: u128,
}

/// Decides which thread takes the next step.
pub trait Search {
    /// Called at each new node and at the end of an execution.
    fn at_node(&mut self, node: &Node<'_>) -> Next;

    /// A node with these fingerprints ([`Node::fingerprint`] and [`Node::own`]) is about to be reached: the
    /// search can prefetch its entry.
    fn expects(&mut self, _fingerprint: u128, _own: u128) {}

    /// Where to continue; `None` when the search is over.
    fn backtrack(&mut self) -> Option<Resume<'_>>;

    /// The substrate stops although work is left: the search was asked to stop.
    fn ends(&mut self) {}

    /// Whether the search begins at the first node. Otherwise the substrate calls [`Search::backtrack`]
    /// first.
    fn begins_at_root(&self) -> bool {
        true
    }

    /// Whether the substrate must compute [`Node::pair`].
    fn wants_pairs(&self) -> bool {
        false
    }

    /// The fault that a test has planted in this search.
    #[doc(hidden)]
    fn fault(&self) -> Option<Fault> {
        None
    }
}

/// Runs threads, and returns to earlier nodes.
pub trait Substrate {
    /// Runs the program under the search until the search is over, or until the program turns out to be
    /// invalid.
    fn drive<S: Search + 'static>(&mut self, search: S) -> Driven<S>;
}

/// The result of a search on a substrate.
pub struct Driven<S> {
    /// The search.
    pub search: S,
    /// Set if the program is not deterministic; then the search is not finished.
    pub diverged: Option<Diverged>,
    /// The panic of the code that runs the threads, if it panicked; then the search is not finished.
    pub panic: Option<Box<dyn std::any::Any + Send>>,
}

/// The program did something else this time: it is not deterministic, or the schedule belongs to another
/// program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diverged {
    /// The number of steps before the difference.
    pub step: usize,
    /// What happened before, or what the schedule expects.
    pub expected: String,
    /// What happens now.
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
