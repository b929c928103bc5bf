//! A check of what the cache leaves out: two histories that it treats as one state must continue alike.
//!
//! A checkpoint that does not name a live local merges two states into one. What the second one would have
//! done is lost, and no other check notices. With [`Options::paranoid`](crate::search::Options::paranoid)
//! 1. an execution that reaches a known state is followed beyond it, to its end, by steps chosen at random;
//! 2. a step from a state must lead to the same state each time, whatever the history;
//! 3. each state that was seen on the way must have been visited when the search is over.
//!
//! With a bound on preemptions, a probe keeps to the bound as the search does: it starts with the budget
//! that the search has left at the known state, and a state that it sees must have been visited with at
//! least the budget that the probe has left there. A probe beyond the bound would expect states that the
//! search correctly leaves out.
//!
//! This check samples: each time the search meets a known state, it follows one of the many continuations.
//! A check that does not sample is to compare the distinct pairs of shared memory and pending operations
//! with those of a search without checkpoints.

use crate::cache::Visited;
use crate::fingerprint::of;
use crate::interface::{Ended, Node, Pick};
use crate::operation::ThreadId;
use crate::renaming::Renaming;
use crate::sharded::Sharded;

/// The most steps of a probe: a program may loop for ever. It is far below the longest execution of a plan,
/// which counts checkpoints as well.
const LONGEST: usize = 2_000;

/// Two executions with the same state that do not continue alike.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsound {
    /// The difference.
    pub what: String,
    /// The steps of the first execution, if it is known.
    pub before: Vec<Pick>,
    /// The steps of the other execution.
    pub now: Vec<Pick>,
}

impl std::fmt::Display for Unsound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [before, now] = [&self.before, &self.now].map(|path| crate::schedule::write(path));
        write!(
            f,
            "a checkpoint leaves out a value that matters: {}; one execution is `{now}`",
            self.what
        )?;
        if !self.before.is_empty() {
            write!(f, ", the other `{before}`")?;
        }
        Ok(())
    }
}

/// The steps taken so far, and the states that probes have seen.
#[derive(Default)]
pub(crate) struct Paranoid {
    /// For each step from a state: the state to which it leads, and the first execution that took it.
    steps: Sharded<(u128, Pick), (u128, Vec<Pick>)>,
    /// States that probes have seen, by their cache keys: with the largest budget of preemptions left
    /// there, and the path of that probe.
    seen: Sharded<u128, (u32, Vec<Pick>)>,
}

/// A step: the state before it, the step, and the state after it.
pub(crate) type Step = (u128, Pick, u128);

impl Paranoid {
    /// Records the last step of `path`. Returns the contradiction if the step led to another state before.
    pub(crate) fn step(&self, (from, pick, to): Step, path: &[Pick]) -> Option<Unsound> {
        let first = self.steps.with(&(from, pick), |part| {
            let (before, first) = part.entry((from, pick)).or_insert_with(|| (to, path.to_vec()));
            (*before != to).then(|| first.clone())
        });
        first.map(|before| Unsound {
            what: format!(
                "after {} steps, a step of thread {} leads from one state to two different states",
                path.len() - 1,
                pick.thread
            ),
            before,
            now: path.to_vec(),
        })
    }

    /// Returns a state that a probe has seen and the search has not visited, if there is one. `bounded`
    /// says that preemptions are bounded: then the state must have been visited with at least the budget of
    /// the probe.
    pub(crate) fn missed(&self, visited: &Visited, bounded: bool) -> Option<Unsound> {
        let was_visited = |state, left| {
            if bounded {
                visited.contains_bounded(state, left)
            } else {
                visited.contains(state)
            }
        };
        let missed = |state: &u128, (left, path): &(u32, Vec<Pick>)| {
            (!was_visited(*state, *left)).then(|| path.clone())
        };
        self.seen.find_map(missed).map(|path| Unsound {
            what: format!("the state after {} steps is reachable but was not visited", path.len()),
            before: Vec::new(),
            now: path,
        })
    }

    /// Records that a probe has seen this state with `left` preemptions left.
    fn record_state(&self, state: u128, left: u32, path: &[Pick]) {
        self.seen.with(&state, |part| {
            let seen = part.entry(state).or_insert_with(|| (left, path.to_vec()));
            if seen.0 < left {
                *seen = (left, path.to_vec());
            }
        });
    }
}

/// The preemptions of an execution.
#[derive(Clone, Copy)]
pub(crate) struct Preemptions {
    /// The preemptions so far.
    pub(crate) had: u32,
    /// The preemptions that are left; `None` without a bound.
    pub(crate) left: Option<u32>,
}

/// An execution beyond a known state.
pub(crate) struct Probe {
    path: Vec<Pick>,
    known: usize,
    /// The fingerprint of the last state, and its renaming.
    last: (u128, Renaming),
    preemptions: Preemptions,
}

impl Probe {
    /// Starts at the state to which the path leads.
    pub(crate) fn new(path: &[Pick], node: &Node, preemptions: Preemptions) -> Probe {
        let last = (node.fingerprint, node.renaming);
        Probe { path: path.to_vec(), known: path.len(), last, preemptions }
    }

    /// The steps so far.
    pub(crate) fn path(&self) -> &[Pick] {
        &self.path
    }

    /// The number of preemptions so far.
    pub(crate) fn preemptions(&self) -> u32 {
        self.preemptions.had
    }

    /// The thread that moved last.
    pub(crate) fn moved(&self) -> Option<ThreadId> {
        self.path.last().map(|pick| pick.thread)
    }

    /// Handles a node and returns the step from it, or `None` at the end. `state` is the node's cache key,
    /// if the search must have visited it.
    pub(crate) fn at_node(
        &mut self,
        paranoid: &Paranoid,
        node: &Node,
        state: Option<u128>,
    ) -> Result<Option<Pick>, Unsound> {
        if self.path.len() > self.known {
            let (last, renaming) = self.last;
            let pick = self.path[self.path.len() - 1].renamed(renaming);
            let step = (last, pick, node.fingerprint);
            paranoid.step(step, &self.path).map_or(Ok(()), Err)?;
            // The search reports failures and does not visit them.
            if let Some(state) = state.filter(|_| node.ended != Some(Ended::Failed)) {
                paranoid.record_state(state, self.preemptions.left.unwrap_or(0), &self.path);
            }
        }
        self.last = (node.fingerprint, node.renaming);
        if node.ended.is_some() || self.path.len() - self.known > LONGEST {
            return Ok(None);
        }
        let pick = self.choose(node);
        self.path.push(pick);
        Ok(Some(pick))
    }

    /// Chooses one of the steps for which there are preemptions left.
    fn choose(&mut self, node: &Node) -> Pick {
        let enabled = || node.threads.iter().filter(|pending| pending.enabled);
        // Switching away from a thread that cannot continue is no preemption.
        let current = self.moved().filter(|&moved| enabled().any(|p| p.thread == moved));
        let preempts = |thread| current.is_some_and(|current| current != thread);
        let spent = self.preemptions.left == Some(0);
        let picks: Vec<Pick> = enabled()
            .filter(|pending| !spent || !preempts(pending.thread))
            .flat_map(|pending| {
                let thread = pending.thread;
                (0..pending.operation.outcomes()).map(move |outcome| Pick { thread, outcome })
            })
            .collect();
        // A hash of the path, so that another run of the search chooses the same.
        let random = of((node.fingerprint, self.known, self.path.len())) as usize;
        let pick = picks[random % picks.len()];
        if preempts(pick.thread) {
            let Preemptions { had, left } = self.preemptions;
            self.preemptions =
                Preemptions { had: had + 1, left: left.map(|left| left.saturating_sub(1)) };
        }
        pick
    }
}
