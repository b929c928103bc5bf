//! `std::sync::atomic`: each operation is one step, whatever its ordering.

mod cell;
mod int;
mod pointer;

pub use self::int::{AtomicBool, AtomicI16, AtomicI32, AtomicI64, AtomicI8, AtomicIsize};
pub use self::int::{AtomicU16, AtomicU32, AtomicU64, AtomicU8, AtomicUsize};
pub use self::pointer::AtomicPtr;

pub use std::sync::atomic::Ordering;

/// A fence: under sequential consistency, which is all that is explored here, it has no effect.
///
/// # Panics
/// If the ordering is `Relaxed`, as std's does.
#[track_caller]
pub fn fence(order: Ordering) {
    assert!(order != Ordering::Relaxed, "there is no such thing as a relaxed fence");
}

/// A fence for the compiler, which has no effect either.
pub fn compiler_fence(_order: Ordering) {}

/// The thread waits for another, in a loop.
#[track_caller]
pub fn spin_loop_hint() {
    crate::rt::switch("spin_loop");
}
