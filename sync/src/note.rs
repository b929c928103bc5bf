//! Waiting: for another thread, and for the environment.

use std::fmt;
use std::panic::Location;

use crate::current::{self, changed};
use crate::op::Op;
use crate::wait_queue::{WaitQueue, Wake};
use crate::{discipline, Name};

/// Go's `note`: a one-time event. One thread sleeps until another wakes it; the wakeup may come before the
/// sleep. Then the note is cleared for the next time.
///
/// Go: lock_futex.go, note (1.19).
pub struct Note {
    gate: WaitQueue<State>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Clear,
    Woken,
}

impl Note {
    /// Creates a note that is clear.
    pub fn new(name: impl Into<Name>) -> Self {
        Note { gate: WaitQueue::new(name.into(), State::Clear, |state| (*state as u128, &[])) }
    }

    /// Its name.
    pub fn name(&self) -> Name {
        self.gate.name()
    }

    /// Waits for the wakeup. At most one thread may wait.
    ///
    /// Go: lock_futex.go, notesleep (1.19).
    #[track_caller]
    pub fn sleep(&self) {
        let Some(op) = Op::begin() else { return };
        let mine = Some(op.thread());
        let mut slept = false;
        let slept_before = self.gate.sleep(
            &op,
            |state, sleeper| match state {
                State::Woken => Some(true),
                State::Clear if sleeper.is_some() && sleeper != mine => Some(false),
                State::Clear => None,
            },
            || {
                slept = true;
                changed();
                op.record(self.name(), "sleep", || "asleep".to_owned());
            },
        );
        assert!(slept_before, "notesleep - waitm out of sync");
        op.end(self.name(), "sleep", || if slept { "woken" } else { "was woken" }.to_owned());
    }

    /// Wakes the thread that sleeps now, or the next one to sleep.
    ///
    /// Go: lock_futex.go, notewakeup (1.19).
    #[track_caller]
    pub fn wakeup(&self) {
        discipline::before_wakeup(self.name(), Location::caller());
        let Some(op) = Op::begin() else { return };
        let before =
            self.gate.change(&op, |state, _| (std::mem::replace(state, State::Woken), Wake::First));
        assert!(before == State::Clear, "notewakeup - double wakeup");
        op.end(self.name(), "wakeup", String::new);
    }

    /// Clears the note for the next sleep.
    ///
    /// Go: lock_futex.go, noteclear (1.19).
    #[track_caller]
    pub fn clear(&self) {
        let Some(op) = Op::begin() else { return };
        self.gate.change(&op, |state, _| {
            *state = State::Clear;
            ((), Wake::None)
        });
        op.end(self.name(), "clear", String::new);
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())
    }
}

/// A flag that the environment sets once, and for which threads wait.
pub struct Latch {
    gate: WaitQueue<Flag>,
}

#[derive(Default)]
struct Flag {
    set: bool,
    /// The threads that have been woken without the flag.
    nudged: Vec<usize>,
}

impl Latch {
    /// Creates a flag that is not set.
    pub fn new(name: impl Into<Name>) -> Self {
        Latch {
            gate: WaitQueue::new(name.into(), Flag::default(), |flag| {
                (flag.set.into(), &flag.nudged)
            }),
        }
    }

    /// Its name.
    pub fn name(&self) -> Name {
        self.gate.name()
    }

    /// Sets the flag, and wakes all threads that wait for it.
    #[track_caller]
    pub fn set(&self) {
        let Some(op) = Op::begin() else { return };
        self.gate.change(&op, |flag, _| {
            flag.set = true;
            ((), Wake::All)
        });
        op.end(self.name(), "set", String::new);
    }

    /// Wakes the thread that has waited longest, although the flag is not set. Returns whether there was
    /// one.
    #[track_caller]
    pub fn nudge(&self) -> bool {
        let Some(op) = Op::begin() else { return false };
        let nudged = self.gate.change(&op, |flag, sleeper| match sleeper {
            Some(sleeper) if !flag.set => {
                flag.nudged.push(sleeper);
                (true, Wake::First)
            }
            _ => (false, Wake::None),
        });
        op.end(self.name(), "nudge", || nudged.to_string());
        nudged
    }

    /// Waits. Returns true when the flag is set, false when nudged.
    #[track_caller]
    pub fn wait(&self) -> bool {
        let Some(op) = Op::begin() else { return true };
        let me = op.thread();
        let set = self.gate.sleep(
            &op,
            |flag, _| {
                if let Some(i) = flag.nudged.iter().position(|&thread| thread == me) {
                    flag.nudged.remove(i);
                    return Some(false);
                }
                flag.set.then_some(true)
            },
            || {
                changed();
                op.record(self.name(), "wait", || "asleep".to_owned());
            },
        );
        op.end(self.name(), "wait", || if set { "set" } else { "nudged" }.to_owned());
        set
    }

    /// Whether the flag is set. Not an operation.
    #[track_caller]
    pub fn is_set(&self) -> bool {
        current::peeks(self.name());
        self.gate.peek(|flag| flag.set)
    }

    /// Whether a thread waits that has not been woken. Not an operation.
    #[track_caller]
    pub fn is_waiting(&self) -> bool {
        current::peeks(self.name());
        self.gate.sleeper().is_some()
    }
}

impl fmt::Debug for Latch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name(), self.gate.peek(|flag| flag.set))
    }
}
