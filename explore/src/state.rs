//! What a search sees of a program: its objects, and its threads.
//!
//! Whoever offers atomics, locks and the like to a program tells of everything that a thread does with
//! them. A state's fingerprint is that of
//! - each shared object's value, changed as it changes, so that an operation costs O(1);
//! - for each thread: what it has observed since its last checkpoint, call by call, how many threads and
//!   objects it has made, what it does next and whether it can. A thread is deterministic, so this is all that it will
//!   ever do: a checkpoint is told every local that is live.

use crate::fingerprint::{mix, of};
use crate::operation::{Access, Footprint, Kind, ObjectId, Operation, ThreadId};
use crate::seam::Ended;
use crate::thread::{Next, Thread};

mod calls;
mod view;

#[doc(hidden)]
pub use crate::fault::Fault;

/// One execution, as far as it has come.
#[derive(Default)]
pub struct State {
    /// In the order in which they were created here; [`Pending`] has them by their ids.
    threads: Vec<Thread>,
    objects: Vec<Object>,
    /// Of all objects together.
    memory: u128,
    /// Objects that the environment made.
    of_world: u32,
    /// Which execution this is: an object of another is told by it.
    epoch: u32,
    /// Whose step it is.
    mover: Mover,
    /// The outcome of its choice.
    outcome: u32,
    /// What the step under way has touched, and how it was before.
    touched: Vec<(usize, u128)>,
    /// A step's number, so that an object knows whether this one has touched it.
    step: u64,
    /// Somebody looks who is no part of the program.
    observers: u32,
    ended: Option<Ended>,
    /// Nothing is ever forgotten.
    remembers: bool,
    /// What is planted, for a test.
    fault: Option<Fault>,
}

/// Who moves.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Mover {
    #[default]
    Nobody,
    Thread(usize),
    World,
}

struct Object {
    id: ObjectId,
    /// Of its id. `None` if it is left out, by a planted mistake.
    key: Option<u128>,
    /// Of its id and its value.
    fingerprint: u128,
    /// The last step that touched it.
    step: u64,
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
    callers: u128,
    history: u128,
}

impl State {
    /// Before the first execution. Without `checkpoints`, threads forget nothing.
    pub fn prepare(&mut self, checkpoints: bool, fault: Option<Fault>) {
        self.remembers = !checkpoints;
        self.fault = fault;
    }

    /// A new execution: the first thread is about to start.
    pub fn begin(&mut self) {
        // Field by field: what lies between them stays as it is, so that two states of the same steps are
        // the same to the byte.
        self.threads.clear();
        self.objects.clear();
        self.touched.clear();
        self.memory = 0;
        self.of_world = 0;
        self.epoch = self.epoch.wrapping_add(1);
        self.mover = Mover::Nobody;
        self.outcome = 0;
        self.step = 0;
        self.observers = 0;
        self.ended = None;
        self.add_thread(ThreadId::MAIN, 0);
    }

    fn add_thread(&mut self, id: ThreadId, history: u128) {
        let start = Operation { kind: Kind::Start, object: None };
        let next = Next::Operation { operation: start, enabled: true };
        let new = Thread {
            id,
            next,
            callers: 0,
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
        let history = mix(parent.callers, parent.history);
        self.add_thread(id, history);
        self.threads.len() - 1
    }

    /// An object is made, with a value of this fingerprint.
    pub fn object(&mut self, value: u128) -> Handle {
        let id = match self.mover {
            Mover::Thread(_) => {
                let me = self.me();
                me.objects += 1;
                ObjectId { thread: me.id, n: me.objects - 1 }
            }
            _ => {
                self.of_world += 1;
                ObjectId { thread: ThreadId::WORLD, n: self.of_world - 1 }
            }
        };
        let key = (!self.leaves_out(id)).then(|| of(id));
        let fingerprint = key.map_or(0, |key| mix(key, value));
        self.memory ^= fingerprint;
        self.objects.push(Object { id, key, fingerprint, step: 0 });
        Handle { epoch: self.epoch, index: (self.objects.len() - 1) as u32 }
    }

    fn leaves_out(&self, id: ObjectId) -> bool {
        let planted = |n| id == (ObjectId { thread: ThreadId::MAIN, n });
        matches!(self.fault, Some(Fault::ObjectLeftOut(n)) if planted(n))
    }

    /// The object's id.
    ///
    /// # Panics
    /// If it was not made in this execution.
    pub fn id(&self, object: Handle) -> ObjectId {
        self.objects[self.index(object)].id
    }

    fn index(&self, object: Handle) -> usize {
        assert!(
            object.epoch == self.epoch,
            "search: an object that was not made in this execution is used in it"
        );
        object.index as usize
    }

    fn touch(&mut self, object: Handle) -> usize {
        let index = self.index(object);
        let at = &mut self.objects[index];
        if at.step != self.step {
            at.step = self.step;
            self.touched.push((index, at.fingerprint));
        }
        index
    }

    /// Whose step it is looks at the object.
    pub fn reads(&mut self, object: Handle) {
        if self.observers > 0 || self.mover == Mover::World {
            return;
        }
        let index = self.touch(object);
        let value = self.objects[index].fingerprint;
        self.observes(value);
    }

    /// Whose step it is depends on the object, but learns nothing of its value, or says so itself
    /// ([`State::observes`]). What it is about to do, and whether it can, is part of the state.
    pub fn considers(&mut self, object: Handle) {
        if self.observers > 0 || self.mover == Mover::World {
            return;
        }
        self.touch(object);
    }

    /// Whose step it is has changed the object, to a value of this fingerprint.
    pub fn writes(&mut self, object: Handle, value: u128) {
        let index = self.touch(object);
        let object = &mut self.objects[index];
        let fingerprint = object.key.map_or(0, |key| mix(key, value));
        let before = std::mem::replace(&mut object.fingerprint, fingerprint);
        self.memory ^= before ^ fingerprint;
    }

    /// Whose step it is has learnt something.
    pub fn observes(&mut self, what: u128) {
        if let Mover::Thread(_) = self.mover {
            let me = self.me();
            me.history = mix(me.history, what);
        }
    }

    /// The thread whose step it is has taken a lock. Its id.
    pub fn takes(&mut self, lock: Handle) -> ThreadId {
        self.enables_all(Kind::Lock, lock, false);
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
    pub fn gives_back(&mut self, lock: Handle) {
        self.enables_all(Kind::Lock, lock, true);
        if let Mover::Thread(_) = self.mover {
            let me = self.me();
            me.locks = me.locks.saturating_sub(1);
        }
    }

    /// The thread whose step it is has come to its next operation; the step is over.
    pub fn announces(&mut self, kind: Kind, object: Option<Handle>, enabled: bool) {
        let object = object.map(|object| self.id(object));
        self.me().next = Next::Operation { operation: Operation { kind, object }, enabled };
    }

    /// The thread whose step it is has come to its end.
    pub fn finishes(&mut self) {
        if let Mover::Thread(_) = self.mover {
            self.me().next = Next::Finished;
        }
    }

    /// The thread, by its number in the order of creation, can now do what it has announced, or not.
    pub fn enables(&mut self, thread: usize, can: bool) {
        let thread = &mut self.threads[thread];
        if let Next::Operation { enabled, .. } = &mut thread.next {
            *enabled = can;
            thread.fingerprint = None;
        }
    }

    /// All that have announced this operation of the object can do it now, or not.
    pub fn enables_all(&mut self, kind: Kind, object: Handle, can: bool) {
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
    pub fn ends(&mut self, how: Ended) {
        self.ended.get_or_insert(how);
    }

    /// Whether the execution has ended early.
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// From now on, until as many [`State::observed`], whatever looks is no part of the program.
    pub fn observe(&mut self) {
        self.observers += 1;
    }

    /// See [`State::observe`].
    pub fn observed(&mut self) {
        self.observers -= 1;
    }

    /// The step of the thread of this id begins. Its number in the order of creation.
    pub fn step(&mut self, id: ThreadId, outcome: u32) -> usize {
        self.step += 1;
        self.outcome = outcome;
        if id == ThreadId::WORLD {
            self.mover = Mover::World;
            return usize::MAX;
        }
        let number = self.threads.iter().position(|thread| thread.id == id);
        let number = number.expect("step: a thread that there is");
        self.mover = Mover::Thread(number);
        let me = &mut self.threads[number];
        if let Next::Operation { operation, .. } = me.next {
            me.history = mix(me.history, of((operation, outcome)));
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
        if let Mover::Thread(number) = self.mover {
            self.threads[number].fingerprint = None;
        }
        let all = self.mover == Mover::World || self.ended.is_some();
        self.mover = Mover::Nobody;
        let objects = &self.objects;
        let access = |(index, before): (usize, u128)| {
            let object: &Object = &objects[index];
            let changed = object.fingerprint != before;
            (object.id, if changed { Access::Write } else { Access::Read })
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
