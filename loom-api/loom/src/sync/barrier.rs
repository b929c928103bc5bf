//! `std::sync::Barrier`, which the real loom does not have either.

/// `std::sync::Barrier`: all of it panics, as with the real loom.
#[derive(Debug)]
pub struct Barrier {}

impl Barrier {
    /// Panics.
    pub fn new(_n: usize) -> Self {
        unimplemented!("std::sync::Barrier is not supported yet in Loom.")
    }

    /// Panics.
    pub fn wait(&self) -> std::sync::BarrierWaitResult {
        unimplemented!("std::sync::Barrier is not supported yet in Loom.")
    }
}
