//! What a program has done that cannot be restored, and what to do instead.

use std::fmt;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use super::syscall::Syscall;

/// What a program has done that cannot be restored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// The heap has no room for what it asked for, which lies elsewhere now.
    Exhausted,
    /// It has given back memory that is not its own, or made it larger.
    Foreign,
    /// Another OS thread has used its memory.
    Stranger,
    /// It has started more threads than these, and there is no room for the next stack.
    Stacks(usize),
    /// It has called the system.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    Syscall(Syscall),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("search: ")?;
        match self {
            Trouble::Exhausted => f.write_str(
                "the program has used up its heap: give it more (Plan::heap), or does it grow without end?",
            ),
            Trouble::Stacks(threads) => write!(
                f,
                "no room for the stack of one more thread than {threads}: give each less (Plan::stack)"
            ),
            Trouble::Stranger => f.write_str(
                "another OS thread has used the program's memory: start threads by `spawn` only",
            ),
            Trouble::Foreign => f.write_str(
                "the program has given back what was allocated outside of its executions, as with an `Arc`, or \
                 made it larger, as with a `Vec`: hold that as an `Outside`",
            ),
            #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
            Trouble::Syscall(called) => called.fmt(f),
        }
    }
}
