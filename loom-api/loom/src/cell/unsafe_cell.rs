//! `std::cell::UnsafeCell`.
//!
//! Two accesses of a cell, one of which writes, are a data race if two threads have announced them in one state: in a
//! sequentially consistent execution, accesses that nothing orders can be moved next to each other. An access that lasts
//! (a pointer that is kept over other operations) races with each access that begins meanwhile.

use std::cell::Cell as StdCell;
use std::fmt;

use crate::rt::{self, Kind, Object, Op, Settings};

/// The number of users of a cell that is being written.
const WRITTEN: u32 = u32::MAX;

/// `std::cell::UnsafeCell`, with closures and guards in place of plain pointers.
pub struct UnsafeCell<T: ?Sized> {
    /// The number of readers, or [`WRITTEN`].
    users: StdCell<u32>,
    data: std::cell::UnsafeCell<T>,
}

/// A pointer for reading; the access lasts until this is dropped.
pub struct ConstPtr<T: ?Sized> {
    _access: Access,
    pointer: *const T,
}

/// A pointer for writing; the access lasts until this is dropped.
pub struct MutPtr<T: ?Sized> {
    _access: Access,
    pointer: *mut T,
}

/// An access that lasts.
struct Access {
    users: *const StdCell<u32>,
    writes: bool,
}

/// Fails if another thread has announced an access of the object that races with this one.
#[track_caller]
pub(crate) fn fail_if_races(object: Object, kind: Kind, what: &str) {
    if let Some(other) = object.races(kind) {
        panic!(
            "Causality violation: data race: {what} by thread {} and an access by thread {other} are not ordered",
            rt::current()
        );
    }
}

impl Access {
    #[track_caller]
    fn begin(users: &StdCell<u32>, writes: bool) -> Access {
        let object = Object::of(users);
        let (kind, what) = match writes {
            true => (Kind::PlainWrite, "writes cell"),
            false => (Kind::PlainRead, "reads cell"),
        };
        if Settings::now().races && !rt::is_still() && !std::thread::panicking() {
            fail_if_races(object, kind, if writes { "a write" } else { "a read" });
            let op = Op::begin(object, kind, true, what);
            op.did(String::new);
        }
        if !std::thread::panicking() {
            let races = match (writes, users.get()) {
                (_, WRITTEN) => Some("Causality violation: Concurrent accesses: a cell is accessed while it is written"),
                (true, 1..) => Some("Causality violation: Concurrent accesses: a cell is written while it is read"),
                _ => None,
            };
            if let Some(races) = races {
                panic!("{races}");
            }
        }
        users.set(if writes { WRITTEN } else { users.get().wrapping_add(1) });
        object.read();
        Access { users, writes }
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        // SAFETY: the cell exists as long as it is accessed, as for std's.
        let users = unsafe { &*self.users };
        users.set(if self.writes { 0 } else { users.get().wrapping_sub(1) });
        if self.writes {
            Object::of(users).write();
        }
    }
}

impl<T> UnsafeCell<T> {
    /// Creates it with this value.
    pub fn new(data: T) -> UnsafeCell<T> {
        UnsafeCell { users: StdCell::new(0), data: std::cell::UnsafeCell::new(data) }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.data.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// Reads the value.
    #[track_caller]
    pub fn with<F, R>(&self, f: F) -> R
    where
        F: FnOnce(*const T) -> R,
    {
        let _access = Access::begin(&self.users, false);
        f(self.data.get())
    }

    /// Writes the value.
    #[track_caller]
    pub fn with_mut<F, R>(&self, f: F) -> R
    where
        F: FnOnce(*mut T) -> R,
    {
        let _access = Access::begin(&self.users, true);
        f(self.data.get())
    }

    /// A pointer for reading.
    #[track_caller]
    pub fn get(&self) -> ConstPtr<T> {
        ConstPtr { _access: Access::begin(&self.users, false), pointer: self.data.get() }
    }

    /// A pointer for writing.
    #[track_caller]
    pub fn get_mut(&self) -> MutPtr<T> {
        MutPtr { _access: Access::begin(&self.users, true), pointer: self.data.get() }
    }
}

impl<T: Default> Default for UnsafeCell<T> {
    fn default() -> Self {
        UnsafeCell::new(Default::default())
    }
}

impl<T> From<T> for UnsafeCell<T> {
    fn from(src: T) -> UnsafeCell<T> {
        UnsafeCell::new(src)
    }
}

impl<T: ?Sized> ConstPtr<T> {
    /// The value.
    ///
    /// # Safety
    /// As for a pointer; data races are detected.
    pub unsafe fn deref(&self) -> &T {
        &*self.pointer
    }

    /// Calls `f` with the pointer.
    pub fn with<F, R>(&self, f: F) -> R
    where
        F: FnOnce(*const T) -> R,
    {
        f(self.pointer)
    }
}

impl<T: ?Sized> MutPtr<T> {
    /// The value.
    ///
    /// # Safety
    /// As for a pointer; data races are detected.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn deref(&self) -> &mut T {
        &mut *self.pointer
    }

    /// Calls `f` with the pointer.
    pub fn with<F, R>(&self, f: F) -> R
    where
        F: FnOnce(*mut T) -> R,
    {
        f(self.pointer)
    }
}

impl<T: ?Sized> fmt::Debug for UnsafeCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("UnsafeCell { .. }")
    }
}

impl<T: ?Sized> fmt::Debug for ConstPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("ConstPtr { .. }")
    }
}

impl<T: ?Sized> fmt::Debug for MutPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("MutPtr { .. }")
    }
}
