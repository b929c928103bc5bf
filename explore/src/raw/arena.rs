//! An arena: the heap and the stacks of one execution at a time.
//!
//! # Separate heaps
//! In a search in which a state is its memory, an address must not depend on which thread happened to allocate first,
//! and the search's own data must not count. So such an arena has a heap for each of the first [`THREADS`] threads
//! (later ones share the last), and one more, the *book*, for the search itself: saved and restored like the others, but
//! not hashed. Otherwise there is one heap for everything.

use std::cell::Cell;
use std::panic::{catch_unwind, resume_unwind};

use smallvec::SmallVec;

use super::address_space::{self, SPAN, STACKS};
use super::frozen_pages::{FrozenPages, PAGE};
use super::global::{self, inside};
use super::heap::Heap;
use super::inside::{as_outside, in_book, BOOK};
use super::memory_signals::SignalStack;
use super::statics;
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

/// The number of separate heaps for threads.
const THREADS: usize = BOOK;

/// The number of the heap of the thread with this number.
pub(super) fn heap_number(thread: usize) -> usize {
    thread.min(THREADS - 1)
}

/// The bytes at the start of a separate heap that hold the heap's own state.
pub(super) const HEADER: usize = 512;

/// The heap and the stacks of one execution at a time.
///
/// It is current on the OS thread that created it, until it is dropped.
pub(crate) struct Arena {
    base: usize,
    /// The bytes of a stack, and of the guard below it.
    stack: usize,
    guard: usize,
    heap: usize,
    /// The bytes of each heap, and the number of heaps.
    region: usize,
    heaps: usize,
    frozen: FrozenPages,
    /// A planted fault: heaps are not clean.
    pub(crate) leftovers: Cell<bool>,
    /// The number of stacks that are accessible.
    ready: Cell<usize>,
    _calls: SyscallFilter,
    _watch: SignalStack,
}

/// The data at the start of an arena, saved with everything else in it.
#[repr(C)]
pub(super) struct World {
    heap: Heap,
    threads: Vec<*mut Thread>,
}

impl Arena {
    /// Creates an arena and makes it current, with one heap or with separate ones.
    ///
    /// # Errors
    /// If the system has no memory for it, or the limits are out of range.
    pub(crate) fn new(limits: Limits, separate: bool) -> Result<Box<Arena>, String> {
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
        let heaps = if separate { BOOK + 1 } else { 1 };
        // Whole pages, so that no page belongs to two heaps.
        let page = guard.max(PAGE);
        let region = (heap / heaps / page * page).max(page);
        let heap = region * heaps;
        let base = address_space::take()?;
        let ready = Cell::new(0);
        let (_watch, _calls) = (SignalStack::new(), SyscallFilter::new());
        let frozen = FrozenPages::new(base, heap);
        let leftovers = Cell::new(false);
        let arena = Arena {
            base,
            stack,
            guard,
            heap,
            region,
            heaps,
            frozen,
            leftovers,
            ready,
            _calls,
            _watch,
        };
        let arena = Box::new(arena);
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
        let heap = if self.is_separate() {
            self.new_heap(0)
        } else {
            Heap::new(self.base, self.base + size_of::<World>(), self.base + self.heap)
        };
        // SAFETY: the memory is this arena's, large enough and aligned to a page; what was there is
        // discarded (see the header of `raw`, 5), and nothing borrows from it (3).
        unsafe { self.world().write(World { heap, threads: Vec::new() }) };
        if self.is_separate() {
            // SAFETY: as above.
            unsafe { self.heap(BOOK).write(self.new_heap(BOOK)) };
        }
        inside(|| in_book(|| self.threads_mut(|threads| threads.reserve(4))));
    }

    /// The frozen pages of the heap.
    pub(super) fn frozen(&self) -> &FrozenPages {
        &self.frozen
    }

    fn world(&self) -> *mut World {
        self.base as *mut World
    }

    /// Whether there are separate heaps.
    pub(super) fn is_separate(&self) -> bool {
        self.heaps > 1
    }

    /// The separate heap with this number, empty.
    fn new_heap(&self, number: usize) -> Heap {
        const { assert!(size_of::<World>() <= HEADER) };
        let from = self.base + number * self.region;
        // SAFETY: memory of a heap in which nothing lies yet, or whose content has been discarded.
        unsafe { std::ptr::write_bytes(from as *mut u8, 0, HEADER) };
        let heap = Heap::new(from, from + HEADER, from + self.region);
        if self.leftovers.get() {
            heap
        } else {
            heap.clean()
        }
    }

    /// Prepares the heap of a thread that is about to be started.
    pub(super) fn prepare_heap(&self, thread: usize) {
        if self.is_separate() && (1..THREADS).contains(&thread) {
            // SAFETY: a heap of this arena that no thread has used in this execution.
            unsafe { self.heap(thread).write(self.new_heap(thread)) };
        }
    }

    /// The heap with this number: all numbers mean the same one unless heaps are separate.
    pub(super) fn heap(&self, number: usize) -> *mut Heap {
        // A heap's state lies at its very start, also within a world.
        const { assert!(std::mem::offset_of!(World, heap) == 0) };
        (self.base + number.min(self.heaps - 1) * self.region) as *mut Heap
    }

    /// The heap that contains the address, which is in some heap of this arena.
    pub(super) fn heap_at(&self, address: usize) -> *mut Heap {
        (self.base + (address - self.base) / self.region * self.region) as *mut Heap
    }

    /// The parts of the heaps that have been allocated from, by their addresses and lengths. The book comes last.
    pub(super) fn ranges(&self) -> SmallVec<[(usize, usize); 4]> {
        let threads = if self.is_separate() { self.count().clamp(1, THREADS) } else { 0 };
        let range = |number: usize| {
            let from = self.heap(number) as usize;
            // SAFETY: the heap has been made by `clear` or `prepare_heap`; only a number is read.
            (from, unsafe { (*(from as *const Heap)).top() } - from)
        };
        (0..threads).chain([BOOK]).map(range).collect()
    }

    /// The addresses of the book, if heaps are separate.
    pub(super) fn book(&self) -> std::ops::Range<usize> {
        let from = self.base + BOOK * self.region;
        from..from + if self.is_separate() { self.region } else { 0 }
    }

    /// How many words of the program's static variables are addresses of something in the heaps.
    pub(crate) fn in_statics(&self) -> usize {
        // Not the base itself, which the list of arenas has.
        statics::hold(&(self.base + HEADER..self.base + STACKS))
    }

    /// The address at which the arena begins.
    pub(super) fn base(&self) -> usize {
        self.base
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
