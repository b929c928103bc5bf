//! What is outside of an execution, where executions are not restored: held as anything else.

use std::ops::Deref;
use std::sync::Arc;

/// A handle of something that outlives the execution.
pub struct Outer<T: ?Sized>(Arc<T>);

impl<T> Outer<T> {
    /// A handle of `value`.
    pub fn new(value: T) -> Self {
        Outer(Arc::new(value))
    }
}

impl<T: ?Sized> Clone for Outer<T> {
    fn clone(&self) -> Self {
        Outer(self.0.clone())
    }
}

impl<T: ?Sized> Deref for Outer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// What `f` allocates outlives the execution.
pub fn outside<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// A thread that leaves unwinds.
pub fn abandons() {}
