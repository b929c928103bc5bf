//! The state of a program as a search sees it: its objects and its threads.
//!
//! The crate that offers atomics, locks and the like to a program reports everything that a thread does
//! with them. The fingerprint of a state covers
//! - the value of each shared object, updated with each change, so that an operation costs O(1);
//! - for each thread: what it has observed since its last checkpoint, call by call; how many threads and
//!   objects it has created; its next operation, and whether that can proceed. A thread is deterministic,
//!   so this determines everything it will ever do; for that, a checkpoint must name every live local.

use crate::fault::Fault;
use crate::fingerprint::Fingerprints;
use crate::interface::Ended;
use crate::operation::{Access, Footprint, Kind, ObjectId, Operation, ThreadId};
use crate::options::Options;
use crate::renaming;
use crate::thread::{Next, Thread};

mod changes;
mod history;
mod memory;
mod object_table;
mod objects;
mod view;

pub use changes::{Slot, ROUNDS, UNKNOWN};
pub(crate) use object_table::ObjectTable;

/// The state of one execution. The fields after `object_table` are saved and restored with the execution.
#[derive(Default)]
#[repr(C)]
pub struct State {
    pub(crate) object_table: ObjectTable,
    /// In the order of their creation in this execution; [`Pending`] sorts them by id.
    threads: Vec<Thread>,
    /// The fingerprint of all objects together.
    memory: Fingerprints,
    /// The number of objects that the environment created.
    of_world: u32,
    /// The number of this execution, by which an object of another execution is recognised.
    epoch: u32,
    /// For each thread with objects made on its behalf, how many; and the thread for which objects are made
    /// now.
    made_for: Vec<(ThreadId, u32)>,
    making_for: Option<ThreadId>,
    /// The thread whose step is under way, or the environment.
    mover: Mover,
    /// The thread that has made rounds without progress since another thread last moved, and their number.
    alone: Option<(ThreadId, u32)>,
    /// Whether the step under way made a round without progress.
    goes_round: bool,
    /// Whether the step under way made progress.
    progress: bool,
    /// Rounds without progress are not counted: a graph of the states shows them.
    has_graph: bool,
    /// The outcome of the choice in the step under way.
    outcome: u32,
    /// The objects that the step under way has touched, and their fingerprints before.
    touched: Vec<(usize, u128)>,
    /// The offsets of objects without registration that it has touched, and whether it wrote them.
    touched_memory: Vec<(u32, bool)>,
    /// The number of nested observers: code that reads the state and is no part of the program.
    observers: u32,
    ended: Option<Ended>,
    /// The fingerprint that was last asked for: that of the state from which the step under way began.
    last: u128,
    /// What has changed since an observer last read the state.
    changes: changes::Changes,
    /// Checkpoints and summarized calls have no effect.
    remembers: bool,
    /// A fault planted by a test.
    fault: Option<Fault>,
}

/// Room that is reserved for threads before there are any.
const THREADS: usize = 4;

/// Whose step is under way.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Mover {
    #[default]
    None,
    Thread(usize),
    World,
}

#[derive(Clone)]
struct Object {
    id: ObjectId,
    /// A planted fault leaves the object out of the state.
    left_out: bool,
}

/// An object of one execution.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handle {
    epoch: u32,
    index: u32,
}

/// What a thread had observed before a call, kept until the call returns.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    callers: Fingerprints,
    history: Fingerprints,
}

/// The id of the thread with this name; an error if the name is out of range.
fn named(name: u32) -> Result<ThreadId, String> {
    ThreadId::named(name).ok_or_else(|| format!("thread name {name} is out of range (1–30)"))
}

impl State {
    /// Applies the options of a search, before the first execution.
    pub fn prepare(&mut self, options: &Options, fault: Option<Fault>) {
        self.remembers = !options.checkpoints;
        self.fault = fault;
        self.has_graph = options.liveness;
        let symmetry = options.merges_renamed();
        renaming::set_interchangeable(if symmetry { options.interchangeable } else { 0 });
    }

    /// Begins a new execution, in which the first thread is about to start.
    pub fn begin(&mut self) {
        // Field by field: the padding between them stays as it is, so that two states after the same steps
        // are equal to the byte.
        self.threads.clear();
        self.object_table.clear();
        self.touched.clear();
        self.touched_memory.clear();
        self.made_for.clear();
        self.memory = Fingerprints::ZERO;
        self.of_world = 0;
        self.epoch = self.epoch.wrapping_add(1);
        self.making_for = None;
        self.mover = Mover::None;
        self.alone = None;
        self.goes_round = false;
        self.progress = false;
        self.outcome = 0;
        self.observers = 0;
        self.ended = None;
        self.last = 0;
        self.changes.begin();
        // Reserved at once: the smaller blocks of a growing list would lie in each saved state.
        self.threads.reserve(THREADS);
        self.add_thread(ThreadId::MAIN, Fingerprints::ZERO);
    }

    fn add_thread(&mut self, id: ThreadId, history: Fingerprints) {
        let start = Operation { kind: Kind::Start, object: None };
        let next = Next::Operation { operation: start, enabled: true };
        let new = Thread {
            id,
            next,
            callers: Fingerprints::ZERO,
            history,
            threads: 0,
            objects: 0,
            locks: 0,
            fingerprint: None,
        };
        self.threads.push(new);
    }

    /// The id of the thread that the current thread would create next; an error if there is no room for one
    /// more.
    pub fn next_child(&mut self) -> Result<ThreadId, String> {
        let Thread { id, threads, .. } = *self.me();
        let why = || {
            format!("thread {id} has created {threads} threads, and there is no room for one more (README.md, Limits)")
        };
        id.child(threads).ok_or_else(why)
    }

    /// The current thread creates another. Returns the new thread's number, in the order of creation.
    ///
    /// The arguments of the new thread are a function of its creator's history, with which it therefore
    /// starts.
    ///
    /// # Panics
    /// If ids have no room for it.
    pub fn spawn(&mut self) -> usize {
        let id = self.next_child().unwrap_or_else(|why| panic!("search: {why}"));
        let parent = self.me();
        parent.threads += 1;
        let history = parent.callers.mix(&parent.history);
        self.add_thread(id, history);
        self.threads.len() - 1
    }

    /// The id of a new thread with this name.
    ///
    /// # Errors
    /// If the name is out of range, or a thread already has it.
    pub fn new_name(&self, name: u32) -> Result<ThreadId, String> {
        let id = named(name)?;
        if self.threads.iter().any(|thread| thread.id == id) {
            Err(format!("another thread already has the name {id}"))
        } else {
            Ok(id)
        }
    }

    /// The current thread creates the thread with this name. `arguments` is the fingerprint of everything
    /// that the new thread depends on. Returns the new thread's number, in the order of creation.
    ///
    /// # Panics
    /// If [`State::new_name`] returns an error.
    pub fn spawn_named(&mut self, name: u32, arguments: &Fingerprints) -> usize {
        let id = self.new_name(name).unwrap_or_else(|why| panic!("search: {why}"));
        self.add_thread(id, *arguments);
        self.threads.len() - 1
    }

    /// Adds an observation to the history of the current thread.
    pub fn learn(&mut self, what: &Fingerprints) {
        if let Mover::Thread(_) = self.mover {
            let me = self.me();
            me.history = me.history.mix(what);
        }
    }

    /// The current thread has made a round without progress.
    ///
    /// The number of these rounds is part of the state for as long as no other thread moves: a thread that
    /// loops for ever also does so alone. So the step depends on every other step.
    pub fn round_without_progress(&mut self) {
        if let Mover::Thread(_) = self.mover {
            if self.has_graph {
                return;
            }
            let id = self.me().id;
            self.goes_round = true;
            self.alone = Some((id, self.alone.map_or(0, |(_, rounds)| rounds) + 1));
            self.rounds_change();
        }
    }

    /// The step under way makes progress: earlier rounds no longer count, and a cycle with this step is no livelock.
    pub fn made_progress(&mut self) {
        self.progress = true;
        if self.alone.take().is_some() {
            self.rounds_change();
        }
    }

    /// The number of rounds without progress of the thread that moved last, since another thread last
    /// moved.
    pub fn rounds_without_progress(&self) -> u32 {
        self.alone.map_or(0, |(_, rounds)| rounds)
    }

    /// The current thread has taken a lock. Returns the thread's id.
    pub fn take_lock(&mut self, lock: Handle) -> ThreadId {
        self.set_all_enabled(Kind::Lock, lock, false);
        match self.mover {
            Mover::Thread(_) => {
                let me = self.me();
                me.locks += 1;
                me.id
            }
            _ => ThreadId::WORLD,
        }
    }

    /// The current thread has released a lock.
    pub fn release_lock(&mut self, lock: Handle) {
        self.set_all_enabled(Kind::Lock, lock, true);
        if let Mover::Thread(_) = self.mover {
            let me = self.me();
            me.locks = me.locks.saturating_sub(1);
        }
    }

    /// The current thread has reached its next operation, so its step is over.
    pub fn announce(&mut self, kind: Kind, object: Option<Handle>, enabled: bool) {
        let object = object.map(|object| self.id(object));
        self.me().next = Next::Operation { operation: Operation { kind, object }, enabled };
    }

    /// The current thread has finished.
    pub fn finish(&mut self) {
        if let Mover::Thread(_) = self.mover {
            self.me().next = Next::Finished;
        }
    }

    /// Sets whether the thread with this number, in the order of creation, can perform the operation that
    /// it has announced.
    pub fn set_enabled(&mut self, thread: usize, can: bool) {
        let thread = &mut self.threads[thread];
        if let Next::Operation { enabled, .. } = &mut thread.next {
            *enabled = can;
            thread.fingerprint = None;
        }
    }

    /// Sets the same for all threads that have announced this operation of the object.
    pub fn set_all_enabled(&mut self, kind: Kind, object: Handle, can: bool) {
        let announced = Operation { kind, object: Some(self.id(object)) };
        for thread in &mut self.threads {
            match &mut thread.next {
                Next::Operation { operation, enabled } if *operation == announced => {
                    *enabled = can;
                    thread.fingerprint = None;
                }
                _ => {}
            }
        }
    }

    /// Ends the execution in the step under way.
    pub fn end(&mut self, how: Ended) {
        self.ended.get_or_insert(how);
    }

    /// How the execution has ended, if it has ended before its threads finished.
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// Begins a section in which the running code is an observer and no part of the program. Ended by
    /// [`State::end_observing`]; sections can nest.
    pub fn begin_observing(&mut self) {
        self.observers += 1;
    }

    /// Ends a section that [`State::begin_observing`] began.
    pub fn end_observing(&mut self) {
        self.observers -= 1;
    }

    /// Begins the step of the thread with this id. Returns the number of the thread to run, in the order of
    /// creation: the environment moves on the first unfinished thread, by id.
    pub fn step(&mut self, id: ThreadId, outcome: u32) -> usize {
        self.outcome = outcome;
        if self.alone.is_some_and(|(alone, _)| alone != id) {
            self.alone = None;
            self.rounds_change();
        }
        if id == ThreadId::WORLD {
            self.mover = Mover::World;
            return self
                .first_unfinished()
                .expect("step: the environment moves only if a thread is unfinished");
        }
        let number = self.threads.iter().position(|thread| thread.id == id);
        let number = number.expect("step: the thread exists");
        self.mover = Mover::Thread(number);
        let me = &mut self.threads[number];
        me.fingerprint = None;
        if let Next::Operation { operation, .. } = me.next {
            me.history = me.history.mix(&Fingerprints::of((operation, outcome)));
        }
        number
    }

    /// Whether the step under way is the environment's.
    pub fn is_world(&self) -> bool {
        self.mover == Mover::World
    }

    /// The outcome of the choice in the step under way.
    pub fn outcome(&self) -> u32 {
        self.outcome
    }

    /// Whether the step under way has made progress. Called once, when it is over.
    pub fn take_progress(&mut self) -> bool {
        std::mem::take(&mut self.progress)
    }

    /// Ends the step under way and returns its footprint.
    pub fn end_step(&mut self) -> Footprint {
        let goes_round = std::mem::take(&mut self.goes_round);
        let all = self.mover == Mover::World || self.ended.is_some() || goes_round;
        self.mover = Mover::None;
        let memory = self.take_touched_memory();
        let ObjectTable { objects, prints, .. } = &self.object_table;
        let count = renaming::count();
        let access = |(index, before): (usize, u128)| {
            let changed = prints[index * count] != before;
            (objects[index].id, if changed { Access::Write } else { Access::Read })
        };
        let accesses = self.touched.drain(..).map(access).collect();
        Footprint { all, accesses, memory }
    }

    /// The thread whose step is under way.
    fn me(&mut self) -> &mut Thread {
        match self.mover {
            Mover::Thread(number) => &mut self.threads[number],
            mover => panic!("search: an operation outside a thread's step ({mover:?})"),
        }
    }
}
