//! Depth first, with a state cache and sleep sets, or with a bound on preemptions.
//!
//! # Sleep sets
//! 1. When a thread has been explored from a state, with all outcomes of its choice, it *sleeps* in what
//!    is explored from there afterwards: its step first, then another's, gives nothing new if the two
//!    commute.
//! 2. It wakes up with the first step that depends on its own ([`Footprint::depends_on`]).
//! 3. With a cache: who sleeps when a state is first visited has not been explored *from that state*. On
//!    another visit, who slept then and does not now is explored, and the intersection is stored.
//!
//! Without 3, the cache cuts off what the sleep set left for others to do, and states are lost.
//!
//! # Bounds
//! A switch away from a thread that could go on is a preemption. What can be reached depends on how many
//! are left and on who has just moved, so both are part of a state then; and since a sleeping thread may
//! have been explored at the price of a preemption that is not to be paid here, nobody sleeps.

use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use crate::cache::{Threads, Visit, Visited};
use crate::fingerprint::{mix, of};
use crate::operation::{Access, Footprint, ThreadId};
use crate::seam::{Ended, Next, Node, Pick, Resume, Search};
use crate::state::Fault;

pub use crate::options::{Incomplete, Options, Statistics};

/// A search, depth first.
pub struct Dfs {
    options: Options,
    visited: Visited,
    /// The states, where they are not what is cached.
    distinct: Visited,
    frames: Vec<Frame>,
    path: Vec<Pick>,
    /// The threads, by their numbers in sleep sets.
    names: Vec<ThreadId>,
    statistics: Statistics,
    incomplete: Option<Incomplete>,
    /// The bound left something out.
    bounded: bool,
    failure: Option<Vec<Pick>>,
}

/// A node on the path.
struct Frame {
    /// What is still to be done, the next one last; the outcomes of a thread are neighbours.
    todo: Vec<Pick>,
    /// Who is being explored.
    thread: ThreadId,
    /// What it did, in all its outcomes so far.
    did: Footprint,
    sleep: Vec<Sleeper>,
    /// Who could go on without a preemption.
    current: Option<ThreadId>,
    budget: u32,
}

/// A thread that sleeps, and what its step does.
type Sleeper = (ThreadId, Rc<Footprint>);

impl Dfs {
    /// A search that has not begun.
    pub fn new(options: Options) -> Dfs {
        Dfs {
            options,
            visited: Visited::default(),
            distinct: Visited::default(),
            frames: Vec::new(),
            path: Vec::new(),
            names: Vec::new(),
            statistics: Statistics::default(),
            incomplete: None,
            bounded: false,
            failure: None,
        }
    }

    /// What it has come to.
    pub fn statistics(&self) -> Statistics {
        let states = if self.options.cache && self.options.bound.is_none() {
            self.visited.len()
        } else {
            self.distinct.len()
        };
        Statistics { states: states as u64, ..self.statistics }
    }

    /// Why not everything was explored, if so.
    pub fn incomplete(&self) -> Option<Incomplete> {
        self.incomplete
    }

    /// The bound left something out: a larger one would explore more.
    pub fn is_bounded(&self) -> bool {
        self.bounded
    }

    /// The first execution that failed.
    pub fn failure(&self) -> Option<&[Pick]> {
        self.failure.as_deref()
    }

    /// The distinct states.
    pub fn states(&self) -> impl Iterator<Item = u128> + '_ {
        let cached = self.options.cache && self.options.bound.is_none();
        if cached { &self.visited } else { &self.distinct }.fingerprints()
    }

    fn sleeps(&self) -> bool {
        self.options.sleep && self.options.bound.is_none()
    }

    fn stop(&mut self, why: Incomplete) -> Next {
        self.incomplete.get_or_insert(why);
        Next::Stop
    }

    fn limit(&self) -> Option<Incomplete> {
        let options = &self.options;
        let states = self.visited.len().max(self.distinct.len());
        if options.max_states.is_some_and(|max| states > max) {
            return Some(Incomplete::States);
        }
        if options.max_executions.is_some_and(|max| self.statistics.executions >= max) {
            return Some(Incomplete::Executions);
        }
        if self.path.len() > options.max_depth {
            return Some(Incomplete::Depth);
        }
        if options.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Some(Incomplete::Stopped);
        }
        let looks = self.statistics.transitions % 64 == 0;
        let late = looks && options.deadline.is_some_and(|deadline| Instant::now() > deadline);
        late.then_some(Incomplete::Time)
    }

    fn independent(&self, a: &Footprint, b: &Footprint) -> bool {
        if self.options.fault == Some(Fault::WritesIndependent) {
            let reads = |f: &Footprint| {
                let accesses = f.accesses.iter().filter(|(_, access)| *access == Access::Read);
                Footprint { all: f.all, accesses: accesses.copied().collect() }
            };
            return !reads(a).depends_on(b) && !reads(b).depends_on(a);
        }
        !a.depends_on(b)
    }

    /// The thread's number in sleep sets.
    fn bit(&mut self, thread: ThreadId) -> Option<Threads> {
        let known = self.names.iter().position(|&name| name == thread);
        let number = known.unwrap_or_else(|| {
            self.names.push(thread);
            self.names.len() - 1
        });
        1u64.checked_shl(number as u32)
    }

    /// Who sleeps in the node that the parent's step has led to.
    fn asleep(&self, step: &Footprint) -> Vec<Sleeper> {
        let Some(parent) = self.frames.last().filter(|_| self.sleeps()) else { return Vec::new() };
        let asleep = parent.sleep.iter().filter(|(_, does)| self.independent(does, step));
        asleep.cloned().collect()
    }

    /// Looks the state up. What is to be explored from it: who can move, but for those that sleep.
    fn visit(&mut self, node: &Node, sleep: &mut Vec<Sleeper>, frame: &Frame) -> Option<Visit> {
        if !self.options.cache || self.options.bound.is_some() {
            self.distinct.count(node.fingerprint);
        }
        if !self.options.cache {
            return Some(Visit::New);
        }
        if self.options.bound.is_some() {
            let state = mix(node.fingerprint, of(frame.current));
            return Some(self.visited.visit_bounded(state, frame.budget));
        }
        let mut mask = 0;
        for &(thread, _) in &*sleep {
            mask |= self.bit(thread)?;
        }
        let visit = self.visited.visit_sleeping(node.fingerprint, mask);
        match visit {
            Visit::Rest { .. } if self.options.fault == Some(Fault::SleepIgnoredOnHit) => {
                return Some(Visit::Done);
            }
            Visit::Rest { asleep, .. } => {
                let names = &self.names;
                let bit = |id| names.iter().position(|&name| name == id).map_or(0, |n| 1u64 << n);
                sleep.retain(|&(thread, _)| bit(thread) & asleep != 0);
            }
            _ => {}
        }
        Some(visit)
    }

    /// The steps from a node, the first to be taken last.
    fn todo(&mut self, node: &Node, visit: Visit, frame: &mut Frame) -> Option<Vec<Pick>> {
        let mut order: Vec<_> = node.threads.iter().filter(|pending| pending.enabled).collect();
        // Who has just moved goes on first; the others by their ids.
        order.sort_by_key(|pending| (Some(pending.thread) != frame.current, pending.thread));
        let goes_on = order.first().is_some_and(|first| Some(first.thread) == frame.current);
        let mut todo = Vec::new();
        for (i, pending) in order.iter().enumerate() {
            let thread = pending.thread;
            let awake = match visit {
                Visit::Rest { awake, .. } => self.bit(thread)? & awake != 0,
                _ => !frame.sleep.iter().any(|(sleeper, _)| *sleeper == thread),
            };
            if !awake {
                continue;
            }
            if self.options.bound.is_some() && goes_on && i > 0 && frame.budget == 0 {
                self.bounded = true;
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

    /// The next step from the last node of the path.
    fn go_on(&mut self) -> Option<Pick> {
        let sleeps = self.sleeps();
        let frame = self.frames.last_mut()?;
        let pick = frame.todo.pop();
        let next = pick.map(|pick| pick.thread);
        if next != Some(frame.thread) {
            let did = std::mem::take(&mut frame.did);
            // Sleep sets, step 1. Nothing commutes with a step that commutes with nothing.
            if sleeps && !did.all {
                frame.sleep.push((frame.thread, Rc::new(did)));
            }
        }
        frame.thread = next?;
        pick
    }

    fn count_end(&mut self, ended: Ended) -> Next {
        match ended {
            Ended::Complete => self.statistics.complete += 1,
            Ended::Failed => {
                self.statistics.failed += 1;
                self.failure.get_or_insert_with(|| self.path.clone());
                if !self.options.keep_going {
                    return self.stop(Incomplete::Failed);
                }
            }
        }
        Next::Backtrack
    }

    /// What is left of the budget after the step that led here, and who made it.
    fn arrive(&self) -> (Option<ThreadId>, u32) {
        let Some((parent, last)) = self.frames.last().zip(self.path.last()) else {
            return (None, self.options.bound.unwrap_or(0));
        };
        let preempts = parent.current.is_some_and(|current| current != last.thread);
        (Some(last.thread), parent.budget - u32::from(preempts && self.options.bound.is_some()))
    }
}

impl Search for Dfs {
    fn at_node(&mut self, node: &Node<'_>) -> Next {
        self.statistics.depth = self.statistics.depth.max(self.path.len() as u64);
        self.statistics.transitions += u64::from(!self.path.is_empty());
        if let Some(parent) = self.frames.last_mut() {
            parent.did.add(node.step);
        }
        if let Some(why) = self.limit() {
            return self.stop(why);
        }
        let (current, budget) = self.arrive();
        let mut sleep = self.asleep(node.step);
        let mut frame = Frame {
            todo: Vec::new(),
            thread: ThreadId::WORLD,
            did: Footprint::default(),
            sleep: Vec::new(),
            current,
            budget,
        };
        if let Some(ended) = node.ended {
            self.statistics.executions += 1;
            if ended == Ended::Complete {
                self.visit(node, &mut sleep, &frame);
            }
            return self.count_end(ended);
        }
        let Some(visit) = self.visit(node, &mut sleep, &frame) else {
            return self.stop(Incomplete::Threads);
        };
        if visit == Visit::Done {
            self.statistics.executions += 1;
            self.statistics.cut_by_cache += 1;
            return Next::Backtrack;
        }
        frame.sleep = sleep;
        let Some(todo) = self.todo(node, visit, &mut frame) else {
            return self.stop(Incomplete::Threads);
        };
        let Some(&pick) = todo.last() else {
            self.statistics.executions += 1;
            self.statistics.cut_by_sleep += 1;
            return Next::Backtrack;
        };
        frame.thread = pick.thread;
        frame.todo = todo;
        frame.todo.pop();
        let keep_mark = !frame.todo.is_empty();
        self.frames.push(frame);
        self.path.push(pick);
        Next::Step { pick, keep_mark }
    }

    fn backtrack(&mut self) -> Option<Resume<'_>> {
        if self.incomplete.is_some() {
            return None;
        }
        while !self.frames.is_empty() {
            let depth = self.frames.len() - 1;
            self.path.truncate(depth);
            let Some(next) = self.go_on() else {
                self.frames.pop();
                continue;
            };
            self.path.push(next);
            let last = self.frames[depth].todo.is_empty();
            return Some(Resume { depth, path: &self.path[..depth], next, last });
        }
        None
    }
}
