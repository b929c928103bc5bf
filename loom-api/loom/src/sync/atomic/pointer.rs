//! The atomic of a pointer.

use std::fmt;

use super::cell::Atomic;
use super::int::common;
use super::Ordering;

/// `std::sync::atomic::AtomicPtr`.
pub struct AtomicPtr<T>(Atomic<*mut T>);

common!(AtomicPtr, *mut T, T);

impl<T> Default for AtomicPtr<T> {
    fn default() -> AtomicPtr<T> {
        AtomicPtr::new(std::ptr::null_mut())
    }
}
