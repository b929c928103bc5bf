//! A look at what the cache leaves out: two histories that it takes for one have to go on alike.
//!
//! A checkpoint that does not name a live local makes one state of two, and what the second would have
//! done is lost; nothing else complains. With [`Options::paranoid`](crate::search::Options::paranoid)
//! 1. an execution that comes to a known state is followed beyond it, to its end, by steps chosen at
//!    random;
//! 2. a step from a state has to lead to the same state each time, whatever the history;
//! 3. each state that was seen on the way has to have been visited when the search is over.
//!
//! Where preemptions are bounded, a probe keeps to the bound as the search does: it takes over what the search
//! has left at the known state, and a state that it sees has to have been visited with at least as much. A
//! probe that went beyond would ask for states that the search rightly leaves out.
//!
//! It samples: of the many ways on from a known state it takes one each time the state is met. Distinct
//! pairs of shared memory and pending operations, compared with those without checkpoints, sample nothing.

use dashmap::DashMap;

use crate::cache::Visited;
use crate::fingerprint::of;
use crate::interface::{Ended, Node, Pick};
use crate::operation::ThreadId;
use crate::renaming::Renaming;

/// The longest way beyond a known state, in steps: a program may go round in circles for ever. Far below the longest
/// execution of a plan, which counts checkpoints as well.
const LONGEST: usize = 2_000;

/// Two executions with the same state that do not go on alike.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsound {
    /// What is different.
    pub what: String,
    /// The steps of the one that came first, if it is known, ..
    pub before: Vec<Pick>,
    /// ..and of the other.
    pub now: Vec<Pick>,
}

impl std::fmt::Display for Unsound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [before, now] = [&self.before, &self.now].map(|path| crate::schedule::write(path));
        write!(f, "a checkpoint forgets what matters: {}; one execution is `{now}`", self.what)?;
        if !self.before.is_empty() {
            write!(f, ", the other `{before}`")?;
        }
        Ok(())
    }
}

/// What is known of steps, and of states that were seen beyond known ones.
#[derive(Default)]
pub(crate) struct Paranoid {
    /// Where a step from a state leads to, and an execution that took it first.
    steps: DashMap<(u128, Pick), (u128, Vec<Pick>)>,
    /// States seen by probes, as the cache knows them: with the most preemptions that were left there, and
    /// how the probe got there.
    seen: DashMap<u128, (u32, Vec<Pick>)>,
}

/// A step: from which state, which, and to which state.
pub(crate) type Step = (u128, Pick, u128);

impl Paranoid {
    /// A step has been taken, the last of `path`. What is wrong, if it has led elsewhere before.
    pub(crate) fn step(&self, (from, pick, to): Step, path: &[Pick]) -> Option<Unsound> {
        let known = self.steps.entry((from, pick)).or_insert_with(|| (to, path.to_vec()));
        let (before, first) = &*known;
        (*before != to).then(|| Unsound {
            what: format!(
                "after {} steps, thread {} goes on from one state to two different ones",
                path.len() - 1,
                pick.thread
            ),
            before: first.clone(),
            now: path.to_vec(),
        })
    }

    /// A state that a probe has seen, and the search has not visited; if there is one. `bounded`: preemptions
    /// are, so it has to have been visited with as many left.
    pub(crate) fn missed(&self, visited: &Visited, bounded: bool) -> Option<Unsound> {
        let was_visited = |state, left| match bounded {
            true => visited.contains_bounded(state, left),
            false => visited.contains(state),
        };
        let missed = self.seen.iter().find(|entry| !was_visited(*entry.key(), entry.0))?;
        let path = &missed.1;
        Some(Unsound {
            what: format!("a state after {} steps is reached, and not visited", path.len()),
            before: Vec::new(),
            now: path.clone(),
        })
    }

    /// A probe has seen this state, with so many preemptions left.
    fn sees(&self, state: u128, left: u32, path: &[Pick]) {
        let mut seen = self.seen.entry(state).or_insert_with(|| (left, path.to_vec()));
        if seen.0 < left {
            *seen = (left, path.to_vec());
        }
    }
}

/// The preemptions of an execution.
#[derive(Clone, Copy)]
pub(crate) struct Preemptions {
    /// It has had so many.
    pub(crate) had: u32,
    /// It may have so many more; `None` without a bound.
    pub(crate) left: Option<u32>,
}

/// An execution beyond a known state.
pub(crate) struct Probe {
    path: Vec<Pick>,
    known: usize,
    /// The last state, and what threads are called there.
    last: (u128, Renaming),
    preemptions: Preemptions,
}

impl Probe {
    /// Beyond the state that the path has led to.
    pub(crate) fn new(path: &[Pick], node: &Node, preemptions: Preemptions) -> Probe {
        let last = (node.fingerprint, node.renaming);
        Probe { path: path.to_vec(), known: path.len(), last, preemptions }
    }

    /// The steps so far.
    pub(crate) fn path(&self) -> &[Pick] {
        &self.path
    }

    /// How many of them are preemptions.
    pub(crate) fn preemptions(&self) -> u32 {
        self.preemptions.had
    }

    /// The thread that has moved last.
    pub(crate) fn moved(&self) -> Option<ThreadId> {
        self.path.last().map(|pick| pick.thread)
    }

    /// A node, which the cache knows as `state` if it has to have been visited: the step from it; none at
    /// the end.
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
            // A failure is told, and not visited.
            if let Some(state) = state.filter(|_| node.ended != Some(Ended::Failed)) {
                paranoid.sees(state, self.preemptions.left.unwrap_or(0), &self.path);
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

    /// One of the steps from the node for which there are preemptions left.
    fn choose(&mut self, node: &Node) -> Pick {
        let enabled = || node.threads.iter().filter(|pending| pending.enabled);
        // To switch away from a thread that cannot go on is no preemption.
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
        // Chosen by the way here, so that another run of the search chooses the same.
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
