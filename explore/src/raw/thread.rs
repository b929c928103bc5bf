//! Threads of the program: coroutines on the arena's stacks.

use std::any::Any;
use std::cell::Cell;
use std::num::NonZeroUsize;
use std::panic::{catch_unwind, AssertUnwindSafe};

use corosensei::stack::{Stack, StackPointer};
use corosensei::{Coroutine, Yielder};

use super::arena::Arena;
use super::fill;
use super::global::{self, inside, trouble};
use super::trouble::Trouble;
use crate::restore::Facade;

/// A thread of the program. It lies in the arena, and is never dropped.
pub(super) type Thread = Coroutine<(), (), (), ArenaStack>;

thread_local! {
    /// Of the thread that runs: how it lets the driver go on.
    static YIELDER: Cell<*const Yielder<(), ()>> = const { Cell::new(std::ptr::null()) };
    /// With what a thread has panicked that was to catch it.
    static PANIC: Cell<Option<Box<dyn Any + Send>>> = const { Cell::new(None) };
}

/// A stack of an arena, by its highest address.
///
/// The address is kept inverted, so that [`stack_pointer`] does not take it for a stack pointer.
pub(super) struct ArenaStack {
    inverted_top: usize,
    bytes: usize,
}

// SAFETY: the memory between the limit and the base is the arena's for this thread alone, aligned to a page,
// readable and writable since `prepare_stack`, with a guard page below, for as long as the arena is there.
unsafe impl Stack for ArenaStack {
    fn base(&self) -> StackPointer {
        NonZeroUsize::new(!self.inverted_top).expect("stack: not at 0")
    }

    fn limit(&self) -> StackPointer {
        NonZeroUsize::new(!self.inverted_top - self.bytes).expect("stack: not at 0")
    }
}

/// Starts a thread of the program. Its first turn comes when it is resumed.
///
/// # Panics
/// If there is no room for its stack.
pub(crate) fn spawn(program: impl FnOnce() + 'static) {
    // SAFETY: it borrows nothing.
    unsafe { launch(program) };
}

/// Starts the first thread.
///
/// # Safety
/// What the program borrows is there, and does not change, for as long as a thread is resumed.
unsafe fn launch(program: impl FnOnce()) {
    // SAFETY: threads are started inside, or by who drives; an arena is current in both.
    let arena = unsafe { global::arena().as_ref() }.expect("spawn: an arena is current");
    let number = arena.threads().len();
    if !arena.prepare_stack(number) {
        trouble(Trouble::Stacks(number));
        panic!("spawn: no room for the stack of one more thread than {number}");
    }
    let (top, bytes) = arena.stack(number);
    let stack = ArenaStack { inverted_top: !top, bytes };
    inside(|| {
        let base = |yielder: &Yielder<(), ()>, ()| {
            YIELDER.set(yielder);
            // Nothing may unwind over the base of a coroutine.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(program)) {
                PANIC.set(Some(payload));
            }
        };
        // SAFETY: it is not used for longer than what it borrows, as the caller says.
        let thread = unsafe { Coroutine::with_stack_unchecked(stack, base) };
        let thread = Box::into_raw(Box::new(thread));
        arena.threads_mut(|threads| threads.push(thread));
    });
}

/// The thread that runs lets the driver go on, and goes on when it is resumed.
pub(crate) fn suspend() {
    let yielder = YIELDER.get();
    // SAFETY: it is the one of the thread that runs: set when that began, and after each time that others
    // ran. It lies at the base of the thread's stack, which is there for as long as the thread runs.
    unsafe { (*yielder).suspend(()) };
    YIELDER.set(yielder);
}

impl Arena {
    /// The thread runs, inside, until it suspends itself or ends. With what it panicked, if it should not
    /// have.
    pub(crate) fn resume(&self, thread: usize) -> Option<Box<dyn Any + Send>> {
        // SAFETY: the coroutine was made on this OS thread, is not running, and its memory, with that of
        // its stack, is as it was when it suspended itself: either since nobody has touched it, or since an
        // image of that moment has been restored. It does not move, as it is boxed.
        inside(|| unsafe { switch_to(self.threads()[thread].cast()) });
        PANIC.take()
    }

    /// The same, with all filled that nobody may look at: the registers, some of which the thread saves on its
    /// stack, and the stack below its pointer.
    pub(crate) fn resume_filled(&self, thread: usize, byte: u8) -> Option<Box<dyn Any + Send>> {
        self.fill_below(thread, byte);
        // SAFETY: as above; nothing unwinds over the base of a coroutine.
        inside(|| unsafe { fill::call(switch_to, self.threads()[thread].cast(), byte) });
        PANIC.take()
    }

    /// Whether the thread has come to its end.
    pub(crate) fn is_done(&self, thread: usize) -> bool {
        // SAFETY: as above; it is only looked at.
        unsafe { (*self.threads()[thread]).done() }
    }

    /// How many threads have been started.
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

/// Not inlined, so that what it leaves in registers is the same whoever calls it.
///
/// # Safety
/// The thread can be resumed: see [`Arena::resume`].
#[inline(never)]
unsafe extern "C" fn switch_to(thread: *mut ()) {
    // SAFETY: as the caller says.
    let _ = unsafe { (*thread.cast::<Thread>()).resume(()) };
}

/// The stack pointer of a suspended coroutine, which corosensei keeps to itself.
///
/// A coroutine holds the one that it was made with and the one that it is suspended at, which is not higher;
/// and nothing else that is an address in its stack, since `ArenaStack` hides its own.
fn stack_pointer(thread: *const Thread, top: usize, bytes: usize) -> usize {
    const WORDS: usize = size_of::<Thread>() / size_of::<usize>();
    const {
        assert!(size_of::<Thread>() == WORDS * size_of::<usize>() && align_of::<Thread>() == 8);
    }
    // SAFETY: all its fields are words, so it can be read as such: two of ours, two stack pointers, a function.
    let words = unsafe { thread.cast::<[usize; WORDS]>().read() };
    let pointers = words.into_iter().filter(|&word| word < top && word >= top - bytes);
    pointers.min().expect("stack pointer: of a thread that is suspended")
}

/// Starts the first thread, which runs what is borrowed by who drives.
pub(crate) fn spawn_first(facade: &dyn Facade) {
    // SAFETY: whoever drives holds the facade, and threads are resumed by who drives only.
    unsafe { launch(|| facade.program()) };
}
