//! Errors of a program that make restoring impossible, and what to do instead.

use std::cell::Cell;
use std::fmt;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use super::syscall::Syscall;

/// An error of a program that makes restoring impossible.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// The heap is full, and the allocation was made elsewhere.
    Exhausted,
    /// It freed memory from outside the execution, or made it larger.
    Foreign,
    /// A container from outside has grown inside.
    Grown,
    /// A static variable holds memory of an execution.
    Static,
    /// Another OS thread has used its memory.
    Stranger,
    /// There is no room for the stack of one more thread after this many.
    Stacks(usize),
    /// It made a system call.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    Syscall(Syscall),
}

/// A static variable holds memory of an execution.
pub(crate) const STATIC: Trouble = Trouble::Static;

thread_local! {
    static TROUBLE: Cell<Option<Trouble>> = const { Cell::new(None) };
}

/// Records the first error of a step.
pub(super) fn report(trouble: Trouble) {
    if TROUBLE.get().is_none() {
        TROUBLE.set(Some(trouble));
    }
}

/// The error since the last call, if any.
pub(super) fn take() -> Option<Trouble> {
    TROUBLE.take()
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("search: ")?;
        match self {
            Trouble::Exhausted => f.write_str(
                "the program has used up its heap: increase Plan::heap, or stop it from growing without end",
            ),
            Trouble::Stacks(threads) => write!(
                f,
                "no room for the stack of another thread after {threads}: reduce Plan::stack"
            ),
            Trouble::Stranger => f.write_str(
                "another OS thread has used the program's memory: start threads with `spawn` only",
            ),
            Trouble::Static => f.write_str(
                "a static variable of the program holds memory of an execution (a `Vec` or an `Arc` in a `static`, a \
                 `OnceLock`): statics belong to no execution and are not restored; create the value in the program's \
                 function, or put it into an `Outside`",
            ),
            Trouble::Grown => f.write_str(
                "a value from outside that the program's closure holds grew inside an execution (a `HashSet` or a `Vec` \
                 behind a `Mutex` of std, for example), and would lose what it owns: change it outside the execution \
                 (`explore::allocate_outside`)",
            ),
            Trouble::Foreign => f.write_str(
                "the program dropped a value that was allocated outside its executions, such as an `Arc`, or \
                 made one larger, such as a `Vec`: hold it in an `Outside`",
            ),
            #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
            Trouble::Syscall(called) => called.fmt(f),
        }
    }
}
