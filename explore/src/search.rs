//! A depth-first search with a state cache and sleep sets, or with a bound on preemptions.
//!
//! # Sleep sets
//! 1. When a thread has been explored from a state, with all outcomes of its choice, it *sleeps* in what is
//!    explored from there afterwards: taking its step first and then another thread's gives nothing new if
//!    the two commute.
//! 2. It wakes up at the first step that depends on its own ([`Footprint::depends_on`]).
//! 3. With a cache: a thread that sleeps when a state is first visited has not been explored *from that
//!    state*. On a later visit, threads that slept then and are awake now are explored, and the
//!    intersection of the two sleep sets is stored.
//!
//! Without step 3, the cache cuts off what the sleep set relied on others to explore, and states are lost.
//!
//! # Bounds
//! A switch away from a thread that could continue is a preemption. What can be reached depends on how many
//! are left and on which thread has just moved, so with a bound both are part of the cache key. No thread
//! sleeps: a sleeping thread may have been explored on a path with a preemption that is not affordable
//! here.
//!
//! # Fewer steps
//! With [`Options::shorter_than`], each failure sets the limit for the next.
//! 1. A state is cut off if it was visited after no more steps and with at least the same budget: what
//!    fails from here failed from there in no more steps.
//! 2. An execution is cut off when it has taken as many steps as the shortest failure.
//!
//! With the steps that are left in place of the steps taken, 1 would be wrong, because the limit falls
//! meanwhile.

mod estimate;
mod frame;
mod probing;
mod walk;

use std::sync::Arc;

use smallvec::SmallVec;

use crate::cache::{Threads, Visit};
use crate::fault::Fault;
use crate::fingerprint::{mix, of};
use crate::interface::{Ended, Next, Node, Pick};
use crate::liveness::Taken;
use crate::operation::{Access, Footprint, ThreadId};
use crate::options::Statistics;
use crate::paranoid::Probe;
use crate::renaming::Renaming;
use crate::traces::Trace;
use crate::workers::Job;

use frame::{Picks, Sleepers};

pub(crate) use frame::Frame;

pub use crate::options::{Incomplete, Options};
pub use crate::workers::Shared;
pub use estimate::Estimate;

/// One worker of a search, depth first.
pub struct Dfs {
    shared: Arc<Shared>,
    /// Its number: worker 0 begins at the root, the others wait until they get work.
    number: usize,
    frames: Vec<Frame>,
    /// All steps to the current node. The steps before the first frame came with the job.
    path: Vec<Pick>,
    /// The threads by their numbers in sleep sets, as far as this worker has looked them up.
    names: Vec<ThreadId>,
    /// Statistics since the last report.
    since: Statistics,
    /// The probe beyond a known state, if one is under way.
    probe: Option<Probe>,
    trace: Trace,
    failure: Option<Failure>,
}

/// An execution that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The steps of the execution.
    pub path: Vec<Pick>,
    /// How many of them are preemptions: switches away from a thread that could continue.
    pub preemptions: u32,
}

/// The number of executions between two reports of a worker.
const REPORT: u64 = 32;

impl Dfs {
    /// Creates a search with one worker.
    pub fn new(shared: Arc<Shared>) -> Dfs {
        Dfs::worker(shared, 0)
    }

    /// Creates the worker with this number, of [`Options::jobs`] workers.
    pub fn worker(shared: Arc<Shared>, number: usize) -> Dfs {
        Dfs {
            shared,
            number,
            frames: Vec::new(),
            path: Vec::new(),
            names: Vec::new(),
            since: Statistics::default(),
            probe: None,
            trace: Trace::default(),
            failure: None,
        }
    }

    /// The last failed execution that this worker found, if any.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    fn options(&self) -> &Options {
        &self.shared.options
    }

    fn sleeps(&self) -> bool {
        let Options { sleep, bound, shorter_than, liveness, .. } = self.options();
        let has_graph = *liveness && self.shared.fault != Some(Fault::GraphWithSleepSets);
        *sleep && bound.is_none() && shorter_than.is_none() && !has_graph
    }

    fn stop(&mut self, why: Incomplete) -> Next {
        self.shared.stop(why);
        self.leave()
    }

    /// Reports the remaining statistics, and stops.
    fn leave(&mut self) -> Next {
        self.since.open += self.frames.drain(..).map(|frame| frame.left() as u64).sum::<u64>();
        self.report();
        Next::Stop
    }

    fn report(&mut self) {
        self.shared.report(&std::mem::take(&mut self.since));
    }

    /// Ends the execution here: nothing more is explored below this node.
    fn leaf(&mut self) -> Next {
        self.since.executions += 1;
        self.since.share += self.frames.last().map_or(1.0, |parent| parent.share);
        if self.since.executions >= REPORT {
            self.report();
        }
        Next::Backtrack
    }

    fn independent(&self, a: &Footprint, b: &Footprint) -> bool {
        if self.shared.fault == Some(Fault::WritesIndependent) {
            let reads = |f: &Footprint| {
                let accesses = f.accesses.iter().filter(|(_, access)| *access == Access::Read);
                Footprint { all: f.all, accesses: accesses.copied().collect(), memory: None }
            };
            return !reads(a).depends_on(b) && !reads(b).depends_on(a);
        }
        !a.depends_on(b)
    }

    /// The thread's bit in sleep sets; `None` if there is no room for it.
    fn bit(&mut self, thread: ThreadId) -> Option<Threads> {
        let mut known = self.names.iter().position(|&name| name == thread);
        if known.is_none() {
            self.names = self.shared.names(thread);
            known = self.names.iter().position(|&name| name == thread);
        }
        1u64.checked_shl(known? as u32)
    }

    /// The threads that sleep in the node to which the parent's step led.
    fn asleep(&self, node: &Node) -> Sleepers {
        let Some(parent) = self.frames.last().filter(|_| self.sleeps()) else {
            return Sleepers::new();
        };
        let enabled = node.threads.iter().filter(|pending| pending.enabled).count();
        if self.options().forced_awake && enabled == 1 {
            return Sleepers::new();
        }
        let step = node.step;
        let asleep = parent.sleep.iter().filter(|(_, does)| self.independent(does, step));
        asleep.cloned().collect()
    }

    /// Looks the state up in the cache. Returns what to explore from it; `None` if sleep sets have no room.
    fn visit(&mut self, node: &Node, frame: &mut Frame) -> Option<Visit> {
        let bounded = self.options().bound.is_some();
        if !self.shared.caches_states() {
            self.shared.distinct.count(node.fingerprint);
        }
        if !self.options().cache {
            return Some(Visit::New);
        }
        if self.options().shorter_than.is_some() {
            return Some(self.visit_early(node, frame));
        }
        if bounded {
            let state = with_current(node, frame.current);
            return Some(self.shared.visited.visit_bounded(state, frame.budget));
        }
        let (state, renaming) = self.cached(node);
        let mut mask = 0;
        for (thread, _) in &frame.sleep {
            mask |= self.bit(renaming.of(*thread))?;
        }
        let visit = self.shared.visited.visit_sleeping(state, mask);
        match visit {
            Visit::Rest { .. } if self.shared.fault == Some(Fault::SleepIgnoredOnHit) => {
                return Some(Visit::Done);
            }
            Visit::Rest { asleep, .. } => {
                let names = &self.names;
                let bit = |id| names.iter().position(|&name| name == id).map_or(0, |n| 1u64 << n);
                frame.sleep.retain(|(thread, _)| bit(renaming.of(*thread)) & asleep != 0);
            }
            _ => {}
        }
        Some(visit)
    }

    /// The cache key of the node's state, and the renaming that goes with it.
    fn cached(&self, node: &Node) -> (u128, Renaming) {
        if self.options().classes {
            (node.own, Renaming::default())
        } else {
            (node.fingerprint, node.renaming)
        }
    }

    /// See *Fewer steps*, 1.
    fn visit_early(&self, node: &Node, frame: &Frame) -> Visit {
        let most = self.options().bound.unwrap_or(0);
        let forgets = self.shared.fault == Some(Fault::StepsIgnoredOnHit);
        let steps = if forgets { 0 } else { self.path.len() };
        let current = frame.current.map(|current| node.renaming.alike(current));
        let with = |budget| mix(node.fingerprint, of((current, budget)));
        self.shared.visited.visit_early((frame.budget..=most).map(with), steps)
    }

    /// The steps to take from a node, in reverse order. `None` if sleep sets have no room.
    fn todo(&mut self, node: &Node, visit: Visit, frame: &mut Frame) -> Option<Picks> {
        let mut order: SmallVec<[_; 8]> =
            node.threads.iter().filter(|pending| pending.enabled).collect();
        // The thread that has just moved comes first, then the others by id.
        order.sort_by_key(|pending| (Some(pending.thread) != frame.current, pending.thread));
        let goes_on = order.first().is_some_and(|first| Some(first.thread) == frame.current);
        let mut todo = Picks::new();
        for (i, pending) in order.iter().enumerate() {
            let thread = pending.thread;
            let awake = match visit {
                Visit::Rest { awake, .. } => self.bit(self.cached(node).1.of(thread))? & awake != 0,
                _ => !frame.sleep.iter().any(|(sleeper, _)| *sleeper == thread),
            };
            if !awake {
                continue;
            }
            if self.options().bound.is_some() && goes_on && i > 0 && frame.budget == 0 {
                self.shared.note_bound_reached();
                continue;
            }
            let outcomes = 0..pending.operation.outcomes();
            todo.extend(outcomes.map(|outcome| Pick { thread, outcome }));
        }
        todo.reverse();
        if !goes_on {
            frame.current = None;
        }
        Some(todo)
    }

    /// Takes the next step from the last node of the path.
    fn go_on(&mut self) -> Option<Pick> {
        let sleeps = self.sleeps();
        let frame = self.frames.last_mut()?;
        let pick = frame.todo.pop();
        let next = pick.map(|pick| pick.thread);
        if next != Some(frame.thread) {
            let did = std::mem::take(&mut frame.did);
            // See *Sleep sets*, 1. A step that depends on every other step cannot sleep.
            if sleeps && !did.all {
                frame.sleep.push((frame.thread, Arc::new(did)));
            }
        }
        frame.thread = next?;
        pick
    }

    fn count_end(&mut self, ended: Ended, preemptions: u32) -> Next {
        match ended {
            Ended::Complete => self.since.complete += 1,
            Ended::Failed => {
                self.since.failed += 1;
                let is_shortest = match self.options().shorter_than {
                    Some(_) => self.shared.is_new_shortest(self.path.len()),
                    None => true,
                };
                if is_shortest {
                    self.failure = Some(Failure { path: self.path.clone(), preemptions });
                }
                if !self.options().keep_going {
                    self.leaf();
                    return self.stop(Incomplete::Failed);
                }
            }
        }
        if self.options().traces && ended == Ended::Complete {
            self.shared.trace(self.trace.fingerprint());
        }
        self.leaf()
    }

    /// The frame of the node to which the step led, with no steps to take yet.
    fn arrive(&self, node: &Node) -> Frame {
        let mut frame = Frame {
            sleep: self.asleep(node),
            budget: self.options().bound.unwrap_or(0),
            fingerprint: node.fingerprint,
            renaming: node.renaming,
            ..Frame::with_todo([])
        };
        if let Some((parent, last)) = self.frames.last().zip(self.path.last()) {
            let preempts = u32::from(parent.current.is_some_and(|current| current != last.thread));
            frame.current = Some(last.thread);
            frame.preemptions = parent.preemptions + preempts;
            frame.budget = parent.budget.saturating_sub(preempts);
            frame.share = parent.share;
        }
        frame
    }

    /// Records what the step that led here did: in the parent's frame, the trace, the pairs, and for the
    /// paranoid check.
    fn record_step(&mut self, node: &Node) {
        self.since.depth = self.since.depth.max(self.path.len() as u64);
        self.since.transitions += u64::from(!self.path.is_empty());
        if let Some(parent) = self.frames.last_mut() {
            parent.did.add(node.step);
        }
        if self.options().traces {
            self.trace.step(&self.path, node.step);
        }
        if self.options().pairs {
            self.shared.pair(node.pair);
        }
        if let Some((paranoid, parent)) = self.shared.paranoid.as_ref().zip(self.frames.last()) {
            let pick = self.path[self.path.len() - 1].renamed(parent.renaming);
            let step = (parent.fingerprint, pick, node.fingerprint);
            paranoid.step(step, &self.path).into_iter().for_each(|u| self.shared.report_unsound(u));
        }
    }

    /// Adds the node, and the step that led there, to the graph. Returns the number of its state; `None` if there is no room
    /// for it.
    fn add_to_graph(&mut self, node: &Node) -> Option<u32> {
        let mut enabled = 0;
        // A state in which the execution ends has no step.
        let fault = self.shared.fault;
        let goes_on = node.ended.is_none() && fault != Some(Fault::EnabledNotSeen);
        for pending in node.threads.iter().filter(|pending| goes_on && pending.enabled) {
            enabled |= self.bit(pending.thread)?;
        }
        let step = match self.frames.last().zip(self.path.last().copied()) {
            Some((parent, pick)) => {
                let from = parent.number;
                let thread = self.bit(pick.thread)?.trailing_zeros() as u8;
                let progress = node.progress && fault != Some(Fault::ProgressNotSeen);
                Some(Taken { from, thread, outcome: pick.outcome, progress })
            }
            None => None,
        };
        let graph = self.shared.graph.as_ref()?;
        Some(graph.add(node.fingerprint, enabled, step))
    }

    /// Gives away the steps that it would take last, at the node nearest to the root, if another worker
    /// waits for work.
    fn share(&mut self) {
        // The steps before the first frame came with the job.
        let given = self.path.len() - self.frames.len();
        let Some(depth) = self.frames.iter().position(Frame::can_give) else { return };
        let frame = &mut self.frames[depth];
        let todo = frame.give();
        let thread = todo[0].thread;
        let frame = Frame { todo, thread, did: Footprint::default(), ..frame.copy() };
        self.shared.give(Job { path: self.path[..given + depth].to_vec(), frame });
    }
}

/// The cache key with a bound: the state, together with the thread that can continue without a preemption.
fn with_current(node: &Node, current: Option<ThreadId>) -> u128 {
    let current = current.map(|current| node.renaming.alike(current));
    mix(node.fingerprint, of(current))
}
