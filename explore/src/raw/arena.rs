//! An arena: the heap and the stacks of one execution at a time.

use std::cell::Cell;
use std::panic::{catch_unwind, resume_unwind};

use super::address_space::{self, SPAN, STACKS};
use super::frozen_pages::FrozenPages;
use super::global::{self, as_outside, inside};
use super::heap::Heap;
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
/// Current on the OS thread that has made it, until it is dropped.
pub(crate) struct Arena {
    base: usize,
    /// Bytes of a stack, and of the guard below it.
    stack: usize,
    guard: usize,
    heap: usize,
    frozen: FrozenPages,
    /// So many stacks can be used already.
    ready: Cell<usize>,
    _calls: SyscallFilter,
    _watch: SignalStack,
}

/// What is at the start of an arena, and is saved with everything else in it.
pub(super) struct World {
    heap: Heap,
    threads: Vec<*mut Thread>,
}

impl Arena {
    /// An arena, which is current from now on.
    ///
    /// # Errors
    /// In words, if the system has no memory for it, or the limits are none.
    pub(crate) fn new(limits: Limits) -> Result<Box<Arena>, String> {
        let guard = address_space::page();
        let stack = limits.stack.max(16 * 1024).next_multiple_of(guard);
        let most = SPAN - STACKS - guard;
        if stack > most || limits.heap > STACKS {
            return Err(format!(
                "{} bytes of stack for each thread and {} of heap are wanted; the most are {most} and {STACKS}",
                limits.stack, limits.heap
            ));
        }
        let heap = limits.heap.max(64 * 1024).next_multiple_of(guard);
        let base = address_space::take()?;
        let ready = Cell::new(0);
        let (_watch, _calls) = (SignalStack::new(), SyscallFilter::new());
        let frozen = FrozenPages::new(base, heap);
        let arena = Box::new(Arena { base, stack, guard, heap, frozen, ready, _calls, _watch });
        // SAFETY: the span has just been taken, and nobody uses it yet.
        unsafe {
            address_space::protect(base + STACKS, SPAN - STACKS, false)?;
            address_space::protect(base, heap, true)?;
        }
        // What the system's libraries prepare for the first time that anybody unwinds is no part of an execution.
        let _ = catch_unwind(|| resume_unwind(Box::new(())));
        global::set_arena(&*arena);
        Ok(arena)
    }

    /// Forgets all that is in it: a new execution begins.
    pub(crate) fn clear(&self) {
        let top = self.base + size_of::<World>();
        let heap = Heap::new(self.base, top, self.base + self.heap);
        // SAFETY: the memory is this arena's, large enough and aligned to a page; what was there is
        // forgotten (see the header of `raw`, 5), and nothing borrows from it (3).
        unsafe { self.world().write(World { heap, threads: Vec::new() }) };
        inside(|| self.threads_mut(|threads| threads.reserve(4)));
    }

    /// What is known of the heap's pages.
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

    /// Where it begins, and where nothing has been given out yet.
    pub(super) fn used(&self) -> (usize, usize) {
        // SAFETY: `clear` has made a world; only a number is read.
        (self.base, unsafe { (*self.heap()).top() })
    }

    /// The threads so far.
    pub(super) fn threads(&self) -> &[*mut Thread] {
        // SAFETY: `clear` has made a world. The list changes when a thread is started, and when an image is
        // restored: both are done by who holds no such list.
        unsafe { &(*self.world()).threads }
    }

    pub(super) fn threads_mut<R>(&self, change: impl FnOnce(&mut Vec<*mut Thread>) -> R) -> R {
        // SAFETY: as above; `change` does not come back here.
        change(unsafe { &mut (*self.world()).threads })
    }

    pub(super) fn holds(&self, address: usize) -> bool {
        address.wrapping_sub(self.base) < STACKS
    }

    /// The highest address of a thread's stack, by the number of the thread; the lowest is so much lower.
    pub(super) fn stack(&self, thread: usize) -> (usize, usize) {
        (self.base + STACKS + (thread + 1) * (self.stack + self.guard), self.stack)
    }

    /// Makes the thread's stack usable. False if there is no room for it.
    pub(super) fn prepare_stack(&self, thread: usize) -> bool {
        let (top, bytes) = self.stack(thread);
        if top > self.base + SPAN {
            return false;
        }
        if thread >= self.ready.get() {
            // SAFETY: a stack of this arena, which nobody has used yet.
            let accessible = || unsafe { address_space::protect(top - bytes, bytes, true) };
            if as_outside(accessible).is_err() {
                return false;
            }
            self.ready.set(thread + 1);
        }
        true
    }

    /// The thread in whose guard the address lies.
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
        // SAFETY: the span is this arena's, and what is in it is forgotten.
        unsafe { address_space::discard(self.base, SPAN) };
        address_space::give_back(self.base);
    }
}
