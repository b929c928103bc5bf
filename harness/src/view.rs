//! What a check sees: a state of the scheduler, read-only, and no operation of any engine.

use std::ops::Deref;

use runtime_model::g::{CallStatus, GId, GStatus};
use runtime_model::m::MId;
use runtime_model::p::{PId, P};
use runtime_model::program::Clock;
use runtime_model::sched::SchedLocked;
use runtime_model::syscall::Stage;
use runtime_model::{Sched, Time};
use sync::Ghost;

/// A state, between two operations.
pub struct View<'a> {
    /// The scheduler.
    pub sched: &'a Sched,
    /// No M can move, and no wakeup is pending.
    pub quiescent: bool,
    /// Quiescent, and the world has no move left.
    pub last: bool,
    /// What was remembered of the states before.
    pub memory: Remembered<'a>,
    /// The Gs that must have finished in the end; if there are none, each that was started.
    pub must_finish: &'a [GId],
}

/// What checks remember from one evaluation to the next: part of the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Memory {
    /// The time at the last evaluation.
    pub clock: Time,
}

/// The memory as a check reads it. The read is noted, so that the check is evaluated again when the memory changes.
pub struct Remembered<'a> {
    value: Memory,
    place: Option<&'a Ghost<Memory>>,
}

impl<'a> Remembered<'a> {
    /// What is remembered there.
    pub(crate) fn of(place: &'a Ghost<Memory>) -> Self {
        Remembered { value: place.get(), place: Some(place) }
    }
}

impl From<Memory> for Remembered<'_> {
    fn from(value: Memory) -> Self {
        Remembered { value, place: None }
    }
}

impl Deref for Remembered<'_> {
    type Target = Memory;

    fn deref(&self) -> &Memory {
        if let Some(place) = self.place {
            place.peek(|_| ());
        }
        &self.value
    }
}

impl Memory {
    /// What is to be remembered of this state.
    pub fn of(sched: &Sched) -> Self {
        Memory { clock: sched.peek_now() }
    }
}

impl View<'_> {
    /// What `sched.lock` protects, if the lock is free: while an M holds it, the data may be half changed.
    pub fn locked(&self) -> Option<impl Deref<Target = SchedLocked> + '_> {
        self.sched.lock.peek()
    }

    /// All Ps that there are now.
    pub fn ps(&self) -> &[P] {
        self.sched.peek_ps()
    }

    /// That P, also if it was destroyed.
    pub fn p(&self, p: PId) -> &P {
        &self.sched.allp[p.index()]
    }

    /// All Ms, started or not.
    pub fn ms(&self) -> impl Iterator<Item = MId> {
        (0..self.sched.allm.len() as u32).map(MId)
    }

    /// The P that `m` runs on.
    pub fn p_of(&self, m: MId) -> Option<PId> {
        self.sched.m(m).p.peek(|&p| p)
    }

    /// The P that was handed to `m`.
    pub fn nextp_of(&self, m: MId) -> Option<PId> {
        self.sched.m(m).nextp.peek(|p| p.as_ref().map(|p| p.id()))
    }

    /// The G that `m` executes.
    pub fn curg_of(&self, m: MId) -> Option<GId> {
        self.sched.m(m).curg.peek(|&g| g)
    }

    /// Whether `m` is marked as a spinner.
    pub fn spinning(&self, m: MId) -> bool {
        self.sched.m(m).spinning.peek(|&spinning| spinning)
    }

    /// The status of `g`.
    pub fn status(&self, g: GId) -> GStatus {
        self.sched.g(g).status.peek(|&status| status)
    }

    /// Whether `m` has its thread.
    pub fn started(&self, m: MId) -> bool {
        self.sched.m(m).started.peek(|&started| started)
    }

    /// The G that `m` is locked to.
    pub fn lockedg_of(&self, m: MId) -> Option<GId> {
        self.sched.m(m).lockedg.peek(|&g| g)
    }

    /// The M that `g` is locked to.
    pub fn lockedm_of(&self, g: GId) -> Option<MId> {
        self.sched.g(g).lockedm.peek(|&m| m)
    }

    /// Whether `m` sleeps until the G that it is locked to can run.
    pub fn waits_for_locked_g(&self, m: MId) -> bool {
        self.sched.m(m).waits_for_locked_g.peek(|&waits| waits)
    }

    /// Whether `m` has ended.
    pub fn exited(&self, m: MId) -> bool {
        self.sched.m(m).exited.peek(|&exited| exited)
    }

    /// Whether the operating system has lost a break that no poll has found yet: a timer may be late then, until sysmon looks.
    pub fn has_lost_a_break(&self) -> bool {
        self.sched.world.kernel.peek(|kernel| kernel.has_lost_a_break())
    }

    /// Where `m` is with its system call.
    pub fn stage(&self, m: MId) -> Stage {
        self.sched.m(m).stage.peek(|&stage| stage)
    }

    /// The P that `m` has put into its system call.
    pub fn oldp_of(&self, m: MId) -> Option<PId> {
        self.sched.m(m).oldp.peek(|&p| p)
    }

    /// Whether `p` is in a system call, where another M may take it.
    pub fn in_syscall(&self, p: &P) -> bool {
        p.in_syscall.peek() || self.caller_of(p).is_some_and(|g| self.calls(g) == CallStatus::In)
    }

    /// The G that is in a system call of Go 1.26 or later with `p`, or is about to enter or to leave one.
    pub fn caller_of(&self, p: &P) -> Option<GId> {
        p.caller.peek().ptr()
    }

    /// The status of `g` as far as system calls of Go 1.26 or later go.
    pub fn calls(&self, g: GId) -> CallStatus {
        self.sched.g(g).call.peek()
    }

    /// Whether the script of `g` has ended.
    pub fn finished(&self, g: GId) -> bool {
        self.sched.g(g).finished.peek(|&finished| finished)
    }

    /// Whether `g` must have finished in the end. A mark worker never does.
    pub fn must_finish(&self, g: GId) -> bool {
        match self.must_finish {
            [] => self.status(g) != GStatus::Idle && !self.sched.is_mark_worker(g),
            named => named.contains(&g),
        }
    }

    /// The world moves the clock, and not the scheduler.
    pub fn real_time(&self) -> bool {
        self.sched.clock() != Clock::Fake
    }

    /// The time.
    pub fn now(&self) -> Time {
        self.sched.peek_now()
    }
}
