//! Where threads sleep until somebody changes something.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::current;
use crate::engine::{self, GateGuard, Handle};
use crate::op::Op;
use crate::Name;

/// A state, and the threads that wait for it to change.
pub(crate) struct Gate<S> {
    name: Name,
    /// Held while anything below changes; the engine sees who was there before whom.
    raw: engine::Gate,
    inside: Mutex<Inside<S>>,
}

struct Inside<S> {
    state: S,
    /// The longest asleep first. One that judges whether anything can move at all is among them.
    sleepers: Vec<Sleeper>,
}

struct Sleeper {
    thread: usize,
    handle: Handle,
}

/// Which sleepers a change wakes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wake {
    Nobody,
    First,
    All,
}

impl<S> Gate<S> {
    pub(crate) fn new(name: Name, state: S) -> Self {
        let inside = Inside { state, sleepers: Vec::new() };
        Gate { name, raw: engine::Gate::new(), inside: Mutex::new(inside) }
    }

    pub(crate) fn name(&self) -> Name {
        self.name
    }

    /// The number of the thread that has been asleep longest.
    pub(crate) fn sleeper(&self) -> Option<usize> {
        self.inside().sleepers.first().map(|sleeper| sleeper.thread)
    }

    /// Looks at the state; no operation.
    pub(crate) fn peek<R>(&self, look: impl FnOnce(&S) -> R) -> R {
        look(&self.inside().state)
    }

    /// Looks at the state, and at the first sleeper; changes it, and says who wakes up.
    pub(crate) fn change<R>(
        &self,
        op: &Op,
        change: impl FnOnce(&mut S, Option<usize>) -> (R, Wake),
    ) -> R {
        let guard = self.enter(op);
        let mut inside = self.inside();
        let first = inside.sleepers.first().map(|sleeper| sleeper.thread);
        let (result, wake) = change(&mut inside.state, first);
        let count = match wake {
            Wake::Nobody => 0,
            Wake::First => inside.sleepers.len().min(1),
            Wake::All => inside.sleepers.len(),
        };
        if count == 0 {
            return result;
        }
        let woken: Vec<Sleeper> = inside.sleepers.drain(..count).collect();
        drop(inside);
        current::with(|execution| {
            if let Some(execution) = execution {
                woken.iter().for_each(|sleeper| execution.wakes(sleeper.thread));
            }
        });
        guard.wake(woken.iter().map(|sleeper| &sleeper.handle));
        result
    }

    /// Waits until `ready` gives something. `falling_asleep` is called once, if it has to wait.
    pub(crate) fn sleep<R>(
        &self,
        op: &Op,
        mut ready: impl FnMut(&mut S, Option<usize>) -> Option<R>,
        falling_asleep: impl FnOnce(),
    ) -> R {
        let mut falling_asleep = Some(falling_asleep);
        let mut guard = self.enter(op);
        loop {
            let mut inside = self.inside();
            let first = inside.sleepers.first().map(|sleeper| sleeper.thread);
            if let Some(result) = ready(&mut inside.state, first) {
                return result;
            }
            let thread = op.thread();
            if !inside.sleepers.iter().any(|sleeper| sleeper.thread == thread) {
                inside.sleepers.push(Sleeper { thread, handle: Handle::current() });
            }
            drop(inside);
            if let Some(falling_asleep) = falling_asleep.take() {
                falling_asleep();
            }
            if op.falls_asleep(self.name) {
                guard = stay_or_leave(guard.wait(), op);
            } else {
                guard.leave();
                op.judge();
                guard = self.enter(op);
            }
        }
    }

    fn enter(&self, op: &Op) -> GateGuard<'_> {
        stay_or_leave(self.raw.enter(), op)
    }

    fn inside(&self) -> MutexGuard<'_, Inside<S>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Other threads have run meanwhile. If the execution has ended, gives the gate back before it unwinds.
fn stay_or_leave<'a>(guard: GateGuard<'a>, op: &Op) -> GateGuard<'a> {
    if op.is_over() {
        guard.leave();
        op.leave();
    }
    guard
}
