//! What a runtime is written against: atomics, locks, notes and threads, on std, loom, shuttle or explore.
//!
//! This is the one crate that knows which engine runs. A program that uses it says what Go's runtime
//! says (an atomic is loaded, a note is slept on) and names no `Ordering` and no engine; the crate's
//! feature decides whether real threads run it once (no feature), or `loom`, `shuttle` or `explore` runs
//! all, or many, of its interleavings.
//!
//! | module | holds |
//! |---|---|
//! | [`Name`], [`Word`] | what an object is called, and what fits into an atomic |
//! | [`Atomic`], [`Mutex`], [`Plain`], [`Ghost`] | shared state |
//! | [`discipline`] | which locks guard writes, in which order locks are taken |
//! | [`Outside`] | what an execution leaves behind: no part of its state |
//! | [`Note`], [`Latch`] | waiting: for another thread, for the environment |
//! | [`spawn`], [`spawn_named`], [`choose`], [`Observer`], [`Operation`] | one execution of a program, and who watches it |
//! | [`ask`] | what an observer asks at each look, if something that it reads has changed |
//! | [`explore()`], [`record`], [`Plan`], [`Schedule`] | all the executions of a program, and one of them again |
//! | [`estimate()`] | how many a search without a cache would run |
//! | [`litmus`] | all the outcomes of a race, for tests |
//!
//! # Operations, steps and states
//!
//! What other threads can notice is an *operation*: of an atomic, a lock, a note, a latch; `spawn` and
//! [`choose`] too. Each has one scheduling point, before it. What a thread does after that point up to
//! its next operation is one *step*, and between two steps is a *state*. [`Plain`] and [`Ghost`]
//! accesses, the release of a lock and every `peek` are part of the step they stand in; with [`Plan::races`] a
//! [`Plain`] access is an operation. (The release of
//! a lock can always be moved up to the operation before it, so a scheduling point there would show
//! nothing new.)
//!
//! # The end of an execution
//!
//! An execution ends when its threads have finished, when nothing can move any more and the
//! [`Observer`] says so, or at its first failure. From then on every thread *leaves*: its next
//! operation does not return but unwinds to the thread's base, and sleepers are woken for that. While
//! a thread unwinds, operations in destructors do nothing, and nobody switches threads.
//!
//! There is no way for a program to break off an execution while threads can move. An engine that leaves
//! out equivalent interleavings knows what a thread would do next only once the thread has got there; if
//! it never does, interleavings that matter are left out too.
#![forbid(unsafe_code)]

mod asked;
mod atomic;
mod current;
pub mod discipline;
mod engine;
mod estimate;
mod execution;
mod explore;
mod failure;
mod gate;
pub mod litmus;
mod mutex;
mod name;
mod note;
mod op;
mod operation;
mod plain;
mod plan;
mod program;
mod progress;
mod races;
mod schedule;
mod table;
mod word;

pub use std::sync::{Arc, Weak};

pub use ::explore::options::{Estimated, Incomplete, Options, Probing, Statistics};

pub use asked::{ask, ask_always};
pub use atomic::Atomic;
pub use current::thread_id;
pub use engine::ENGINE;
pub use estimate::estimate;
pub use explore::{explore, record, Diverged, End, Explored, Recorded, Searched};
pub use failure::{Cause, Failure, Violation};
pub use mutex::{Mutex, MutexGuard};
pub use name::{Engine, Name};
pub use note::{Latch, Note};
pub use operation::{Observer, Operation, Quiescent};
pub use plain::{Ghost, Outside, Plain};
pub use plan::{Control, OnProgress, Plan, PlanError, Sampler};
pub use program::{
    at_end, checkpoint, choose, gets_on, goes_round, make_for, observe, rounds, spawn, spawn_named,
    summarized, ThreadName,
};
pub use progress::Progress;
pub use schedule::Schedule;
pub use sync_macros::summarized;
pub use word::{BitWord, IntWord, Word};

/// A test of what the engine `explore` alone can show: *ignored, with the reason*, elsewhere.
#[cfg(all(feature = "explore", not(any(feature = "loom", feature = "shuttle"))))]
#[macro_export]
macro_rules! exhausted {
    ($($(#[$meta:meta])* fn $name:ident() $body:block)*) => {
        $($(#[$meta])* #[test] fn $name() $body)*
    };
}

/// A test of what the engine `explore` alone can show: *ignored, with the reason*, elsewhere.
#[cfg(not(all(feature = "explore", not(any(feature = "loom", feature = "shuttle")))))]
#[macro_export]
macro_rules! exhausted {
    ($($(#[$meta:meta])* fn $name:ident() $body:block)*) => {
        $(
            $(#[$meta])*
            #[test]
            #[ignore = "not all executions are told here; needs --features explore"]
            fn $name() $body
        )*
    };
}

/// A test of what only an exploring engine can show: *ignored, with the reason*, on std.
///
/// ```ignore
/// sync::explored! {
///     /// The doc of the test.
///     fn no_wakeup_is_lost() { .. }
/// }
/// ```
#[cfg(any(feature = "loom", feature = "shuttle", feature = "explore"))]
#[macro_export]
macro_rules! explored {
    ($($(#[$meta:meta])* fn $name:ident() $body:block)*) => {
        $($(#[$meta])* #[test] fn $name() $body)*
    };
}

/// A test of what only an exploring engine can show: *ignored, with the reason*, on std.
///
/// ```ignore
/// sync::explored! {
///     /// The doc of the test.
///     fn no_wakeup_is_lost() { .. }
/// }
/// ```
#[cfg(not(any(feature = "loom", feature = "shuttle", feature = "explore")))]
#[macro_export]
macro_rules! explored {
    ($($(#[$meta:meta])* fn $name:ident() $body:block)*) => {
        $(
            $(#[$meta])*
            #[test]
            #[ignore = "std runs one interleaving; needs --features loom, shuttle or explore"]
            fn $name() $body
        )*
    };
}

/// A test that searches: *ignored, with the reason*, where nothing does.
#[cfg(all(any(feature = "shuttle", feature = "explore"), not(feature = "loom")))]
#[macro_export]
macro_rules! searched {
    ($($(#[$meta:meta])* fn $name:ident() $body:block)*) => {
        $($(#[$meta])* #[test] fn $name() $body)*
    };
}

/// A test that searches: *ignored, with the reason*, where nothing does.
#[cfg(not(all(any(feature = "shuttle", feature = "explore"), not(feature = "loom"))))]
#[macro_export]
macro_rules! searched {
    ($($(#[$meta:meta])* fn $name:ident() $body:block)*) => {
        $(
            $(#[$meta])*
            #[test]
            #[ignore = "nothing is searched here; needs --features explore or shuttle"]
            fn $name() $body
        )*
    };
}
