//! A node on the path of a search, and the steps that are left to take there.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::interface::Pick;
use crate::operation::{Footprint, ThreadId};
use crate::renaming::Renaming;

/// A node on the path.
pub(crate) struct Frame {
    /// The steps that are left, the next one last. The outcomes of one thread are adjacent.
    pub(super) todo: Picks,
    /// The thread that is being explored.
    pub(super) thread: ThreadId,
    /// The footprint of its step, over all outcomes so far.
    pub(super) did: Footprint,
    pub(super) sleep: Sleepers,
    /// The thread that can continue without a preemption.
    pub(super) current: Option<ThreadId>,
    pub(super) budget: u32,
    /// The share of the tree that each step from here counts as.
    pub(super) share: f64,
    pub(super) preemptions: u32,
    pub(super) fingerprint: u128,
    /// The number of the state in the graph, if there is one.
    pub(super) number: u32,
    pub(super) renaming: Renaming,
}

/// Steps from a node; seldom more than four.
pub(super) type Picks = SmallVec<[Pick; 4]>;

/// Sleeping threads, with the footprint of each one's step.
pub(super) type Sleepers = SmallVec<[(ThreadId, Arc<Footprint>); 4]>;

impl Frame {
    /// The first node, with these steps to take.
    pub(crate) fn with_todo(todo: impl IntoIterator<Item = Pick>) -> Frame {
        Frame {
            todo: todo.into_iter().collect(),
            thread: ThreadId::WORLD,
            did: Footprint::default(),
            sleep: Sleepers::new(),
            current: None,
            budget: 0,
            share: 1.0,
            preemptions: 0,
            fingerprint: 0,
            number: 0,
            renaming: Renaming::default(),
        }
    }

    /// Whether the thread that comes last is not the one that is being explored, so that its steps can be
    /// given away.
    pub(super) fn can_give(&self) -> bool {
        self.todo.first().is_some_and(|pick| pick.thread != self.thread)
    }

    /// The number of steps that are left.
    pub(crate) fn left(&self) -> usize {
        self.todo.len()
    }

    /// Removes and returns all outcomes of the thread that would be explored last.
    pub(super) fn give(&mut self) -> Picks {
        let thread = self.todo[0].thread;
        let count = self.todo.iter().take_while(|pick| pick.thread == thread).count();
        self.todo.drain(..count).collect()
    }

    /// A copy of the node with no steps to take.
    pub(super) fn copy(&self) -> Frame {
        Frame {
            todo: Picks::new(),
            thread: self.thread,
            did: Footprint::default(),
            sleep: self.sleep.clone(),
            ..*self
        }
    }
}
