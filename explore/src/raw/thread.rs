//! Threads of the program: coroutines on the arena's stacks.

use std::any::Any;
use std::cell::Cell;
use std::num::NonZeroUsize;
use std::panic::{catch_unwind, AssertUnwindSafe};

use corosensei::stack::{Stack, StackPointer};
use corosensei::{Coroutine, Yielder};

use super::arena::{heap_number, Arena};
use super::fill;
use super::global::{self, inside};
use super::inside::{in_book, with_heap};
use super::trouble::{self, Trouble};

/// A thread of the program. It lies in the arena and is never dropped.
pub(super) type Thread = Coroutine<(), (), (), ArenaStack>;

thread_local! {
    /// Of the running thread: the handle with which it switches to the driver.
    static YIELDER: Cell<*const Yielder<(), ()>> = const { Cell::new(std::ptr::null()) };
    /// The payload of a panic that a thread did not catch.
    static PANIC: Cell<Option<Box<dyn Any + Send>>> = const { Cell::new(None) };
}

/// A stack of an arena, by its highest address.
///
/// The address is stored inverted, so that [`stack_pointer`] does not take it for a stack pointer.
pub(super) struct ArenaStack {
    inverted_top: usize,
    bytes: usize,
}

// SAFETY: the memory between the limit and the base is the arena's and for this thread alone. It is aligned
// to a page, readable and writable since `prepare_stack`, with a guard page below, as long as the arena
// exists.
unsafe impl Stack for ArenaStack {
    fn base(&self) -> StackPointer {
        NonZeroUsize::new(!self.inverted_top).expect("stack: not at 0")
    }

    fn limit(&self) -> StackPointer {
        NonZeroUsize::new(!self.inverted_top - self.bytes).expect("stack: not at 0")
    }
}

/// What a new thread's stack holds next to its program, at most.
const BELOW_TOP: usize = 1024;

/// Starts a thread of the program, which first runs when it is resumed.
///
/// # Panics
/// If there is no room for its stack.
pub(crate) fn spawn(program: impl FnOnce() + 'static) {
    // SAFETY: the program borrows nothing.
    unsafe { launch(program) };
}

/// Starts the first thread.
///
/// # Safety
/// What the program borrows exists and does not change as long as a thread may be resumed.
unsafe fn launch(program: impl FnOnce()) {
    // SAFETY: threads are started inside or by the driver; an arena is current in both cases.
    let arena = unsafe { global::arena().as_ref() }.expect("spawn: an arena is current");
    let number = arena.threads().len();
    // A stack becomes accessible only once in a search.
    if !fill::leaving_no_residue(|| arena.prepare_stack(number)) {
        trouble::report(Trouble::Stacks(number));
        panic!("spawn: no room for the stack of one more thread than {number}");
    }
    let (top, bytes) = arena.stack(number);
    arena.prepare_heap(number);
    if arena.is_separate() {
        let cleared = (size_of_val(&program) + BELOW_TOP).min(bytes);
        // SAFETY: the stack of a thread that does not exist yet, which is accessible.
        unsafe { std::ptr::write_bytes((top - cleared) as *mut u8, 0, cleared) };
    }
    let stack = ArenaStack { inverted_top: !top, bytes };
    let launch = || {
        let base = |yielder: &Yielder<(), ()>, ()| {
            YIELDER.set(yielder);
            // A panic must not unwind over the base of a coroutine.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(program)) {
                PANIC.set(Some(payload));
            }
        };
        // SAFETY: the caller guarantees that it is not used for longer than what it borrows.
        let thread = unsafe { Coroutine::with_stack_unchecked(stack, base) };
        let thread = Box::into_raw(Box::new(thread));
        arena.threads_mut(|threads| threads.push(thread));
    };
    inside(|| in_book(launch));
}

/// Switches from the running thread to the driver, and returns when the thread is resumed.
pub(crate) fn suspend() {
    let yielder = YIELDER.get();
    // SAFETY: it belongs to the running thread: set when the thread began, and after each time that others
    // ran. It lies at the base of the thread's stack, which exists as long as the thread runs.
    unsafe { (*yielder).suspend(()) };
    YIELDER.set(yielder);
}

impl Arena {
    /// Runs the thread, inside, until it suspends itself or ends. Returns the payload of a panic that it
    /// did not catch.
    pub(crate) fn resume(&self, thread: usize) -> Option<Box<dyn Any + Send>> {
        // SAFETY: the coroutine was created on this OS thread and is not running. Its memory, and that of
        // its stack, is as it was when it suspended itself: it was not touched, or an image of that moment
        // was restored. It does not move, because it is boxed.
        inside(|| {
            with_heap(heap_number(thread), || unsafe { switch_to(self.threads()[thread].cast()) })
        });
        PANIC.take()
    }

    /// Like [`Arena::resume`], with everything filled that the thread must not read: the registers, some of
    /// which it saves on its stack, and the stack below its pointer.
    pub(crate) fn resume_filled(&self, thread: usize, byte: u8) -> Option<Box<dyn Any + Send>> {
        self.fill_below(thread, byte);
        // SAFETY: as above; no panic unwinds over the base of a coroutine.
        let switch = || unsafe { fill::call(switch_to, self.threads()[thread].cast(), byte) };
        inside(|| with_heap(heap_number(thread), switch));
        PANIC.take()
    }

    /// Whether the thread has ended.
    pub(crate) fn is_done(&self, thread: usize) -> bool {
        // SAFETY: as above; this only reads.
        unsafe { (*self.threads()[thread]).done() }
    }

    /// The number of threads that have been started.
    pub(crate) fn count(&self) -> usize {
        self.threads().len()
    }

    /// The live part of a thread's stack: from its stack pointer to its base. `None` if it has ended.
    pub(super) fn live_stack(&self, number: usize) -> Option<(usize, usize)> {
        if self.is_done(number) {
            return None;
        }
        let (top, bytes) = self.stack(number);
        let pointer = stack_pointer(self.threads()[number], top, bytes);
        Some((pointer, top - pointer))
    }
}

/// Not inlined, so that it leaves the same values in registers whichever function calls it.
///
/// # Safety
/// The thread can be resumed: see [`Arena::resume`].
#[inline(never)]
unsafe extern "C" fn switch_to(thread: *mut ()) {
    // SAFETY: as the caller says.
    let _ = unsafe { (*thread.cast::<Thread>()).resume(()) };
}

/// The stack pointer of a suspended coroutine, which corosensei does not expose.
///
/// A coroutine stores the stack pointer with which it was created and the one at which it is suspended,
/// which is not higher. It stores no other address in its stack, since `ArenaStack` hides its own.
fn stack_pointer(thread: *const Thread, top: usize, bytes: usize) -> usize {
    const WORDS: usize = size_of::<Thread>() / size_of::<usize>();
    const {
        assert!(size_of::<Thread>() == WORDS * size_of::<usize>() && align_of::<Thread>() == 8);
    }
    // SAFETY: all its fields are words, so it can be read as words: two of ours, two stack pointers, a
    // function.
    let words = unsafe { thread.cast::<[usize; WORDS]>().read() };
    let pointers = words.into_iter().filter(|&word| word < top && word >= top - bytes);
    pointers.min().expect("stack_pointer: the thread is suspended")
}

/// What the first thread of an execution runs.
pub trait Program {
    /// Runs the program.
    fn run(&self);
}

/// Starts the first thread, which runs the program.
pub(crate) fn spawn_first<P: Program + ?Sized>(program: &P) {
    // SAFETY: the driver holds the program, and only the driver resumes threads.
    unsafe { launch(|| program.run()) };
}
