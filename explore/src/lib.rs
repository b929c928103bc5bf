//! Which of a program's schedules to run, under shuttle.
//!
//! The crate knows threads that can move and numbers that are drawn; it knows nothing of what the
//! threads do, nor of Go. Now it samples schedules and runs a known one again; the exhaustive search
//! with a state cache, over the same threads, comes to live here.
//!
//! | type | is |
//! |---|---|
//! | `Sample` | schedules chosen by a `Strategy`, the last of them kept as a `Trace` |
//! | `Replay` | a `Trace` again, and the `Divergence` where it no longer fits |
//!
//! All of it is behind the feature `shuttle`, so that a build for another engine does not compile
//! shuttle.
#![forbid(unsafe_code)]
#![cfg(feature = "shuttle")]

mod replay;
mod sample;

pub use replay::{Divergence, Replay};
pub use sample::{Sample, Strategy, Trace};
