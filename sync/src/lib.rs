//! Atomics, locks, notes and threads that run on std, loom, shuttle or explore.
//!
//! This is the only crate that knows which engine runs. A program that uses it says what Go's runtime says (it
//! loads an atomic, it sleeps on a note) and names no `Ordering` and no engine. A cargo feature of this crate
//! selects the engine: without one, real threads run the program once; with `loom`, `shuttle` or `explore`, the
//! engine runs all of its interleavings, or many of them.
//!
//! The crate has two faces. What a program is written with is listed on this page; [`driver`] has what runs
//! programs and watches them.
//!
//! | item | is |
//! |---|---|
//! | [`Atomic`], [`Word`], [`IntWord`], [`BitWord`] | a word that several threads use, and the types that fit in one |
//! | [`Awaited`] | a word that threads wait for |
//! | [`Mutex`], [`MutexGuard`] | a lock and its data |
//! | [`RwLock`] | a lock that one writer or several readers hold |
//! | [`Condvar`] | waiting for a change of what a lock protects |
//! | [`Parker`] | `park` and `unpark` |
//! | [`block_on`], [`WakerSlot`] | running a future, and a place for a waker |
//! | [`fence`] | orders weak operations |
//! | [`spin`] | a round of a loop that waits |
//! | [`Plain`] | a field without synchronization of its own |
//! | [`Ghost`] | a value that only checks read |
//! | [`Note`], [`Latch`] | waiting for another thread, waiting for the environment |
//! | [`Condition`] | a value of the environment, and waiting until it is as it should be |
//! | [`spawn`], [`spawn_named`], [`make_for`], [`ThreadName`] | threads, and names for interchangeable ones |
//! | [`choose`] | a nondeterministic choice |
//! | `#[summarized]`, `#[forgets_callers]`, [`checkpoint`] | what a thread's future does not depend on |
//! | [`made_progress`], [`round_without_progress`] | marks by which a search finds livelocks |
//! | [`Name`], [`Arc`], [`Weak`] | what an object is called; std's reference counts |
//!
//! # Operations, steps and states
//!
//! An *operation* is what other threads can notice: one of an atomic, a lock, a note or a latch, and also
//! `spawn` and [`choose`]. Each has one scheduling point, before it. What a thread does from that point up to
//! its next operation is one *step*, and between two steps is a *state*. [`Plain`] and [`Ghost`] accesses, the
//! release of a lock and every `peek` belong to the step in which they occur; with
//! [`Plan::races`](driver::Plan::races), a [`Plain`] access is an operation. (The release of a lock can always be
//! moved up to the operation before it, so a scheduling point there would show nothing new.)
//!
//! # The end of an execution
//!
//! An execution ends when its threads have finished, when nothing can move any more and the
//! [`Observer`](driver::Observer) says so, or at its first failure. From then on every thread *leaves*: its next
//! operation does not return but unwinds to the thread's base, and sleeping threads are woken for that. While a
//! thread unwinds, operations in destructors do nothing, and threads do not switch. A destructor that takes a lock gets its data;
//! if another thread holds it, the process aborts, after it has said so (on std, where threads leave side by side, it waits first).
//!
//! A program cannot abort an execution while threads can move. An engine that leaves out equivalent interleavings
//! learns what a thread would do next only when the thread gets there; if it never gets there, the engine leaves
//! out interleavings that matter.
//!
//! # Circles of imports
//! `current`, `discipline`, `driver/exploration`, `driver/failure`, `driver/observer`, `engine/search`, `engine/tracking`,
//! `engine/tracking/predicates`, `execution`, `execution/endless`, `mutex`, `op` and `races` import each other because an
//! execution is one thing: an operation finds its execution through `current`, reports to it and to the search, and may end
//! it; the execution runs the threads that perform the operations, and an exploration runs the executions.
#![forbid(unsafe_code)]

mod atomic;
mod awaited;
mod condition;
mod condvar;
mod current;
mod discipline;
pub mod driver;
mod engine;
mod execution;
mod holder;
#[doc(hidden)]
pub mod locals;
mod mutex;
mod name;
mod note;
mod op;
mod orders;
mod parker;
mod plain;
mod program;
mod races;
mod rwlock;
mod spurious;
mod table;
mod task;
mod wait_queue;
mod word;

pub use std::sync::{Arc, Weak};

pub use atomic::Atomic;
pub use awaited::Awaited;
pub use condition::Condition;
pub use condvar::Condvar;
pub use mutex::{Mutex, MutexGuard};
pub use name::Name;
pub use note::{Latch, Note};
pub use parker::Parker;
pub use plain::{Ghost, Plain};
pub use program::{
    checkpoint, choose, fence, made_progress, make_for, round_without_progress, spawn, spawn_named,
    spin, summarized, ThreadName,
};
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use sync_macros::{forgets_callers, summarized, test};
pub use task::{block_on, WakerSlot};
pub use word::{BitWord, IntWord, Word};
