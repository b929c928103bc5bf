//! Suspending another G: in Go, a mark worker does so to scan its stack.
//!
//! # Suspending
//! What an M that suspends a G may know of it is one word, its status with the *scan bit* (`AtomicStatus`).
//!
//! 1. **Claim.** A G that does not run is suspended by an exchange that sets the scan bit. A G that runs is asked to stop, and
//!    the M waits until it has: the G stops before its next action, with the status `Preempted`, and is on no queue.
//! 2. **Keep.** While the bit is set, the status does not change. An M that makes the G runnable, executes it, or returns from its
//!    system call waits until the bit is cleared (`casgstatus`).
//! 3. **Resume.** The M clears the bit. A G that had stopped is made runnable.
//! 4. **Let oneself be suspended.** A G that waits for all others to stop says that it is waiting, not running. Otherwise two Gs
//!    wait for each other:
//!
//! ```text
//! M0, executing main             M1, executing S
//! stops the world
//!                                suspends main, which is running
//! waits for M1 to stop           waits for main to stop
//! ```
//!
//! # A system call
//! Since Go 1.26, an M that wants the P of a G in a system call needs the same bit. If the G is suspended, the M leaves it at
//! that. A stop of the world does not come back:
//!
//! ```text
//! M0, stopping the world         M2, executing S            M1, in a system call of A
//!                                suspends A
//! sets gcwaiting
//! A has the scan bit: passes by
//!                                resumes A
//!                                stops
//! waits                                                                     until the call returns
//! ```
//!
//! In `GO_FIXED` the M waits until the G is resumed, which is soon. Up to 1.25 the P's own status decides, and a suspended G keeps
//! no P from being taken.
//!
//! One G of a program suspends others. The system stack, on which Go's does so, is no G here.

use crate::event::Event;
use crate::g::{AtomicStatus, GId, GStatus, G};
use crate::m::M;
use crate::sched::Sched;

/// A G that is suspended. Go: preempt.go, type suspendGState 60-75 (1.19.8).
#[must_use]
#[derive(Hash)]
struct Suspended {
    g: GId,
    /// Its status.
    status: GStatus,
    /// It had to stop for that.
    stopped: bool,
}

impl Sched {
    /// Whether some G suspends others.
    pub(crate) fn suspends(&self) -> bool {
        self.allg[0].atomicstatus.is_some()
    }

    /// Suspends `g`, and resumes it.
    ///
    /// # Panics
    /// As Go does, if the status of `g` changes meanwhile: `casfrom_Gscanstatus: gp->status is not in scan state`.
    #[sync::summarized]
    pub(crate) fn suspend_and_resume(&self, m: &M, g: GId) {
        if let Some(state) = self.suspend_g(m, g) {
            self.emit(
                m,
                match state.status {
                    GStatus::Runnable => Event::SuspendedRunnable(g),
                    GStatus::Syscall => Event::SuspendedInSyscall(g),
                    _ => Event::SuspendedWaiting(g),
                },
            );
            self.resume_g(m, state);
        }
    }

    /// Suspending, 1. None if `g` has ended, or has not begun.
    ///
    /// Go: preempt.go, suspendG 105-254 (1.19.8), 107-258 (1.27.3).
    #[sync::summarized]
    fn suspend_g(&self, m: &M, g: GId) -> Option<Suspended> {
        let of = self.g(g);
        let word = of.atomicstatus.as_ref()?;
        let mut stopped = false;
        loop {
            // Meets the exchange in `casgstatus`, and the store in `stops_if_asked`.
            let now = word.load_when(|_| false);
            match now.status {
                GStatus::Idle | GStatus::Dead => return None,
                GStatus::Running => {
                    let asked = AtomicStatus { preempt_stop: true, ..now };
                    if word.cas(now, asked) {
                        self.emit(m, Event::AskedToStop(g));
                    }
                }
                GStatus::Preempted => {
                    // Now this M has to make it runnable again. No other does.
                    stopped = word.cas(now, AtomicStatus::of(GStatus::Waiting));
                    of.status.set(GStatus::Waiting);
                }
                GStatus::Runnable | GStatus::Syscall | GStatus::Waiting => {
                    if word.cas(now, now.scanned()) {
                        of.suspended.set(Some(of.status.peek(|&status| status)));
                        return Some(Suspended { g, status: now.status, stopped });
                    }
                }
            }
        }
    }

    /// Suspending, 3.
    ///
    /// Go: preempt.go, resumeG 258-280 (1.19.8), 262-284 (1.27.3).
    #[sync::summarized]
    fn resume_g(&self, m: &M, state: Suspended) {
        let Suspended { g, status, stopped } = state;
        let was = AtomicStatus::of(status);
        let cleared =
            self.g(g).atomicstatus.as_ref().is_none_or(|word| word.cas(was.scanned(), was));
        self.g(g).suspended.set(None);
        assert!(cleared, "casfrom_Gscanstatus: gp->status is not in scan state");
        if stopped {
            self.ready(m, g, true);
        }
    }

    /// `g`, which `m` executes, stops if it was asked to: it is on no queue then. Returns whether it does.
    ///
    /// Go: proc.go, preemptPark 3412-3447 (1.19.8), 4384-4452 (1.27.3).
    #[sync::summarized]
    pub(crate) fn stops_if_asked(&self, m: &M, g: GId) -> bool {
        let of = self.g(g);
        let Some(word) = of.atomicstatus.as_ref().filter(|word| word.load().preempt_stop) else {
            return false;
        };
        let preempted = AtomicStatus::of(GStatus::Preempted);
        // With the scan bit: the M that waits must not make it runnable before `m` has left it.
        word.store(preempted.scanned());
        of.status.set(GStatus::Preempted);
        self.dropg(m);
        self.emit(m, Event::StoppedToBeSuspended(g));
        // Meets the wait in `suspend_g`.
        word.store(preempted);
        true
    }

    /// Suspending, 4: the G that stops the world counts as waiting, or as running again. It is a step.
    ///
    /// Go: proc.go, stopTheWorld 1104-1111 (1.19.8), casGToWaitingForSuspendG 1409-1427 (1.27.3).
    pub fn can_be_suspended(&self, can: bool) {
        let [old, new] = if can {
            [GStatus::Running, GStatus::Waiting]
        } else {
            [GStatus::Waiting, GStatus::Running]
        };
        let stopper = self.program.stopper().filter(|_| self.suspends());
        stopper.into_iter().for_each(|g| self.g(g).move_atomicstatus(old, new));
    }

    /// Whether an M waits for a G to stop, which is busy. For the world.
    pub(crate) fn waits_to_suspend(&self) -> bool {
        let asked = |g: &G| g.atomicstatus.as_ref().is_some_and(|word| word.peek().preempt_stop);
        self.suspends() && self.allg.iter().any(asked)
    }
}
