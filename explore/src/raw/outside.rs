//! Values outside the executions, held by code inside.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::Arc;

use super::address_space;
use super::inside::is_inside;

/// A handle of a value that outlives the execution: an `Arc` whose clones made inside an execution are not
/// counted.
///
/// An ordinary `Arc` from outside must not be owned inside: each restored execution would drop the same
/// owner again.
pub struct OutsideArc<T: ?Sized> {
    shared: ManuallyDrop<Arc<T>>,
    /// Whether this handle is one of the counted owners.
    counts: bool,
}

impl<T> OutsideArc<T> {
    /// Creates a handle of `value`.
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
        // SAFETY: the second `Arc` is not counted, and never drops what it holds. It lies in the arena and
        // is used only while the program runs. For that long the program's closure, which is outside and
        // does not change, holds the handle of which this is a copy, directly or through other copies.
        let shared = unsafe { std::ptr::read(&self.shared) };
        OutsideArc { shared, counts: false }
    }
}

impl<T: ?Sized> Drop for OutsideArc<T> {
    fn drop(&mut self) {
        if self.counts {
            // SAFETY: it is a counted owner, and is not used after this.
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
