//! `std::sync::Arc`, counted by std; changes of the count are operations, and a leak is a failure.

use std::borrow::Borrow;
use std::mem::{self, ManuallyDrop};
use std::pin::Pin;
use std::sync::Arc as Std;
use std::{fmt, ops, ptr};

use crate::rt::{self, Kind, Object, Op};

/// A value with several owners.
pub struct Arc<T: ?Sized> {
    value: Std<T>,
}

impl<T> Arc<T> {
    /// Creates a value with one owner.
    #[track_caller]
    pub fn new(value: T) -> Arc<T> {
        Arc::from_std(Std::new(value))
    }

    /// The same, pinned.
    #[track_caller]
    pub fn pin(data: T) -> Pin<Arc<T>> {
        // SAFETY: the value of an `Arc` does not move.
        unsafe { Pin::new_unchecked(Arc::new(data)) }
    }

    /// The value, if this is the only owner.
    ///
    /// # Errors
    /// If it is not.
    #[track_caller]
    pub fn try_unwrap(this: Arc<T>) -> Result<T, Arc<T>> {
        let op = Op::begin(this.object(), Kind::Update, true, "Arc::try_unwrap");
        let count = Std::strong_count(&this.value);
        op.did(|| format!("{count} owners"));
        if count != 1 {
            return Err(this);
        }
        this.object().write();
        rt::count_tracked(-1);
        let this = ManuallyDrop::new(this);
        // SAFETY: `this` is not dropped.
        let value = unsafe { ptr::read(&this.value) };
        Ok(Std::into_inner(value).expect("try_unwrap: it has one owner"))
    }
}

impl<T: ?Sized> Arc<T> {
    /// Makes one of an `Arc` of std, for unsized values.
    ///
    /// # Panics
    /// If it has another owner.
    #[track_caller]
    pub fn from_std(mut std: Std<T>) -> Self {
        assert!(Std::get_mut(&mut std).is_some(), "Arc provided to `from_std` is not unique");
        rt::count_tracked(1);
        Arc { value: std }
    }

    /// The number of owners.
    #[track_caller]
    pub fn strong_count(this: &Self) -> usize {
        let op = Op::begin(this.object(), Kind::Read, true, "Arc::strong_count");
        let count = Std::strong_count(&this.value);
        op.did(|| count.to_string());
        count
    }

    /// Adds an owner.
    ///
    /// # Safety
    /// As for `std::sync::Arc::increment_strong_count`.
    #[track_caller]
    pub unsafe fn increment_strong_count(ptr: *const T) {
        let arc = ManuallyDrop::new(Arc::<T>::from_raw(ptr));
        mem::forget(Arc::clone(&arc));
    }

    /// Drops an owner.
    ///
    /// # Safety
    /// As for `std::sync::Arc::decrement_strong_count`.
    #[track_caller]
    pub unsafe fn decrement_strong_count(ptr: *const T) {
        drop(Arc::from_raw(ptr));
    }

    /// The value, if this is the only owner.
    #[track_caller]
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        let op = Op::begin(this.object(), Kind::Read, true, "Arc::get_mut");
        op.did(|| format!("{} owners", Std::strong_count(&this.value)));
        Std::get_mut(&mut this.value)
    }

    /// Whether both own one value.
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        Std::ptr_eq(&this.value, &other.value)
    }

    /// The value's address, which becomes an owner.
    pub fn into_raw(this: Self) -> *const T {
        let pointer = Self::as_ptr(&this);
        mem::forget(this);
        pointer
    }

    /// The value's address.
    pub fn as_ptr(this: &Self) -> *const T {
        Std::as_ptr(&this.value)
    }

    /// The owner that an address has become.
    ///
    /// # Safety
    /// As for `std::sync::Arc::from_raw`.
    #[track_caller]
    pub unsafe fn from_raw(ptr: *const T) -> Self {
        Arc { value: Std::from_raw(ptr) }
    }

    /// The counts, which lie in front of the value.
    fn object(&self) -> Object {
        Object::before(Std::as_ptr(&self.value).cast())
    }
}

impl<T: ?Sized> ops::Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> Clone for Arc<T> {
    /// No operation of its own, since a thread that increments the count can only be seen by one that reads it.
    fn clone(&self) -> Arc<T> {
        let value = self.value.clone();
        self.object().write();
        Arc { value }
    }
}

impl<T: ?Sized> Drop for Arc<T> {
    #[track_caller]
    fn drop(&mut self) {
        let op = Op::begin(self.object(), Kind::Update, true, "Arc::drop");
        let left = Std::strong_count(&self.value) - 1;
        self.object().write();
        op.did(|| format!("{left} owners left"));
        if left == 0 {
            rt::count_tracked(-1);
        }
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Default> Default for Arc<T> {
    #[track_caller]
    fn default() -> Arc<T> {
        Arc::new(Default::default())
    }
}

impl<T> From<T> for Arc<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Arc::new(value)
    }
}

impl<T: ?Sized> AsRef<T> for Arc<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized> Borrow<T> for Arc<T> {
    fn borrow(&self) -> &T {
        self
    }
}
