//! Runs the threads under a search, and returns to earlier nodes by restoring them.

use std::any::Any;
use std::cell::Cell;

use crate::current::{self, STATE};
use crate::fault::Fault;
use crate::interface::{Diverged, Ended, Next, Node, Pending, Pick, Search};
use crate::operation::Footprint;
use crate::options::Options;
use crate::raw::{self, in_book, inside, Arena, Captures, Images, Memory, Written};
use crate::renaming::Renaming;
use crate::state::State;

use super::facade::Facade;

thread_local! {
    /// Whether the threads are being run to their ends.
    pub(super) static LEAVING: Cell<bool> = const { Cell::new(false) };
}

/// An error of the program, or of the code that runs it.
pub(super) type Broken = Box<dyn Any + Send>;

/// One search under way.
pub(super) struct Run<'a, S> {
    pub(super) arena: &'a Arena,
    pub(super) images: Images,
    /// The depths of the nodes that have an image.
    marks: Vec<usize>,
    pub(super) search: S,
    facade: &'a dyn Facade,
    pub(super) options: &'a Options,
    audit: Option<u64>,
    restored: u64,
    executions: u64,
    captures: Captures,
    /// How many words of the program's statics looked like addresses in the arena before the search: an earlier one may
    /// have left them.
    in_statics: usize,
    /// In an audit, the byte with which uninitialised memory is filled.
    pub(super) fill: Option<u8>,
    /// The memory as it was last looked at, in a search in which a state is its memory.
    pub(super) memory: Option<Memory>,
    /// The thread that has run since then.
    mover: Option<usize>,
    pub(super) pending: Vec<Pending>,
    /// The steps of the current path.
    pub(super) path: Vec<Pick>,
    /// Where the program did something else when a path was run again.
    pub(super) diverged: Option<Diverged>,
}

/// The state that a step has reached.
pub(super) struct Here {
    pub(super) step: Footprint,
    pub(super) progress: bool,
    pub(super) fingerprint: u128,
    pub(super) renaming: Renaming,
    pub(super) own: u128,
    pub(super) ended: Option<Ended>,
}

impl<'a, S: Search> Run<'a, S> {
    pub(super) fn new(
        arena: &'a Arena,
        images: Images,
        search: S,
        facade: &'a dyn Facade,
        options: &'a Options,
        audit: Option<u64>,
        captures: Captures,
    ) -> Self {
        Run {
            arena,
            images,
            marks: Vec::new(),
            search,
            facade,
            options,
            audit,
            restored: 0,
            executions: 0,
            captures,
            in_statics: if facade.is_strict() { arena.in_statics() } else { 0 },
            fill: None,
            memory: None,
            mover: None,
            pending: Vec::new(),
            path: Vec::new(),
            diverged: None,
        }
    }

    /// Runs until the search is over.
    pub(super) fn drive(&mut self) -> Result<(), Broken> {
        self.fills(None);
        if self.search.begins_at_root() {
            self.warms_up()?;
            self.begin()?;
        } else {
            let Some(first) = self.back()? else { return Ok(()) };
            self.path.push(first);
            self.step(first)?;
        }
        loop {
            let Here { step, progress, fingerprint, renaming, own, ended } = self.arrive()?;
            let ended = self.finish_threads(ended)?;
            let pair = if self.search.wants_pairs() { STATE.with_borrow(State::pair) } else { 0 };
            let threads = &self.pending;
            let node =
                Node { threads, fingerprint, renaming, own, pair, step: &step, progress, ended };
            let next = match self.search.at_node(&node) {
                Next::Step { pick, keep_mark } => {
                    if keep_mark {
                        self.save();
                    }
                    pick
                }
                Next::Stop => {
                    self.over(ended)?;
                    return self.check_captures();
                }
                Next::Backtrack => {
                    if !self.over(ended)? {
                        self.search.ends();
                        return self.check_captures();
                    }
                    match self.back()? {
                        Some(pick) => pick,
                        None => return self.check_captures(),
                    }
                }
            };
            self.path.push(next);
            self.step(next)?;
        }
    }

    /// Takes the first step once, if there are audits. What the process does once alone, such as resolving a function of a library
    /// or registering a place that is traced, leaves other values on the stack, and so in padding, than there are later.
    fn warms_up(&mut self) -> Result<(), Broken> {
        if self.audit.is_none() {
            return Ok(());
        }
        self.begin()?;
        self.arrive()?;
        let first =
            self.pending.iter().find(|pending| pending.enabled).map(|pending| pending.thread);
        first.map_or(Ok(()), |thread| self.step(Pick { thread, outcome: 0 }))
    }

    /// Begins a new execution, in which the first thread is about to start.
    pub(super) fn begin(&mut self) -> Result<(), Broken> {
        self.arena.clear();
        self.images.clear_places();
        let fault = self.search.fault();
        STATE.with_borrow_mut(|state| state.prepare(self.options, fault));
        inside(|| in_book(|| STATE.with_borrow_mut(State::begin)));
        current::take_ended();
        self.mover = None;
        raw::spawn_first(self.facade);
        Ok(())
    }

    /// Takes a step.
    pub(super) fn step(&mut self, pick: Pick) -> Result<(), Broken> {
        let thread = STATE.with_borrow_mut(|state| state.step(pick.thread, pick.outcome));
        self.resume(thread)
    }

    fn resume(&mut self, thread: usize) -> Result<(), Broken> {
        self.mover = Some(thread);
        match &self.memory {
            None => self.images.thread_runs(thread),
            // A thread may write to another's stack.
            Some(_) => self.images.all_threads_run(),
        }
        let panic = match self.fill {
            None => self.arena.resume(thread),
            Some(byte) => self.arena.resume_filled(thread, byte),
        };
        match (raw::take_trouble(self.arena), panic) {
            (Some(trouble), _) => Err(Box::new(trouble.to_string())),
            (None, Some(payload)) => Err(Box::new(raw::allocate_outside(|| text(&*payload)))),
            (None, None) => Ok(()),
        }
    }

    /// Ends an execution. Returns whether to continue.
    fn over(&mut self, ended: Option<Ended>) -> Result<bool, Broken> {
        self.executions += 1;
        if self.memory.is_some() {
            if let Some(trouble) = self.captures.grown(self.arena) {
                return Err(Box::new(trouble.to_string()));
            }
        }
        // A faulty program shows it in every execution, and the check costs more than most executions take.
        if self.executions < 100 || self.executions.is_power_of_two() {
            self.check_captures()?;
        }
        Ok(self.facade.execution_over(ended))
    }

    fn check_captures(&mut self) -> Result<(), Broken> {
        if self.facade.is_strict() && self.arena.in_statics() > self.in_statics {
            return Err(Box::new(raw::STATIC.to_string()));
        }
        let trouble = if self.restores_counts() { None } else { self.captures.trouble() };
        trouble.map_or(Ok(()), |trouble| Err(Box::new(trouble.to_string())))
    }

    /// Whether the counts of captured `Arc`s are places.
    fn restores_counts(&self) -> bool {
        self.memory.is_some() && self.options.jobs <= 1
    }

    /// Ends the step, and returns its footprint and the state that it has reached.
    pub(super) fn arrive(&mut self) -> Result<Here, Broken> {
        let written = self.look_at_memory();
        let (pending, search) = (&mut self.pending, &mut self.search);
        let memory = &mut self.memory;
        Ok(STATE.with_borrow_mut(|state| {
            current::take_ended().into_iter().for_each(|how| state.end(how));
            let (fingerprint, renaming, own) = match memory {
                None => state.fingerprint(),
                Some(memory) => {
                    state.settle();
                    let all = memory.fingerprint(state.outline());
                    (all, Renaming::default(), all)
                }
            };
            // Most of a visit's time is spent waiting for its slot of the table: prefetched here.
            search.expects(fingerprint, own);
            let progress = state.take_progress();
            let mut step = state.end_step();
            add_written(&mut step, written);
            state.pending(pending);
            let ended = state.ended().or(pending.is_empty().then_some(Ended::Complete));
            Here { step, progress, fingerprint, renaming, own, ended }
        }))
    }

    /// Brings the shadow of the memory up to date. Returns what the last step has written; `None` if no thread has run
    /// since the last look, or the search does not look at memory.
    fn look_at_memory(&mut self) -> Option<Written> {
        let mover = self.mover.take();
        let written = self.memory.as_mut()?.update(self.arena, mover.unwrap_or_default());
        mover.filter(|_| self.search.fault() != Some(Fault::WriteNotSeen)).map(|_| written)
    }

    /// If the program has registered code for the end of the execution, all threads run to their ends
    /// first, and that code may find that the execution has failed.
    fn finish_threads(&mut self, ended: Option<Ended>) -> Result<Option<Ended>, Broken> {
        if ended != Some(Ended::Complete) || !self.facade.runs_at_end() {
            return Ok(ended);
        }
        LEAVING.set(true);
        for thread in 0..self.arena.count() {
            if !self.arena.is_done(thread) {
                self.resume(thread)?;
            }
        }
        LEAVING.set(false);
        let failed = current::take_ended() == Some(Ended::Failed);
        Ok(if failed { Some(Ended::Failed) } else { ended })
    }

    /// Returns to the node where the search continues. Returns the step from there; `None` if the search is
    /// over.
    fn back(&mut self) -> Result<Option<Pick>, Broken> {
        let Some(resume) = self.search.backtrack() else { return Ok(None) };
        let (depth, next, last) = (resume.depth, resume.next, resume.last);
        let known = !resume.from_another_worker && self.marks.contains(&depth);
        let handed_over = (!known).then(|| (resume.path.to_vec(), resume.fingerprint));
        while self.marks.last().is_some_and(|&mark| mark > depth || !known) {
            self.forget();
        }
        if let Some((handed_over, goal)) = handed_over {
            return if self.start_at(&handed_over, (next, goal), last)? {
                Ok(Some(next))
            } else {
                Ok(None)
            };
        }
        self.restore();
        self.restored += 1;
        // The first one too: a program that depends on what is not restored shows it there.
        if self.audit.is_some_and(|k| self.restored % k == 0 || self.restored == 1) {
            let left = std::mem::take(&mut self.path);
            self.path.extend_from_slice(&left[..depth]);
            self.audit(&left)?;
            self.images.all_threads_run();
            self.restore();
        }
        self.path.truncate(depth);
        if last {
            self.forget();
        }
        Ok(Some(next))
    }

    /// Saves this node, to which the search will return.
    fn save(&mut self) {
        self.images.save(self.arena);
        STATE.with_borrow_mut(State::mark);
        self.marks.push(self.path.len());
    }

    /// Restores the last saved node.
    fn restore(&mut self) {
        self.images.restore(self.arena);
        STATE.with_borrow_mut(State::undo_to_mark);
        // What differs from the state before is not written by the next step.
        self.mover = None;
        self.look_at_memory();
    }

    /// Drops the last saved node, to which the search will not return.
    fn forget(&mut self) {
        self.marks.pop();
        self.images.pop();
        STATE.with_borrow_mut(State::pop_mark);
    }
}

impl<S: Search> Run<'_, S> {
    /// Reaches a node of another worker by running the steps to it as if for the first time: what an
    /// observer allocates and frees is part of the heap. Returns false if they lead elsewhere.
    fn start_at(
        &mut self,
        path: &[Pick],
        (next, goal): (Pick, u128),
        last: bool,
    ) -> Result<bool, Broken> {
        self.begin()?;
        self.path.clear();
        let mut here = self.arrive()?;
        for &pick in path {
            let can = self.pending.iter().any(|p| p.thread == pick.thread && p.enabled);
            if here.ended.is_some() || !can {
                let (step, expected) = (self.path.len(), format!("{} could run", pick.thread));
                let got = "it cannot".to_owned();
                self.diverged = Some(Diverged { step, expected, got });
                break;
            }
            self.path.push(pick);
            self.step(pick)?;
            here = self.arrive()?;
        }
        let can_go_on = self.pending.iter().any(|p| p.thread == next.thread && p.enabled);
        let same = match self.memory {
            None => here.fingerprint == goal,
            // In memory, leftovers of addresses of the OS thread may differ from the other worker's.
            Some(_) => here.ended.is_none() && can_go_on,
        };
        if self.diverged.is_none() && !same {
            let (expected, got) = ("other values".to_owned(), "the same operations".to_owned());
            self.diverged = Some(Diverged { step: path.len(), expected, got });
        }
        if !last {
            self.save();
        }
        Ok(self.diverged.is_none())
    }
}

/// Adds what a step has written, whether or not it has reported it, to its footprint.
fn add_written(step: &mut Footprint, written: Option<Written>) {
    let Some(Written { words, other_stacks }) = written else { return };
    step.all |= other_stacks;
    if !words.is_empty() {
        step.memory.get_or_insert_default().written.add_all(&words);
    }
}

/// The message of a panic.
fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic whose payload is not text".to_owned())
}
