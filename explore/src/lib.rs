//! An exhaustive, stateful search over the threads of a program.
//!
//! The crate knows threads, the operations that they announce, and fingerprints of states; it knows
//! nothing of what the threads do, nor of Go. A *search* says who goes on; a *substrate* runs the
//! threads and goes back to a prefix of an execution. `README.md` has the argument for soundness.
//!
//! | type | is |
//! |---|---|
//! | [`operation`] | threads, objects, operations, and which steps depend on each other |
//! | [`renaming`] | threads that are interchangeable |
//! | [`fingerprint`] | 128 bits for a value |
//! | [`state`] | what a search sees of a program: objects, histories, pending operations |
//! | [`interface`] | the traits between search and substrate |
//! | [`search`], [`cache`] | depth first, with a state cache, sleep sets, preemption bounds |
//! | [`options`], [`workers`] | what is searched; what the workers of one search have in common |
//! | [`paranoid`], [`traces`] | whether checkpoints forget too much; how much is done twice |
//! | [`schedule`] | an execution as readable text |
//! | `table` | the visited states, 16 bytes each |
//! | `told` | what the program tells of itself, on either substrate |
//! | `threads` | the substrate that replays: threads run by shuttle (feature `shuttle`) |
//! | `restore` | the substrate that restores: threads and memory in an arena (feature `explore`) |
//! | `raw` | all that is unsafe: memory that is copied, stacks, the allocator (feature `explore`) |
//! | [`OutsideArc`], [`outside()`] | what outlives an execution |
//! | `Sample`, `Replay` | sampled schedules of shuttle's, and one of them again (feature `shuttle`) |
#![deny(unsafe_code)]

pub mod cache;
#[cfg(any(feature = "shuttle", feature = "explore"))]
pub mod current;
mod fault;
pub mod fingerprint;
pub mod interface;
pub mod operation;
pub mod options;
pub mod paranoid;
pub mod renaming;
pub mod schedule;
pub mod search;
pub mod state;
mod table;
mod thread;
pub mod traces;
pub mod workers;

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
pub use raw::{allocate_outside, OutsideArc};
#[cfg(feature = "shuttle")]
pub use replay::{Divergence, Replay};
#[cfg(feature = "explore")]
pub use restore::{abandons, operate};
#[cfg(feature = "shuttle")]
pub use sample::{Sample, Strategy, TaskSchedule};
#[cfg(all(feature = "shuttle", not(feature = "explore")))]
pub use threads::operate;
