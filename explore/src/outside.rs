//! What is outside of an execution, where executions are not restored: held as anything else.

use std::ops::Deref;
use std::sync::Arc;

/// A handle of something that outlives the execution.
pub struct OutsideArc<T: ?Sized>(Arc<T>);

impl<T> OutsideArc<T> {
    /// A handle of `value`.
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

/// What `f` allocates outlives the execution.
pub fn allocate_outside<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// A thread that leaves unwinds.
pub fn abandons() {}
