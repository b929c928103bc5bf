//! What is outside of an execution, held by what is inside.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::Arc;

use super::address_space;
use super::global::is_inside;

/// A handle of something that outlives the execution: an `Arc`, of which copies made inside do not count.
///
/// An `Arc` from outside must not be owned inside: each time that an execution is taken up again, what it
/// has given back once would be given back once more.
pub struct OutsideArc<T: ?Sized> {
    shared: ManuallyDrop<Arc<T>>,
    /// Whether it is one of the owners.
    counts: bool,
}

impl<T> OutsideArc<T> {
    /// A handle of `value`.
    pub fn new(value: T) -> Self {
        OutsideArc { shared: ManuallyDrop::new(Arc::new(value)), counts: true }
    }
}

impl<T: ?Sized> Clone for OutsideArc<T> {
    fn clone(&self) -> Self {
        let shared: *const T = &**self.shared;
        let foreign = is_inside() && !address_space::contains(shared.cast::<u8>() as usize);
        if !foreign {
            return OutsideArc {
                shared: ManuallyDrop::new(Arc::clone(&self.shared)),
                counts: true,
            };
        }
        // SAFETY: a second `Arc` that nobody counts, and that never drops what it holds. It lies in the
        // arena, and is used while the program runs: for that long, the program itself, which is outside
        // and does not change, holds the handle that this is a copy of, or that one is a copy of.
        let shared = unsafe { std::ptr::read(&self.shared) };
        OutsideArc { shared, counts: false }
    }
}

impl<T: ?Sized> Drop for OutsideArc<T> {
    fn drop(&mut self) {
        if self.counts {
            // SAFETY: it is one of the owners, and is not used after this.
            unsafe { ManuallyDrop::drop(&mut self.shared) };
        }
    }
}

impl<T: ?Sized> Deref for OutsideArc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.shared
    }
}
