//! `std::alloc` in a model: a leak is a failure.

use crate::rt;

pub use std::alloc::Layout;

/// The global allocator of a test program that has one of its own, `Own`, and builds this crate with the feature
/// `own-allocator`: `static ALLOCATOR: loom::alloc::Allocator<Own> = loom::alloc::Allocator(Own);`. What is allocated in a
/// model lies in the search's memory, all else comes from `Own`.
pub use explore::Allocator;

/// As std's.
///
/// # Safety
/// As std's.
pub unsafe fn alloc(layout: Layout) -> *mut u8 {
    rt::count_tracked(1);
    std::alloc::alloc(layout)
}

/// As std's.
///
/// # Safety
/// As std's.
pub unsafe fn alloc_zeroed(layout: Layout) -> *mut u8 {
    rt::count_tracked(1);
    std::alloc::alloc_zeroed(layout)
}

/// As std's.
///
/// # Safety
/// As std's.
pub unsafe fn dealloc(ptr: *mut u8, layout: Layout) {
    rt::count_tracked(-1);
    std::alloc::dealloc(ptr, layout)
}

/// A value that must not leak.
#[derive(Debug)]
pub struct Track<T> {
    value: T,
    _tracked: Tracked,
}

#[derive(Debug)]
struct Tracked;

impl Drop for Tracked {
    fn drop(&mut self) {
        rt::count_tracked(-1);
    }
}

impl<T> Track<T> {
    /// Tracks a value.
    pub fn new(value: T) -> Track<T> {
        rt::count_tracked(1);
        Track { value, _tracked: Tracked }
    }

    /// The value.
    pub fn get_ref(&self) -> &T {
        &self.value
    }

    /// The value.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// The value, which is not tracked any longer.
    pub fn into_inner(self) -> T {
        self.value
    }
}
