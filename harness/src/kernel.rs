//! What a kernel is: two or three threads and one structure of the model, without a scheduler around them.

use runtime_model::steps::Steps;

/// A kernel.
pub struct Kernel {
    /// Its name.
    pub name: &'static str,
    /// What holds in it, in a sentence.
    pub about: &'static str,
    /// Its threads, the first included.
    pub threads: usize,
    /// One execution of it.
    pub program: fn(Steps),
}

/// A job that runs a kernel names this and the kernel as its scenario.
pub const KERNEL: &str = "kernel/";

/// A job that runs a kernel without a bug names this as its variant.
pub const NO_VARIANT: &str = "-";
