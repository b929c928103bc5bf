//! `std::cell` in a model: each access is an operation, and two that conflict are a data race.

#[allow(clippy::module_inception)] // named as in the real loom's documentation
mod cell;
mod unsafe_cell;

pub use self::cell::Cell;
pub use self::unsafe_cell::{ConstPtr, MutPtr, UnsafeCell};

pub(crate) use unsafe_cell::fail_if_races;
