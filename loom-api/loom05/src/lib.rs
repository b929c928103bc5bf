//! loom 0.5's API, which is part of loom 0.7's: see the crate one folder up.
pub use loom07::*;
