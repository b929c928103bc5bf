//! Whether code runs inside an execution: a flag of each OS thread.

use std::cell::Cell;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether allocations now lie in the arena.
#[inline]
pub(super) fn is_inside() -> bool {
    INSIDE.get()
}

/// The flag of this OS thread: 0 or 1.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub(super) fn flag() -> *const u8 {
    INSIDE.with(Cell::as_ptr).cast()
}

/// Calls `f` as code inside or outside an execution. The caller may be a signal handler, so this does nothing else.
#[inline]
pub(super) fn with<R>(is_inside: bool, f: impl FnOnce() -> R) -> R {
    /// Restores the previous value.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            INSIDE.set(self.0);
        }
    }
    let _before = Before(INSIDE.replace(is_inside));
    f()
}

/// Calls `f` as code outside an execution.
#[inline]
pub(super) fn as_outside<R>(f: impl FnOnce() -> R) -> R {
    with(false, f)
}
