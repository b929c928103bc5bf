//! The moves of the search: what it does at a node, and where it continues.

use crate::cache::Visit;
use crate::fault::Fault;
use crate::interface::{Ended, Next, Node, Resume, Search};
use crate::workers::Job;

use super::{Dfs, Incomplete, Options};

impl Search for Dfs {
    fn at_node(&mut self, node: &Node<'_>) -> Next {
        if self.probe.is_some() {
            return self.go_beyond(node);
        }
        self.record_step(node);
        let mut frame = self.arrive(node);
        if self.options().liveness {
            match self.add_to_graph(node) {
                Some(number) => frame.number = number,
                None => return self.stop(Incomplete::Threads),
            }
        }
        // Checked before the limits, so that a failure at a limit is still reported.
        if let Some(ended) = node.ended {
            if ended == Ended::Complete {
                self.visit(node, &mut frame);
            }
            return self.count_end(ended, frame.preemptions);
        }
        if self.shared.is_over() {
            return self.leave();
        }
        let looks = self.since.transitions % 64 == 0;
        if let Some(why) = self.shared.limit(self.since.executions, self.path.len(), looks) {
            return self.stop(why);
        }
        // See *Fewer steps*, 2.
        if self.shared.is_too_long(self.path.len() + 1) {
            return self.leaf();
        }
        let Some(visit) = self.visit(node, &mut frame) else {
            return self.stop(Incomplete::Threads);
        };
        if visit == Visit::Done {
            return self.cut(node, &frame);
        }
        let Some(todo) = self.todo(node, visit, &mut frame) else {
            return self.stop(Incomplete::Threads);
        };
        let Some(&pick) = todo.last() else {
            self.since.cut_by_sleep += 1;
            return self.leaf();
        };
        frame.thread = pick.thread;
        frame.share /= todo.len() as f64;
        frame.todo = todo;
        frame.todo.pop();
        let keep_mark = !frame.todo.is_empty();
        self.frames.push(frame);
        self.path.push(pick);
        if self.shared.wants_work() {
            self.share();
        }
        Next::Step { pick, keep_mark }
    }

    #[inline]
    fn expects(&mut self, fingerprint: u128, own: u128) {
        let Options { cache, bound, shorter_than, classes, .. } = self.options();
        if *cache && bound.is_none() && shorter_than.is_none() {
            self.shared.visited.expect(if *classes { own } else { fingerprint });
        }
    }

    fn ends(&mut self) {
        self.leave();
    }

    fn begins_at_root(&self) -> bool {
        self.number == 0
    }

    fn wants_pairs(&self) -> bool {
        self.options().pairs
    }

    fn backtrack(&mut self) -> Option<Resume<'_>> {
        let mut from_another_worker = false;
        loop {
            if self.shared.is_over() {
                self.leave();
                return None;
            }
            while !self.frames.is_empty() {
                let depth = self.path.len() - 1;
                self.path.truncate(depth);
                let Some(next) = self.go_on() else {
                    self.frames.pop();
                    continue;
                };
                self.path.push(next);
                let frame = &self.frames[self.frames.len() - 1];
                let (last, fingerprint) = (frame.todo.is_empty(), frame.fingerprint);
                let path = &self.path[..depth];
                return Some(Resume { depth, path, next, last, from_another_worker, fingerprint });
            }
            self.report();
            let Job { path, frame } = self.shared.take()?;
            from_another_worker = true;
            // Set up as if its first step had just been taken, so that the loop goes back from it.
            self.path = path;
            self.path.push(frame.todo[frame.todo.len() - 1]);
            self.frames.push(frame);
        }
    }

    fn fault(&self) -> Option<Fault> {
        self.shared.fault
    }
}
