//! The atomics of numbers and of `bool`.

use std::fmt;

use super::cell::Atomic;
use super::Ordering;

/// What all atomics have: `$of` is the name of std's.
macro_rules! common {
    ($name:ident, $type:ty $(, $t:ident)?) => {
        impl$(<$t>)? $name$(<$t>)? {
            /// Creates it with this value.
            pub fn new(v: $type) -> Self {
                Self(Atomic::new(v))
            }

            /// Changes the value through the only reference.
            #[track_caller]
            pub fn with_mut<R>(&mut self, f: impl FnOnce(&mut $type) -> R) -> R {
                self.0.with_mut(f)
            }

            /// Loads the value without synchronization.
            ///
            /// # Safety
            /// No thread may write meanwhile; that is checked.
            #[track_caller]
            pub unsafe fn unsync_load(&self) -> $type {
                self.0.unsync_load()
            }

            /// The value.
            pub fn into_inner(self) -> $type {
                self.0.peek()
            }

            /// As std's.
            #[track_caller]
            pub fn load(&self, _order: Ordering) -> $type {
                self.0.load()
            }

            /// As std's.
            #[track_caller]
            pub fn store(&self, val: $type, _order: Ordering) {
                self.0.store(val)
            }

            /// As std's.
            #[track_caller]
            pub fn swap(&self, val: $type, _order: Ordering) -> $type {
                self.0.update("swap", |_| val)
            }

            /// As std's.
            #[track_caller]
            pub fn compare_and_swap(
                &self,
                current: $type,
                new: $type,
                _order: Ordering,
            ) -> $type {
                self.0.compare_exchange(current, new).unwrap_or_else(|old| old)
            }

            /// As std's.
            ///
            /// # Errors
            /// The value, if it is another than `current`.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $type,
                new: $type,
                _success: Ordering,
                _failure: Ordering,
            ) -> Result<$type, $type> {
                self.0.compare_exchange(current, new)
            }

            /// As std's. It does not fail spuriously.
            ///
            /// # Errors
            /// The value, if it is another than `current`.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $type,
                new: $type,
                _success: Ordering,
                _failure: Ordering,
            ) -> Result<$type, $type> {
                self.0.compare_exchange(current, new)
            }

            /// As std's.
            ///
            /// # Errors
            /// The value, if `f` has none to replace it.
            #[track_caller]
            pub fn fetch_update<F>(
                &self,
                _set: Ordering,
                _fetch: Ordering,
                f: F,
            ) -> Result<$type, $type>
            where
                F: FnMut($type) -> Option<$type>,
            {
                self.0.fetch_update(f)
            }

            /// As std's, and loom's from 0.7.3 on: [`fetch_update`](Self::fetch_update) by another name.
            ///
            /// # Errors
            /// The value, if `f` has none to replace it.
            #[track_caller]
            pub fn try_update(
                &self,
                _set: Ordering,
                _fetch: Ordering,
                f: impl FnMut($type) -> Option<$type>,
            ) -> Result<$type, $type> {
                self.0.fetch_update(f)
            }

            /// As std's, and loom's from 0.7.3 on.
            #[track_caller]
            pub fn update(
                &self,
                _set: Ordering,
                _fetch: Ordering,
                mut f: impl FnMut($type) -> $type,
            ) -> $type {
                match self.0.fetch_update(|old| Some(f(old))) {
                    Ok(old) | Err(old) => old,
                }
            }
        }

        impl$(<$t>)? From<$type> for $name$(<$t>)? {
            fn from(v: $type) -> Self {
                Self::new(v)
            }
        }

        impl$(<$t>)? fmt::Debug for $name$(<$t>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.peek().fmt(f)
            }
        }
    };
}

pub(super) use common;

/// A method that replaces the value by a function of it and of an operand.
macro_rules! fetch {
    ($type:ty: $($name:ident = |$old:ident, $val:ident| $new:expr),* $(,)?) => {
        $(
            /// As std's.
            #[track_caller]
            pub fn $name(&self, $val: $type, _order: Ordering) -> $type {
                self.0.update(stringify!($name), |$old| $new)
            }
        )*
    };
}

macro_rules! atomic_int {
    ($($name:ident: $type:ty),* $(,)?) => {
        $(
            #[doc = concat!("`std::sync::atomic::", stringify!($name), "`.")]
            pub struct $name(Atomic<$type>);

            common!($name, $type);

            impl $name {
                fetch! {
                    $type:
                    fetch_add = |old, val| old.wrapping_add(val),
                    fetch_sub = |old, val| old.wrapping_sub(val),
                    fetch_and = |old, val| old & val,
                    fetch_nand = |old, val| !(old & val),
                    fetch_or = |old, val| old | val,
                    fetch_xor = |old, val| old ^ val,
                    fetch_max = |old, val| old.max(val),
                    fetch_min = |old, val| old.min(val),
                }
            }

            impl Default for $name {
                fn default() -> Self {
                    Self::new(Default::default())
                }
            }
        )*
    };
}

atomic_int! {
    AtomicU8: u8,
    AtomicU16: u16,
    AtomicU32: u32,
    AtomicU64: u64,
    AtomicUsize: usize,
    AtomicI8: i8,
    AtomicI16: i16,
    AtomicI32: i32,
    AtomicI64: i64,
    AtomicIsize: isize,
}

/// `std::sync::atomic::AtomicBool`.
pub struct AtomicBool(Atomic<bool>);

common!(AtomicBool, bool);

impl AtomicBool {
    fetch! {
        bool:
        fetch_and = |old, val| old & val,
        fetch_nand = |old, val| !(old & val),
        fetch_or = |old, val| old | val,
        fetch_xor = |old, val| old ^ val,
    }
}

impl Default for AtomicBool {
    fn default() -> Self {
        Self::new(false)
    }
}
