//! An arena: the heap and the stacks of one execution at a time.

use std::cell::Cell;
use std::panic::{catch_unwind, resume_unwind};

use super::address_space::{self, SPAN, STACKS};
use super::frozen_pages::FrozenPages;
use super::global::{self, inside};
use super::heap::Heap;
use super::inside::as_outside;
use super::memory_signals::SignalStack;
use super::syscall_filter::SyscallFilter;
use super::thread::Thread;

/// How much an execution may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of stack for each thread.
    pub stack: usize,
    /// Bytes of heap for all of them together.
    pub heap: usize,
}

/// The heap and the stacks of one execution at a time.
///
/// It is current on the OS thread that created it, until it is dropped.
pub(crate) struct Arena {
    base: usize,
    /// The bytes of a stack, and of the guard below it.
    stack: usize,
    guard: usize,
    heap: usize,
    frozen: FrozenPages,
    /// The number of stacks that are accessible.
    ready: Cell<usize>,
    _calls: SyscallFilter,
    _watch: SignalStack,
}

/// The data at the start of an arena, saved with everything else in it.
pub(super) struct World {
    heap: Heap,
    threads: Vec<*mut Thread>,
}

impl Arena {
    /// Creates an arena and makes it current.
    ///
    /// # Errors
    /// If the system has no memory for it, or the limits are out of range.
    pub(crate) fn new(limits: Limits) -> Result<Box<Arena>, String> {
        let guard = address_space::page();
        let stack = limits.stack.max(16 * 1024).next_multiple_of(guard);
        let most = SPAN - STACKS - guard;
        if stack > most || limits.heap > STACKS {
            return Err(format!(
                "{} bytes of stack for each thread and {} bytes of heap are too many: at most {most} and {STACKS}",
                limits.stack, limits.heap
            ));
        }
        let heap = limits.heap.max(64 * 1024).next_multiple_of(guard);
        let base = address_space::take()?;
        let ready = Cell::new(0);
        let (_watch, _calls) = (SignalStack::new(), SyscallFilter::new());
        let frozen = FrozenPages::new(base, heap);
        let arena = Box::new(Arena { base, stack, guard, heap, frozen, ready, _calls, _watch });
        // SAFETY: the span has just been taken and is not in use yet.
        unsafe {
            address_space::protect(base + STACKS, SPAN - STACKS, false)?;
            address_space::protect(base, heap, true)?;
        }
        // The first unwinding makes the system's libraries allocate memory, which must not be part of an
        // execution.
        let _ = catch_unwind(|| resume_unwind(Box::new(())));
        global::set_arena(&*arena);
        Ok(arena)
    }

    /// Discards everything in the arena: a new execution begins.
    pub(crate) fn clear(&self) {
        let top = self.base + size_of::<World>();
        let heap = Heap::new(self.base, top, self.base + self.heap);
        // SAFETY: the memory is this arena's, large enough and aligned to a page; what was there is
        // discarded (see the header of `raw`, 5), and nothing borrows from it (3).
        unsafe { self.world().write(World { heap, threads: Vec::new() }) };
        inside(|| self.threads_mut(|threads| threads.reserve(4)));
    }

    /// The frozen pages of the heap.
    pub(super) fn frozen(&self) -> &FrozenPages {
        &self.frozen
    }

    fn world(&self) -> *mut World {
        self.base as *mut World
    }

    pub(super) fn heap(&self) -> *mut Heap {
        // SAFETY: a place in the arena, no access.
        unsafe { &raw mut (*self.world()).heap }
    }

    /// The start of the arena, and the end of the part of the heap that has been allocated from.
    pub(super) fn used(&self) -> (usize, usize) {
        // SAFETY: `clear` has made a world; only a number is read.
        (self.base, unsafe { (*self.heap()).top() })
    }

    /// The threads that have been started.
    pub(super) fn threads(&self) -> &[*mut Thread] {
        // SAFETY: `clear` has made a world. The list changes when a thread is started and when an image is
        // restored; the callers that do that hold no such list.
        unsafe { &(*self.world()).threads }
    }

    pub(super) fn threads_mut<R>(&self, change: impl FnOnce(&mut Vec<*mut Thread>) -> R) -> R {
        // SAFETY: as above; `change` does not call this again.
        change(unsafe { &mut (*self.world()).threads })
    }

    pub(super) fn holds(&self, address: usize) -> bool {
        address.wrapping_sub(self.base) < STACKS
    }

    /// The highest address and the size of a thread's stack, by the thread's number.
    pub(super) fn stack(&self, thread: usize) -> (usize, usize) {
        (self.base + STACKS + (thread + 1) * (self.stack + self.guard), self.stack)
    }

    /// Makes the thread's stack accessible. Returns false if there is no room for it.
    pub(super) fn prepare_stack(&self, thread: usize) -> bool {
        let (top, bytes) = self.stack(thread);
        if top > self.base + SPAN {
            return false;
        }
        if thread >= self.ready.get() {
            // SAFETY: a stack of this arena that has not been used yet.
            let accessible = || unsafe { address_space::protect(top - bytes, bytes, true) };
            if as_outside(accessible).is_err() {
                return false;
            }
            self.ready.set(thread + 1);
        }
        true
    }

    /// The thread whose stack guard contains the address, and the size of its stack.
    pub(super) fn overflown(&self, address: usize) -> Option<(usize, usize)> {
        let distance =
            address.checked_sub(self.base + STACKS).filter(|_| address < self.base + SPAN)?;
        let thread = distance / (self.stack + self.guard);
        (distance % (self.stack + self.guard) < self.guard).then_some((thread, self.stack))
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        global::set_arena(std::ptr::null());
        // SAFETY: the span is this arena's, and its contents are no longer needed.
        unsafe { address_space::discard(self.base, SPAN) };
        address_space::give_back(self.base);
    }
}
