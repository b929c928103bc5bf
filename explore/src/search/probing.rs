//! How a paranoid search continues where the cache cuts an execution off: see the header of `paranoid`.

use crate::interface::{Ended, Next, Node};
use crate::paranoid::{Preemptions, Probe};

use super::{with_current, Dfs, Failure, Frame, Incomplete, Options};

impl Dfs {
    /// Ends an execution at a known state. In a paranoid search, a probe follows it further.
    pub(super) fn cut(&mut self, node: &Node, frame: &Frame) -> Next {
        self.since.cut_by_cache += 1;
        let next = self.leaf();
        if self.shared.paranoid.is_none() {
            return next;
        }
        self.since.probes += 1;
        let left = self.options().bound.map(|_| frame.budget);
        let preemptions = Preemptions { had: frame.preemptions, left };
        self.probe = Some(Probe::new(&self.path, node, preemptions));
        self.go_beyond(node)
    }

    /// The cache key of the state that a probe has reached, if the search must have visited it. A search
    /// for fewer steps leaves out states that come too late, so there it is `None`.
    fn seen_as(&self, node: &Node, probe: &Probe) -> Option<u128> {
        let Options { bound, shorter_than, .. } = self.options();
        match (shorter_than, bound) {
            (Some(_), _) => None,
            (None, Some(_)) => Some(with_current(node, probe.moved())),
            (None, None) => Some(self.cached(node).0),
        }
    }

    /// Handles a node beyond a known state.
    pub(super) fn go_beyond(&mut self, node: &Node) -> Next {
        let stops = node.ended == Some(Ended::Failed) && !self.options().keep_going;
        if let Some(probe) = self.probe.take_if(|_| stops) {
            self.since.failed += 1;
            let (path, preemptions) = (probe.path().to_vec(), probe.preemptions());
            self.failure.get_or_insert(Failure { path, preemptions });
            return self.stop(Incomplete::Failed);
        }
        let state = self.probe.as_ref().and_then(|probe| self.seen_as(node, probe));
        let probed = self.shared.paranoid.as_ref().zip(self.probe.as_mut());
        let next = probed.map(|(paranoid, probe)| probe.at_node(paranoid, node, state));
        match next {
            Some(Ok(Some(pick))) => Next::Step { pick, keep_mark: false },
            Some(Err(unsound)) => {
                self.shared.report_unsound(unsound);
                self.leave()
            }
            Some(Ok(None)) | None => {
                self.probe = None;
                Next::Backtrack
            }
        }
    }
}
