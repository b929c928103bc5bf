//! Runs a program of one's own, with a search of all its interleavings, and reports what it finds.
//!
//! A program is a function. It makes its objects, starts its threads and returns what must hold at the end
//! ([`AtEnd`]). It is written with what this crate re-exports from [`sync`], and nothing of `std::sync` or
//! `std::thread`:
//!
//! ```
//! use programs::{spawn, Arc, AtEnd, Atomic};
//!
//! fn two_increments() -> AtEnd {
//!     let count = Arc::new(Atomic::new("count", 0u32));
//!     for _ in 0..2 {
//!         let count = count.clone();
//!         spawn(move || {
//!             let seen = count.load();
//!             count.store(seen + 1); // the other thread may have stored meanwhile
//!         });
//!     }
//!     AtEnd::finished().holds("no increment is lost", move || match count.peek() {
//!         2 => Ok(()),
//!         n => Err(format!("the count is {n}")),
//!     })
//! }
//!
//! let report = programs::Program::new("two increments", two_increments).run();
//! # if programs::ENGINE.explores() {
//! assert_eq!(report.found.expect("a failure").check, "no increment is lost");
//! # }
//! ```
//!
//! [`main`] makes a command of a list of programs; `docs/programs.md` is a guide.
//!
//! | file | holds |
//! |---|---|
//! | [`at_end`] | what must hold at the end |
//! | [`program`] | a program and its limits |
//! | `watch` | the observer of an execution: asks what must hold, and records |
//! | `watchdog` | ends the process if a thread loops without an operation |
//! | [`run`] | the searches of a run, one after the other |
//! | `smallest` | the smallest failure of the kind that was found |
//! | `decide` | what the searches came to |
//! | [`report`] | what a run reports, as text and as JSON |
//! | [`file`](mod@file) | counterexample files, and replays |
//! | [`lines`] | files with a line of JSON for each step |
//! | [`verdict`] | verdicts and exit codes |
//! | [`command`] | the command line |

pub mod at_end;
pub mod command;
mod decide;
pub mod file;
pub mod lines;
pub mod program;
pub mod report;
pub mod run;
mod smallest;
pub mod verdict;
mod watch;
mod watchdog;

pub use sync::driver::ENGINE;
pub use sync::{
    block_on, checkpoint, choose, fence, spawn, spin, summarized, test, Arc, Atomic, Condvar,
    Ghost, Latch, Mutex, MutexGuard, Name, Note, Parker, Plain, RwLock, RwLockReadGuard,
    RwLockWriteGuard, WakerSlot, Weak,
};

pub use at_end::AtEnd;
pub use command::main;
pub use program::Program;
pub use report::Report;
pub use verdict::Verdict;
