//! Whether code runs inside an execution, and from which heap it allocates then: two variables of each OS thread.

use std::cell::Cell;
use std::thread::LocalKey;

/// The number of the heap that holds the search's own data (`arena.rs`, *Separate heaps*); the heaps of threads have the
/// numbers below it.
pub(super) const BOOK: usize = 8;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    static HEAP: Cell<usize> = const { Cell::new(BOOK) };
}

/// Calls `f` while the variable has this value.
#[inline]
fn while_set<T: Copy + 'static, R>(
    variable: &'static LocalKey<Cell<T>>,
    value: T,
    f: impl FnOnce() -> R,
) -> R {
    /// Restores the previous value, also while unwinding.
    struct Before<T: Copy + 'static>(&'static LocalKey<Cell<T>>, T);
    impl<T: Copy> Drop for Before<T> {
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }
    let _before = Before(variable, variable.replace(value));
    f()
}

/// The number of the heap from which code inside allocates.
#[inline]
pub(super) fn heap() -> usize {
    HEAP.get()
}

/// Calls `f`, whose allocations inside lie in the heap with this number.
#[inline]
pub(super) fn with_heap<R>(number: usize, f: impl FnOnce() -> R) -> R {
    while_set(&HEAP, number, f)
}

/// Calls `f`, which works on the search's own data: what it allocates inside is no part of the program's memory.
#[inline]
pub(crate) fn in_book<R>(f: impl FnOnce() -> R) -> R {
    with_heap(BOOK, f)
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
    while_set(&INSIDE, is_inside, f)
}

/// Calls `f` as code outside an execution.
#[inline]
pub(super) fn as_outside<R>(f: impl FnOnce() -> R) -> R {
    with(false, f)
}
