//! `std::cell::Cell`.

use std::{mem, ptr};

use super::UnsafeCell;

/// `std::cell::Cell`.
#[derive(Debug)]
pub struct Cell<T> {
    cell: UnsafeCell<T>,
}

impl<T> Cell<T> {
    /// Creates it with this value.
    #[track_caller]
    pub fn new(v: T) -> Self {
        Self { cell: UnsafeCell::new(v) }
    }

    /// Sets the value.
    #[track_caller]
    pub fn set(&self, val: T) {
        drop(self.replace(val));
    }

    /// Exchanges the values of two cells.
    #[track_caller]
    pub fn swap(&self, other: &Self) {
        if ptr::eq(self, other) {
            return;
        }
        self.cell.with_mut(|mine| {
            // SAFETY: both are accessed by this thread alone, which is checked.
            other.cell.with_mut(|theirs| unsafe { ptr::swap(mine, theirs) });
        });
    }

    /// Sets the value. Returns the previous one.
    #[track_caller]
    pub fn replace(&self, val: T) -> T {
        // SAFETY: it is accessed by this thread alone, which is checked.
        self.cell.with_mut(|value| unsafe { mem::replace(&mut *value, val) })
    }

    /// The value.
    #[track_caller]
    pub fn get(&self) -> T
    where
        T: Copy,
    {
        // SAFETY: no thread writes it meanwhile, which is checked.
        self.cell.with(|value| unsafe { *value })
    }

    /// Takes the value and leaves the default one.
    #[track_caller]
    pub fn take(&self) -> T
    where
        T: Default,
    {
        self.replace(T::default())
    }

    /// The value.
    #[track_caller]
    pub fn into_inner(self) -> T {
        self.cell.into_inner()
    }
}

impl<T: Default> Default for Cell<T> {
    #[track_caller]
    fn default() -> Cell<T> {
        Cell::new(T::default())
    }
}

impl<T: Copy> Clone for Cell<T> {
    #[track_caller]
    fn clone(&self) -> Cell<T> {
        Cell::new(self.get())
    }
}

impl<T> From<T> for Cell<T> {
    #[track_caller]
    fn from(src: T) -> Cell<T> {
        Cell::new(src)
    }
}

impl<T: PartialEq + Copy> PartialEq for Cell<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq + Copy> Eq for Cell<T> {}

impl<T: PartialOrd + Copy> PartialOrd for Cell<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.get().partial_cmp(&other.get())
    }
}

impl<T: Ord + Copy> Ord for Cell<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.get().cmp(&other.get())
    }
}
