//! A queue of Gs that one M holds.

use std::iter;

use crate::g::{GId, Guintptr, G};

/// A queue of Gs, linked through `schedlink`. Go: proc.go, gQueue 6039 (1.19.8), 7802 (1.27.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GQueue {
    head: Option<GId>,
    tail: Option<GId>,
}

impl GQueue {
    /// Adds `g`, which is the caller's, at the end. Go: proc.go, (*gQueue).pushBack 6059-6067 (1.19.8), 7824-7833
    /// (1.27.3).
    #[track_caller]
    pub fn push_back(&mut self, allg: &[G], g: GId) {
        allg[g.index()].schedlink.set(Guintptr::NIL);
        match self.tail {
            Some(tail) => allg[tail.index()].schedlink.set(Guintptr::of(g)),
            None => self.head = Some(g),
        }
        self.tail = Some(g);
    }

    /// The Gs, in their order. They are the caller's.
    pub(crate) fn into_gs(self, allg: &[G]) -> Vec<GId> {
        let link = |g: &GId| allg[g.index()].schedlink.get().ptr();
        iter::successors(self.head, link).collect()
    }

    /// The Gs that the links lead to, for checks; at most as many as there are.
    pub fn peek(&self, allg: &[G]) -> Vec<GId> {
        let link = |g: &GId| allg[g.index()].schedlink.peek(|link| link.ptr());
        iter::successors(self.head, link).take(allg.len()).collect()
    }
}
