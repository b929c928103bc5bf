//! An exhaustive, stateful search over the threads of a program.
//!
//! The crate knows threads, the operations that they announce, and fingerprints of states. It knows nothing
//! of Go, nor of what the threads do. A *search* decides which thread takes the next step. A *substrate*
//! runs the threads and returns to earlier nodes. `README.md` argues that the search is sound.
//!
//! | module | is |
//! |---|---|
//! | [`operation`] | threads, objects, operations, and which steps depend on each other |
//! | `renaming` | threads that are interchangeable |
//! | [`fingerprint`] | 128-bit fingerprints of values |
//! | [`words`] | the words of memory that a step touches |
//! | [`state`] | what a search sees of a program: objects, histories, pending operations |
//! | [`interface`] | the traits between a search and a substrate |
//! | [`search`], `cache`, `sharded` | the depth-first search: state cache, sleep sets, preemption bounds |
//! | [`options`], `workers` | what to search; what the workers of one search share |
//! | [`liveness`] | the graph of a search's states, and the cycles in it that make no progress |
//! | `paranoid`, `traces` | checks that checkpoints forget nothing that matters; counts repeated work |
//! | [`schedule`] | an execution as readable text |
//! | `table` | a hash table of visited states, 16 bytes each |
//! | `current` | what the program reports to the search that runs it, on either substrate |
//! | `threads` | the substrate that replays: shuttle runs the threads (feature `shuttle`) |
//! | `restore` | the substrate that restores: threads and their memory lie in an arena (feature `explore`) |
//! | `raw` | all `unsafe` code: copied memory, stacks, the allocator (feature `explore`) |
//! | [`OutsideArc`], [`allocate_outside()`] | values that outlive an execution |
//! | `Allocator` | the global allocator that a program needs (feature `explore`) |
//! | `on_os_thread` | runs a search on an OS thread whose output is not captured (feature `explore`) |
//! | `Sample`, `Replay` | shuttle's sampled schedules, and one of them again (feature `shuttle`) |
//!
//! # Circles of imports
//! Two groups of files import each other because each is one thing:
//! - `state` and `state/changes`: a state holds its changes, and the methods that record them are the state's.
//! - `raw/arena`, `raw/global`, `raw/memory_signals` and `raw/thread`: an arena makes itself current, and the allocator,
//!   the signal handlers and the threads find it through that.
#![deny(unsafe_code)]

mod cache;
#[cfg(any(feature = "shuttle", feature = "explore"))]
pub mod current;
#[doc(hidden)]
pub mod fault;
pub mod fingerprint;
pub mod interface;
pub mod liveness;
pub mod operation;
pub mod options;
mod paranoid;
mod renaming;
pub mod schedule;
pub mod search;
mod sharded;
pub mod state;
mod table;
mod thread;
mod traces;
pub mod words;
mod workers;

#[cfg(not(feature = "explore"))]
mod outside;
#[cfg(feature = "explore")]
mod raw;
#[cfg(feature = "shuttle")]
mod replay;
#[cfg(feature = "explore")]
pub mod restore;
#[cfg(feature = "shuttle")]
mod sample;
#[cfg(feature = "shuttle")]
pub mod threads;
#[cfg(feature = "shuttle")]
mod waypoint;

#[cfg(not(feature = "explore"))]
pub use outside::{abandons, allocate_outside, OutsideArc};
#[cfg(feature = "explore")]
pub use raw::{allocate_outside, on_os_thread, Allocator, OutsideArc};
#[cfg(feature = "shuttle")]
pub use replay::{Divergence, Replay};
#[cfg(feature = "explore")]
pub use restore::{abandons, operate};
#[cfg(feature = "shuttle")]
pub use sample::{Sample, Strategy, TaskSchedule};
#[cfg(all(feature = "shuttle", not(feature = "explore")))]
pub use threads::operate;
