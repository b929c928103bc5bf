//! Wait queues: threads sleep until another thread or the environment changes a state.

use std::time::Duration;

use ::explore::fingerprint::Fingerprints;
use parking_lot::{Mutex, MutexGuard};

use crate::current;
use crate::engine::tracking::{self, Object};
use crate::engine::{self, Handle, MonitorGuard};
use crate::op::Op;
use crate::Name;

/// A state, and the threads that wait for it to change.
pub(crate) struct WaitQueue<S> {
    name: Name,
    /// Held while anything below changes, so that the engine sees the order of the threads.
    raw: engine::Monitor,
    inside: Mutex<Inside<S>>,
    object: Object,
    view: View<S>,
}

/// What a search must know of a state: its bits, and threads by their numbers.
pub(crate) type View<S> = fn(&S) -> (u128, &[usize]);

struct Inside<S> {
    state: S,
    /// The sleeping threads, the longest asleep first. A thread that handles quiescence is among them.
    sleepers: Vec<Sleeper>,
}

struct Sleeper {
    thread: usize,
    handle: Handle,
}

impl<S> Inside<S> {
    /// The place of the thread in the list of sleepers.
    fn place_of(&self, thread: usize) -> Option<usize> {
        self.sleepers.iter().position(|sleeper| sleeper.thread == thread)
    }

    /// Adds the current thread, which has this number, to the sleepers, if it is not among them.
    fn add_current(&mut self, thread: usize) {
        if self.place_of(thread).is_none() {
            self.sleepers.push(Sleeper { thread, handle: Handle::current() });
        }
    }
}

/// Which sleepers a change wakes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wake {
    None,
    First,
    /// The thread with this number, if it sleeps.
    Only(usize),
    All,
}

/// How long a thread waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Until it can proceed.
    Endless,
    /// For about this time. No engine but std has time: there, the wait may end at any moment.
    Limited(Duration),
}

impl<S> WaitQueue<S> {
    pub(crate) fn new(name: Name, state: S, view: View<S>) -> Self {
        let object = Object::new(|| {
            let none: [&[usize]; 2] = [&[], &[]];
            Fingerprints::of((view(&state).0, none[0], none[1]))
        });
        let inside = Inside { state, sleepers: Vec::new() };
        WaitQueue { name, raw: engine::Monitor::new(), inside: Mutex::new(inside), object, view }
    }

    pub(crate) fn name(&self) -> Name {
        self.name
    }

    /// The number of the thread that has slept longest.
    pub(crate) fn sleeper(&self) -> Option<usize> {
        self.object.read();
        self.inside().sleepers.first().map(|sleeper| sleeper.thread)
    }

    /// Calls `look` with the state. Not an operation.
    pub(crate) fn peek<R>(&self, look: impl FnOnce(&S) -> R) -> R {
        self.object.read();
        look(&self.inside().state)
    }

    /// Reports the changed state to a search.
    fn changed(&self, inside: &Inside<S>) {
        self.object.write(|| {
            let (bits, threads) = (self.view)(&inside.state);
            let threads: Vec<_> = threads.iter().copied().map(tracking::key).collect();
            let sleepers = inside.sleepers.iter().map(|sleeper| tracking::key(sleeper.thread));
            Fingerprints::of((bits, threads, sleepers.collect::<Vec<_>>()))
        });
    }

    /// Calls `change` with the state and the first sleeper, and wakes the sleepers that it selects.
    pub(crate) fn change<R>(
        &self,
        op: &Op,
        change: impl FnOnce(&mut S, Option<usize>) -> (R, Wake),
    ) -> R {
        if tracking::is_searching() {
            tracking::wake(&self.object);
        }
        let guard = self.enter(op);
        self.object.read();
        let mut inside = self.inside();
        let first = inside.sleepers.first().map(|sleeper| sleeper.thread);
        let (result, wake) = change(&mut inside.state, first);
        let sleeping = inside.sleepers.len();
        let woken = match wake {
            Wake::None => 0..0,
            Wake::First => 0..sleeping.min(1),
            Wake::Only(thread) => inside.place_of(thread).map_or(0..0, |n| n..n + 1),
            Wake::All => 0..sleeping,
        };
        let woken: Vec<Sleeper> = inside.sleepers.drain(woken).collect();
        self.changed(&inside);
        drop(inside);
        if woken.is_empty() {
            return result;
        }
        woken.iter().for_each(|sleeper| tracking::enable(sleeper.thread));
        current::with(|execution| {
            if let Some(execution) = execution {
                woken.iter().for_each(|sleeper| execution.wakes(sleeper.thread));
            }
        });
        guard.wake(woken.iter().map(|sleeper| &sleeper.handle));
        result
    }

    /// Waits until `ready` returns a value. Calls `falling_asleep` once, if it has to wait.
    pub(crate) fn sleep<R>(
        &self,
        op: &Op,
        mut ready: impl FnMut(&mut S, Option<usize>) -> Option<R>,
        falling_asleep: impl FnOnce(),
    ) -> R {
        if tracking::is_searching() {
            return self.sleep_in_a_search(op, ready, falling_asleep);
        }
        let mut falling_asleep = Some(falling_asleep);
        let mut guard = self.enter(op);
        loop {
            let mut inside = self.inside();
            let first = inside.sleepers.first().map(|sleeper| sleeper.thread);
            if let Some(result) = ready(&mut inside.state, first) {
                return result;
            }
            let thread = op.thread();
            inside.add_current(thread);
            drop(inside);
            if let Some(falling_asleep) = falling_asleep.take() {
                falling_asleep();
            }
            if op.falls_asleep(self.name) {
                guard = stay_or_leave(guard.wait(), op);
            } else {
                guard.leave();
                op.handle_quiescence();
                guard = self.enter(op);
            }
        }
    }

    /// Like [`WaitQueue::sleep`], but the wait is one operation, and the thread gets its turn when it can
    /// proceed.
    fn sleep_in_a_search<R>(
        &self,
        op: &Op,
        mut ready: impl FnMut(&mut S, Option<usize>) -> Option<R>,
        falling_asleep: impl FnOnce(),
    ) -> R {
        let mut falling_asleep = Some(falling_asleep);
        let thread = op.thread();
        loop {
            let mut inside = self.inside();
            let first = inside.sleepers.first().map(|sleeper| sleeper.thread);
            self.object.depend_on();
            // `ready` changes nothing here: what it would consume appears only after the thread has slept.
            let can = ready(&mut inside.state, first).is_some();
            if !can {
                inside.sleepers.push(Sleeper { thread, handle: Handle::current() });
                self.changed(&inside);
            }
            drop(inside);
            if !can {
                falling_asleep.take().into_iter().for_each(|falling_asleep| falling_asleep());
                op.falls_asleep(self.name);
            }
            let mut inside = self.has_turn(op, can);
            let first = inside.sleepers.first().map(|sleeper| sleeper.thread);
            let result = ready(&mut inside.state, first);
            self.changed(&inside);
            if let Some(result) = result {
                return result;
            }
        }
    }

    /// Waits until `can` is true of the state. Then, or when the thread's patience has ended, calls `take` with the state
    /// and whether the thread can proceed, and returns that. Calls `falling_asleep` once, if it has to wait.
    pub(crate) fn wait_until(
        &self,
        op: &Op,
        patience: Patience,
        can: impl Fn(&S) -> bool,
        take: impl FnOnce(&mut S, bool),
        falling_asleep: impl FnOnce(),
    ) -> bool {
        if tracking::is_searching() {
            return self.wait_in_a_search(op, patience, can, take, falling_asleep);
        }
        let mut falling_asleep = Some(falling_asleep);
        let mut guard = self.enter(op);
        let mut patience = Some(patience);
        loop {
            let mut inside = self.inside();
            let ready = can(&inside.state);
            let Some(left) = patience.filter(|_| !ready) else {
                inside.sleepers.retain(|sleeper| sleeper.thread != op.thread());
                take(&mut inside.state, ready);
                return ready;
            };
            inside.add_current(op.thread());
            drop(inside);
            if let Some(falling_asleep) = falling_asleep.take() {
                falling_asleep();
            }
            if let Patience::Limited(time) = left {
                // It can move whatever the others do, so it does not count as asleep.
                guard = stay_or_leave(guard.wait_for(time), op);
                patience = None;
            } else if op.falls_asleep(self.name) {
                guard = stay_or_leave(guard.wait(), op);
            } else {
                guard.leave();
                op.handle_quiescence();
                guard = self.enter(op);
            }
        }
    }

    /// Like [`WaitQueue::wait_until`], with the wait as one operation. A wait whose patience is limited can always have
    /// its turn: that is when it ends.
    fn wait_in_a_search(
        &self,
        op: &Op,
        patience: Patience,
        can: impl Fn(&S) -> bool,
        take: impl FnOnce(&mut S, bool),
        falling_asleep: impl FnOnce(),
    ) -> bool {
        let mut falling_asleep = Some(falling_asleep);
        let endless = patience == Patience::Endless;
        loop {
            let mut inside = self.inside();
            self.object.depend_on();
            let ready = can(&inside.state);
            if !ready && endless {
                inside.add_current(op.thread());
                self.changed(&inside);
            }
            drop(inside);
            if !ready {
                falling_asleep.take().into_iter().for_each(|falling_asleep| falling_asleep());
            }
            if !ready && endless {
                op.falls_asleep(self.name);
            }
            let mut inside = self.has_turn(op, ready || !endless);
            let ready = can(&inside.state);
            if ready || !endless {
                take(&mut inside.state, ready);
                self.changed(&inside);
                return ready;
            }
        }
    }

    /// In a search: the thread waits until it has its turn, which it can have if `can`, or once it can.
    fn has_turn(&self, op: &Op, can: bool) -> MutexGuard<'_, Inside<S>> {
        tracking::wait(&self.object, can);
        self.enter(op).leave();
        op.runs();
        self.object.read();
        self.inside()
    }

    fn enter(&self, op: &Op) -> MonitorGuard<'_> {
        stay_or_leave(self.raw.enter(), op)
    }

    fn inside(&self) -> MutexGuard<'_, Inside<S>> {
        self.inside.lock()
    }
}

/// Other threads have run meanwhile. If the execution has ended, leaves the monitor before it unwinds.
fn stay_or_leave<'a>(guard: MonitorGuard<'a>, op: &Op) -> MonitorGuard<'a> {
    if op.is_over() {
        guard.leave();
        op.leave();
    }
    guard
}
