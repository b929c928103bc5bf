//! Values outside the executions, where executions are not restored: ordinary reference counts do.

use std::ops::Deref;
use std::sync::Arc;

/// A handle of a value that outlives the execution.
pub struct OutsideArc<T: ?Sized>(Arc<T>);

impl<T> OutsideArc<T> {
    /// Creates a handle of `value`.
    pub fn new(value: T) -> Self {
        OutsideArc(Arc::new(value))
    }
}

impl<T: ?Sized> Clone for OutsideArc<T> {
    fn clone(&self) -> Self {
        OutsideArc(self.0.clone())
    }
}

impl<T: ?Sized> Deref for OutsideArc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Runs `f`, whose allocations outlive the execution.
pub fn allocate_outside<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// Does nothing here: a thread that leaves an execution unwinds.
pub fn abandons() {}
