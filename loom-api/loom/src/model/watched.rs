//! Notes whether two threads could move at the same time: if so, a search with one execution has left something out.

use explore::interface::{Next, Node, Resume, Search};

use crate::rt;

/// A search that is watched.
pub(super) struct Watched<S>(pub(super) S);

impl<S: Search> Search for Watched<S> {
    fn at_node(&mut self, node: &Node<'_>) -> Next {
        if node.threads.iter().filter(|thread| thread.enabled).nth(1).is_some() {
            rt::note_concurrent();
        }
        self.0.at_node(node)
    }

    fn expects(&mut self, fingerprint: u128, own: u128) {
        self.0.expects(fingerprint, own);
    }

    fn backtrack(&mut self) -> Option<Resume<'_>> {
        self.0.backtrack()
    }

    fn ends(&mut self) {
        self.0.ends();
    }

    fn begins_at_root(&self) -> bool {
        self.0.begins_at_root()
    }

    fn wants_pairs(&self) -> bool {
        self.0.wants_pairs()
    }
}
