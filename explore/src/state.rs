//! What a search sees of a program: its objects, and its threads.
//!
//! Whoever offers atomics, locks and the like to a program tells of everything that a thread does with
//! them. A state's fingerprint is that of
//! - each shared object's value, changed as it changes, so that an operation costs O(1);
//! - for each thread: what it has observed since its last checkpoint, call by call, how many threads and
//!   objects it has made, what it does next and whether it can. A thread is deterministic, so this is all that
//!   it will ever do: a checkpoint is told every local that is live.

use crate::fingerprint::Fingerprints;
use crate::interface::Ended;
use crate::operation::{Access, Footprint, Kind, ObjectId, Operation, ThreadId};
use crate::options::Options;
use crate::renaming;
use crate::thread::{Next, Thread};

mod changes;
mod history;
mod object_table;
mod objects;
mod view;

pub use changes::{Slot, ROUNDS, UNKNOWN};
pub(crate) use object_table::ObjectTable;

#[doc(hidden)]
pub use crate::fault::Fault;

/// One execution, as far as it has come. What comes after the book is saved and restored with an execution.
#[derive(Default)]
#[repr(C)]
pub struct State {
    pub(crate) object_table: ObjectTable,
    /// In the order in which they were created here; [`Pending`] has them by their ids.
    threads: Vec<Thread>,
    /// Of all objects together.
    memory: Fingerprints,
    /// Objects that the environment made.
    of_world: u32,
    /// Which execution this is: an object of another is told by it.
    epoch: u32,
    /// For whom objects are made now, and how many have been made for each.
    made_for: Vec<(ThreadId, u32)>,
    making_for: Option<ThreadId>,
    /// Whose step it is.
    mover: Mover,
    /// Who has gone round in vain since anybody else has moved, and how often.
    alone: Option<(ThreadId, u32)>,
    /// In the step under way.
    goes_round: bool,
    /// The outcome of its choice.
    outcome: u32,
    /// What the step under way has touched, and how it was before.
    touched: Vec<(usize, u128)>,
    /// Somebody looks who is no part of the program.
    observers: u32,
    ended: Option<Ended>,
    /// What has changed since an observer looked last.
    changes: changes::Changes,
    /// Nothing is ever forgotten.
    remembers: bool,
    /// What is planted, for a test.
    fault: Option<Fault>,
}

/// Room for so many threads before there are any.
const THREADS: usize = 4;

/// Who moves.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Mover {
    #[default]
    Nobody,
    Thread(usize),
    World,
}

#[derive(Clone)]
struct Object {
    id: ObjectId,
    /// It is no part of the state, by a planted mistake.
    left_out: bool,
}

/// An object of one execution.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handle {
    epoch: u32,
    index: u32,
}

/// What a thread has seen before a call, kept while it lasts.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    callers: Fingerprints,
    history: Fingerprints,
}

/// The id of a thread of this name; why not, if that is none.
fn named(name: u32) -> Result<ThreadId, String> {
    ThreadId::named(name).ok_or_else(|| format!("{name} is no name of a thread; 1 to 30 are"))
}

impl State {
    /// Before the first execution: what the options of a search say of states.
    pub fn prepare(&mut self, options: &Options) {
        self.remembers = !options.checkpoints;
        self.fault = options.fault;
        renaming::set_interchangeable(if options.symmetry { options.interchangeable } else { 0 });
    }

    /// A new execution: the first thread is about to start.
    pub fn begin(&mut self) {
        // Field by field: what lies between them stays as it is, so that two states of the same steps are
        // the same to the byte.
        self.threads.clear();
        self.object_table.clear();
        self.touched.clear();
        self.made_for.clear();
        self.memory = Fingerprints::ZERO;
        self.of_world = 0;
        self.epoch = self.epoch.wrapping_add(1);
        self.making_for = None;
        self.mover = Mover::Nobody;
        self.alone = None;
        self.goes_round = false;
        self.outcome = 0;
        self.observers = 0;
        self.ended = None;
        self.changes.begin();
        // At once: what would be outgrown would lie in each saved state.
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

    /// The name of the thread that the one whose step it is would create; or why there is none.
    pub fn next_child(&mut self) -> Result<ThreadId, String> {
        let Thread { id, threads, .. } = *self.me();
        let why =
            || format!("thread {id} has made {threads} threads; there is no name for one more");
        id.child(threads).ok_or_else(why)
    }

    /// The thread whose step it is creates another. Its number, in the order of creation.
    ///
    /// What the new thread was given is a function of its creator's history.
    ///
    /// # Panics
    /// If the search has no name for it.
    pub fn spawn(&mut self) -> usize {
        let id = self.next_child().unwrap_or_else(|why| panic!("search: {why}"));
        let parent = self.me();
        parent.threads += 1;
        let history = parent.callers.mix(&parent.history);
        self.add_thread(id, history);
        self.threads.len() - 1
    }

    /// The id of the thread of this name, which nobody has so far.
    ///
    /// # Errors
    /// In words, if that is no name, or some thread has it.
    pub fn new_name(&self, name: u32) -> Result<ThreadId, String> {
        let id = named(name)?;
        match self.threads.iter().any(|thread| thread.id == id) {
            true => Err(format!("the name {id} has been given to a thread before")),
            false => Ok(id),
        }
    }

    /// The thread whose step it is creates the one of this name. What it was given has this fingerprint, and
    /// is all that it depends on. Its number, in the order of creation.
    ///
    /// # Panics
    /// Where [`State::new_name`] is an error.
    pub fn spawn_named(&mut self, name: u32, given: &Fingerprints) -> usize {
        let id = self.new_name(name).unwrap_or_else(|why| panic!("search: {why}"));
        self.add_thread(id, *given);
        self.threads.len() - 1
    }

    /// Whose step it is has learnt something.
    pub fn learn(&mut self, what: &Fingerprints) {
        if let Mover::Thread(_) = self.mover {
            let me = self.me();
            me.history = me.history.mix(what);
        }
    }

    /// The thread whose step it is has gone round once, and nothing came of it.
    ///
    /// How often it has done so is part of the state for as long as nobody else moves: a thread that goes
    /// round for ever does so alone, too. So the step commutes with nothing.
    pub fn round_without_progress(&mut self) {
        if let Mover::Thread(_) = self.mover {
            let id = self.me().id;
            self.goes_round = true;
            self.alone = Some((id, self.alone.map_or(0, |(_, rounds)| rounds) + 1));
            self.rounds_change();
        }
    }

    /// The thread whose step it is has got something done: no round so far was in vain.
    pub fn made_progress(&mut self) {
        if self.alone.take().is_some() {
            self.rounds_change();
        }
    }

    /// How often the thread that has moved last has gone round in vain since anybody else has moved.
    pub fn rounds_without_progress(&self) -> u32 {
        self.alone.map_or(0, |(_, rounds)| rounds)
    }

    /// The thread whose step it is has taken a lock. Its id.
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

    /// The thread whose step it is has given a lock back.
    pub fn release_lock(&mut self, lock: Handle) {
        self.set_all_enabled(Kind::Lock, lock, true);
        if let Mover::Thread(_) = self.mover {
            let me = self.me();
            me.locks = me.locks.saturating_sub(1);
        }
    }

    /// The thread whose step it is has come to its next operation; the step is over.
    pub fn announce(&mut self, kind: Kind, object: Option<Handle>, enabled: bool) {
        let object = object.map(|object| self.id(object));
        self.me().next = Next::Operation { operation: Operation { kind, object }, enabled };
    }

    /// The thread whose step it is has come to its end.
    pub fn finish(&mut self) {
        if let Mover::Thread(_) = self.mover {
            self.me().next = Next::Finished;
        }
    }

    /// The thread, by its number in the order of creation, can now do what it has announced, or not.
    pub fn set_enabled(&mut self, thread: usize, can: bool) {
        let thread = &mut self.threads[thread];
        if let Next::Operation { enabled, .. } = &mut thread.next {
            *enabled = can;
            thread.fingerprint = None;
        }
    }

    /// All that have announced this operation of the object can do it now, or not.
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

    /// The execution ends in the step under way.
    pub fn end(&mut self, how: Ended) {
        self.ended.get_or_insert(how);
    }

    /// Whether the execution has ended early.
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// From now on, until as many [`State::end_observing`], whatever looks is no part of the program.
    pub fn begin_observing(&mut self) {
        self.observers += 1;
    }

    /// See [`State::begin_observing`].
    pub fn end_observing(&mut self) {
        self.observers -= 1;
    }

    /// The step of the thread of this id begins. Who runs, by its number in the order of creation: the environment
    /// moves on the first thread, by ids, that has not finished.
    pub fn step(&mut self, id: ThreadId, outcome: u32) -> usize {
        self.outcome = outcome;
        if self.alone.is_some_and(|(alone, _)| alone != id) {
            self.alone = None;
            self.rounds_change();
        }
        if id == ThreadId::WORLD {
            self.mover = Mover::World;
            return self.first_unfinished().expect("step: the world moves for somebody");
        }
        let number = self.threads.iter().position(|thread| thread.id == id);
        let number = number.expect("step: a thread that there is");
        self.mover = Mover::Thread(number);
        let me = &mut self.threads[number];
        me.fingerprint = None;
        if let Next::Operation { operation, .. } = me.next {
            me.history = me.history.mix(&Fingerprints::of((operation, outcome)));
        }
        number
    }

    /// It is the environment's step.
    pub fn is_world(&self) -> bool {
        self.mover == Mover::World
    }

    /// The outcome of the choice of the step under way.
    pub fn outcome(&self) -> u32 {
        self.outcome
    }

    /// The step under way is over. What it did, if anybody was to move.
    pub fn end_step(&mut self) -> Footprint {
        let goes_round = std::mem::take(&mut self.goes_round);
        let all = self.mover == Mover::World || self.ended.is_some() || goes_round;
        self.mover = Mover::Nobody;
        let ObjectTable { objects, prints, .. } = &self.object_table;
        let count = renaming::count();
        let access = |(index, before): (usize, u128)| {
            let changed = prints[index * count] != before;
            (objects[index].id, if changed { Access::Write } else { Access::Read })
        };
        let accesses = self.touched.drain(..).map(access).collect();
        Footprint { all, accesses }
    }

    /// The thread whose step it is.
    fn me(&mut self) -> &mut Thread {
        match self.mover {
            Mover::Thread(number) => &mut self.threads[number],
            mover => panic!("search: an operation, and whose step it is: {mover:?}"),
        }
    }
}
