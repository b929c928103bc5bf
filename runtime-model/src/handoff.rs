//! Handing off a P whose M can run no Gs for a while.
//!
//! `handoffp` has to start an M whenever `find_runnable` would find a G to run on the P; it must not be stricter. It looks
//! without the lock first, and again under the lock that puts the P on the idle list: that is 4a of the wake protocol for an
//! M that takes no last look.
//!
//! # Asked
//! Like an M that does not spin, it has to know of a waker that found no idle P (wake protocol, 5b). Go's `handoffp` does
//! not read `needspinning`, so since 1.20 a G may be left beside the P that it puts on the idle list:
//!
//! ```text
//! M0, executing main             M1, with P1
//! publishes G1; nmspinning 0→1
//!                                hands off P1: nothing to run, and nmspinning is 1
//! no P is idle: needspinning = 1
//! nmspinning 1→0
//!                                puts P1 on the idle list           G1 waits beside it
//! ```
//!
//! In the variant `GO_FIXED`, the M that hands off reads `needspinning` under the lock, and starts an M with the P if it is set.
//! That M is no spinner, but clears the word when it becomes one, and keeps its P because of it otherwise (5b).

use crate::event::Event;
use crate::m::M;
use crate::p::OwnedP;
use crate::sched::{Sched, SchedLocked, SpinIncrement};

impl Sched {
    /// Hands off `p` from a system call. `m` holds no P and no lock. It is a step.
    #[sync::summarized]
    pub fn handoffp(&self, m: &M, p: OwnedP) {
        (self.steps.handoffp)(self, m, p);
    }

    /// Starts an M to run `p` if there may be something to run; else puts `p` on the idle list.
    ///
    /// Go: proc.go, handoffp 2354-2418 (1.19.8), 3146-3212 (1.27.3). Left out: the trace reader.
    #[sync::summarized]
    pub fn handoffp_unless_needed(&self, m: &M, p: OwnedP) {
        // Meets `gosched` and `exitsyscall0`, which put Gs on the global queue; one that comes later is seen under the lock.
        if !self.runqempty(p.id()) || self.runqsize.load() != 0 {
            return self.startm(m, Some(p), None);
        }
        if (self.steps.gc.work_at_handoff)(self) {
            return self.startm(m, Some(p), None);
        }
        // All other Ps run, and no M looks for work: there must be an M that does. Meets `begin_spin`: the increment is this
        // M's to give.
        if let Some(spin) = self.begin_spin_for_handoff() {
            return self.startm(m, Some(p), Some(spin));
        }
        self.handoffp_locked(m, p);
    }

    /// The part under the lock. Go: proc.go, handoffp 2378-2417 (1.19.8), 3171-3212 (1.27.3).
    #[sync::summarized]
    fn handoffp_locked(&self, m: &M, p: OwnedP) {
        let mut locked = self.lock.lock();
        let Some(p) = (self.steps.stop_at_handoff)(self, &mut locked, p) else { return };
        // Wake protocol, 4a and 5b, for an M that does not look again.
        let needed = self.runqsize.owner_load() != 0 || (self.steps.asked_at_handoff)(self);
        // The last P that runs: an M has to look at the poller. While `lastpoll` is 0, another one does.
        let last = || self.npidle.owner_load() == self.gomaxprocs() as i32 - 1;
        if needed || (last() && self.lastpoll.load() != 0) {
            drop(locked);
            return self.startm(m, Some(p), None);
        }
        let when = (self.steps.timers.wake_time)(self, self.p(&p));
        let id = p.id();
        self.pidleput(&mut locked, p, 0);
        drop(locked);
        self.emit(m, Event::HandedOffIdle(id));
        if when != 0 {
            // Not under the lock: it may wake an M.
            (self.steps.wake_at_handoff)(self, m, when);
        }
    }

    /// Stops `p`, if the world is about to stop; else returns it, and it has passed its safe point.
    ///
    /// Go: proc.go, handoffp 2379-2394 (1.19.8), 3172-3189 (1.27.3).
    pub fn stop_at_handoff(&self, locked: &mut SchedLocked, p: OwnedP) -> Option<OwnedP> {
        // Meets `collect` and `ask_each_p`, under the lock.
        if self.program.stops_the_world() && self.gcwaiting.owner_load() {
            self.stop_and_tell(locked, p);
            return None;
        }
        self.run_safe_point_fn_locked(locked, p.id());
        Some(p)
    }

    /// Makes `nmspinning` 1 if it is 0 and no P is idle.
    ///
    /// Go: proc.go, handoffp 2375 (1.19.8), 3166-3168 (1.27.3).
    fn begin_spin_for_handoff(&self) -> Option<SpinIncrement> {
        if self.nmspinning.load() + self.npidle.load() != 0 {
            return None;
        }
        let spin = self.count_first_spinner()?;
        // Wake protocol, 5c.
        (self.steps.became_spinning)(self);
        Some(spin)
    }
}
