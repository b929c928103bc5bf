//! Gs that sysmon makes runnable: one begins a garbage collection if none has ended for two minutes, and one sets GOMAXPROCS if the
//! number of CPUs has changed (since Go 1.25). sysmon has no P, so it cannot stop the world itself.
//!
//! # A helper
//! 1. **Wait.** Under its lock, the helper says that it is idle, and parks. So it has parked when the lock is free.
//! 2. **Ready.** sysmon reads without the lock that the helper is idle. Under the lock it says that the helper is not, leaves the
//!    new GOMAXPROCS, and puts the helper on a queue.
//! 3. **Do it.** The helper stops the world. Meanwhile it is not idle, so sysmon does not ready it again.
//!
//! Without the lock in 2, the helper may not have parked yet:
//!
//! ```text
//! F, the helper                  sysmon
//! is idle
//!                                F is idle: makes it runnable       but F is running
//! parks
//! ```
//!
//! Nor is the order in 2 free: a helper that is said not to be idle after it could run may wait again by then, and sysmon never
//! readies it after that.
//!
//! sysmon counts no M more while it readies a helper (`incidlelocked`). As with the scavenger, the M that is to run it counts from
//! the hold of `sched.lock` on under which its P was taken (golang/go#59600).
//!
//! Left out: `computeMaxProcsLock` and `customGOMAXPROCS`. They concern a G that sets GOMAXPROCS while sysmon finds another number;
//! here one G stops the world, and a program has either.

use crate::event::Event;
use crate::g::{GId, GStatus};
use crate::m::M;
use crate::program::Action;
use crate::sched::Sched;
use crate::Time;

use super::shared::{Helper, Update};

/// Two minutes. Go: proc.go, forcegcperiod 5131 (1.19.8), 6534 (1.27.3).
const FORCE_GC_PERIOD: Time = 120_000;

/// sysmon looks at the number of CPUs at most once a second. Go: proc.go, sysmon 6638 (1.27.3).
const UPDATE_PERIOD: Time = 1_000;

impl Sched {
    /// Whether `g` is a helper of sysmon's, and so the runtime's own.
    pub(crate) fn is_helper(&self, g: GId) -> bool {
        self.sysmon.helpers().any(|helper| helper.g() == g)
    }

    /// `g` waits for sysmon, or does what it was made runnable for. Returns whether `m` goes on with `g`.
    pub(crate) fn act_for_sysmon(&self, m: &mut M, g: GId, action: Action) -> bool {
        match action {
            Action::ForcedGc(dedicated) if self.await_forced_gc(m, g) => {
                self.gc_start(m, dedicated);
                true
            }
            Action::UpdateGomaxprocs if self.await_update(m, g) => {
                self.carry_out_update(m);
                true
            }
            _ => false,
        }
    }

    /// `g` waits until sysmon forces a garbage collection. Returns true once it has.
    ///
    /// # Panics
    /// As Go does: `forcegc: phase error`.
    ///
    /// Go: proc.go, forcegchelper 293-312 (1.19.8), 378-397 (1.27.3).
    fn await_forced_gc(&self, m: &M, g: GId) -> bool {
        self.await_sysmon(m, g, &self.sysmon.forcegc, "forcegc: phase error")
    }

    /// `g` waits until sysmon finds another number of CPUs. Returns true once it has.
    ///
    /// # Panics
    /// As Go does: `updateMaxProcsGoroutine: phase error`.
    ///
    /// Go: proc.go, updateMaxProcsGoroutine 7137-7147 (1.27.3; since 1.25).
    fn await_update(&self, m: &M, g: GId) -> bool {
        let error = "updateMaxProcsGoroutine: phase error";
        self.await_sysmon(m, g, &self.sysmon.update_max_procs, error)
    }

    /// A helper, 1. Returns true if sysmon has made `g` runnable.
    fn await_sysmon(&self, m: &M, g: GId, helper: &Option<Helper>, error: &str) -> bool {
        let Some(helper) = helper.as_ref().filter(|_| !self.g(g).waited.replace(false)) else {
            return true;
        };
        // When it runs again, it is behind the wait.
        self.g(g).waited.set(true);
        self.g(g).pc.set(self.g(g).pc.get() - 1);
        let locked = helper.lock.lock();
        assert!(!helper.idle.owner_load(), "{error}");
        // Meets the load in `force_gc` and `update_gomaxprocs`. sysmon waits for the lock then.
        helper.idle.store(true);
        self.g(g).casgstatus(GStatus::Running, GStatus::Waiting);
        self.dropg(m);
        drop(locked);
        false
    }

    /// A helper, 3: GOMAXPROCS becomes what sysmon has found.
    ///
    /// Go: proc.go, updateMaxProcsGoroutine 7149-7170 (1.27.3; since 1.25).
    #[sync::summarized]
    fn carry_out_update(&self, m: &mut M) {
        let Some(helper) = &self.sysmon.update_max_procs else { return };
        // Go reads it without the lock, once the world has stopped: sysmon writes it for an idle helper alone.
        let procs = *helper.lock.lock();
        self.stop_and_start(m, procs);
        self.sysmon.update.change(|update| update.iter_mut().for_each(|it| it.is_done = true));
    }

    /// Readies the helper if a garbage collection is to be forced: none goes on, and the last has ended two minutes ago. Returns
    /// whether it does. It is a step.
    ///
    /// Go: proc.go, sysmon 5262-5271 (1.19.8), 6652-6661 (1.27.3); mgc.go, (gcTrigger).test 548-576 (1.19.8), 706-731 (1.27.3).
    #[sync::summarized]
    pub fn force_gc(&self, m: &M, helper: &Helper, now: Time) -> bool {
        let readies = self.gc_is_to_be_forced(now) && helper.idle.load();
        if readies {
            self.emit(m, Event::SysmonForcesGc);
            self.ready_helper(m, helper, None);
        }
        readies
    }

    /// Whether a garbage collection is to be forced at this time.
    pub fn gc_is_to_be_forced(&self, now: Time) -> bool {
        // Without the lock: both are old as soon as they are read. The G that ends a cycle is the one that waits here.
        let last = self.gc.last_gc.load();
        last != 0 && now - last > FORCE_GC_PERIOD && !self.gc.blacken_enabled.load()
    }

    /// Whether a garbage collection is to be forced now. For checks.
    pub fn peek_gc_is_due(&self) -> bool {
        let (last, marks) = (self.gc.last_gc.peek(), self.gc.blacken_enabled.peek());
        !marks && last != 0 && self.peek_now() - last > FORCE_GC_PERIOD
    }

    /// Readies the helper if the number of CPUs is not GOMAXPROCS. Looks once a second. Returns whether it does. It is a step.
    ///
    /// Go: proc.go, sysmon 6638-6641, sysmonUpdateGOMAXPROCS 7173-7207 (1.27.3; since 1.25).
    #[sync::summarized]
    pub fn update_gomaxprocs(&self, m: &M, helper: &Helper, now: Time) -> bool {
        let Some(procs) = self.procs_to_set(now) else { return false };
        // If it is not, the last change is not made yet: sysmon looks again in a second.
        let readies = helper.idle.load();
        self.asks_for(readies.then_some(procs));
        if readies {
            self.emit(m, Event::SysmonUpdatesGomaxprocs(procs));
            self.ready_helper(m, helper, Some(procs));
        }
        readies
    }

    /// The number of CPUs, if it is not GOMAXPROCS. None before a second is over since the last look.
    pub fn procs_to_set(&self, now: Time) -> Option<u32> {
        if self.sysmon.last_update.get() + UPDATE_PERIOD > now {
            return None;
        }
        self.sysmon.last_update.set(now);
        let locked = self.lock.lock();
        let old = self.gomaxprocs();
        drop(locked);
        Some(self.world.cpus.load()).filter(|&procs| procs != old)
    }

    /// A helper, 2.
    ///
    /// Go: proc.go, sysmon 5265-5270 (1.19.8), 6655-6660, sysmonUpdateGOMAXPROCS 7200-7206 (1.27.3).
    #[sync::summarized]
    pub fn ready_helper(&self, m: &M, helper: &Helper, procs: Option<u32>) {
        // Meets `await_sysmon`: the helper has parked.
        let mut locked = helper.lock.lock();
        *locked = procs.unwrap_or(*locked);
        helper.idle.store(false);
        self.injectglist(m, vec![helper.g()]);
    }

    /// sysmon asks for this GOMAXPROCS. For checks.
    fn asks_for(&self, procs: Option<u32>) {
        let Some(procs) = procs else { return };
        self.sysmon.update.set(Some(Update { procs, is_done: false }));
    }

    /// When sysmon readies a helper that is idle now. For the world.
    pub(super) fn readies_helpers_at(&self) -> impl Iterator<Item = Time> {
        let is_idle = |helper: &Option<Helper>| helper.as_ref().is_some_and(|it| it.idle.peek());
        let last = self.gc.last_gc.peek();
        let forces = is_idle(&self.sysmon.forcegc) && last != 0 && !self.gc.blacken_enabled.peek();
        let updates = is_idle(&self.sysmon.update_max_procs)
            && self.world.cpus.peek() != self.peek_gomaxprocs();
        let update_at = self.sysmon.last_update.peek(|&then| then) + UPDATE_PERIOD;
        let force_at = forces.then_some(last + FORCE_GC_PERIOD + 1);
        force_at.into_iter().chain(updates.then_some(update_at))
    }
}
