//! A node on the path of a search, and what is left to do there.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::interface::Pick;
use crate::operation::{Footprint, ThreadId};
use crate::renaming::Renaming;

/// A node on the path.
pub(crate) struct Frame {
    /// What is still to be done, the next one last; the outcomes of a thread are neighbours.
    pub(super) todo: Picks,
    /// Who is being explored.
    pub(super) thread: ThreadId,
    /// What it did, in all its outcomes so far.
    pub(super) did: Footprint,
    pub(super) sleep: Sleepers,
    /// Who could go on without a preemption.
    pub(super) current: Option<ThreadId>,
    pub(super) budget: u32,
    /// Which share of the tree each step from here has.
    pub(super) share: f64,
    pub(super) preemptions: u32,
    pub(super) fingerprint: u128,
    pub(super) renaming: Renaming,
}

/// Steps from a node: seldom more than these.
pub(super) type Picks = SmallVec<[Pick; 4]>;

/// Threads that sleep, and what the step of each does.
pub(super) type Sleepers = SmallVec<[(ThreadId, Arc<Footprint>); 4]>;

impl Frame {
    /// The first node, with this to do.
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
            renaming: Renaming::default(),
        }
    }

    /// Whether the last thread to be explored is not the one that is being explored.
    pub(super) fn can_give(&self) -> bool {
        self.todo.first().is_some_and(|pick| pick.thread != self.thread)
    }

    /// Steps that are still to be done.
    pub(crate) fn left(&self) -> usize {
        self.todo.len()
    }

    /// Takes out all outcomes of the thread that would be explored last.
    pub(super) fn give(&mut self) -> Picks {
        let thread = self.todo[0].thread;
        let count = self.todo.iter().take_while(|pick| pick.thread == thread).count();
        self.todo.drain(..count).collect()
    }

    /// The same node, with nothing to do.
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
