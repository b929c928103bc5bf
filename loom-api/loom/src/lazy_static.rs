//! The crate `lazy_static` in a model: a value for each execution.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;

pub use crate::thread::AccessError;

/// A static of `loom::lazy_static!`.
pub struct Lazy<T> {
    #[doc(hidden)]
    pub init: fn() -> T,
    #[doc(hidden)]
    pub _p: PhantomData<fn(T)>,
}

impl<T: 'static> Lazy<T> {
    /// The value, made at the first call in an execution.
    ///
    /// # Panics
    /// After the end of the first thread, when it has been dropped.
    pub fn get(&'static self) -> &'static T {
        if let Some(value) = self.known() {
            return value;
        }
        let value = Box::new((self.init)());
        // Another thread may have made one while this one made its own, which is dropped then.
        if self.known().is_none() {
            statics().insert(self.key(), Box::into_raw(value));
        }
        self.known().expect("get: it is there")
    }

    fn key(&'static self) -> usize {
        (&raw const *self).cast::<()>() as usize
    }

    fn known(&'static self) -> Option<&'static T> {
        let value = *statics().get(&self.key())?;
        // SAFETY: the static's values have this type, and live until the end of the first thread, as in the real loom.
        Some(unsafe { &*value.cast::<T>() })
    }
}

fn statics() -> &'static mut std::collections::BTreeMap<usize, *mut dyn Any> {
    let statics = crate::rt::exec().statics.as_mut();
    statics.expect("attempted to access lazy_static during shutdown")
}

impl<T: 'static> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Lazy { .. }")
    }
}
