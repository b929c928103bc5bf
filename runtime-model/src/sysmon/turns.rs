//! When sysmon moves: the model's own, not Go's.
//!
//! Go's sysmon sleeps for 20 µs to 10 ms between two rounds, so each of them may come at any time. Here a round comes when no M
//! can move; and a program may let so many rounds (`ticks`) come while Ms run. A state in which no M moves is judged, and the
//! world moves, only when two rounds have changed nothing: the first may have been the first look at a P.
//!
//! The world moves the clock for sysmon, too: to the next instant at which it would do something.

use crate::g::{CallStatus, GId, GStatus, G};
use crate::p::P;
use crate::sched::Sched;
use crate::timers::earlier;
use crate::{Time, START};

use super::SLICE;

/// So many rounds that change nothing are enough: the first may look at a P for the first time.
const ENOUGH: u32 = 2;

/// So often a G is preempted in one place for the sake of others that wait, if nothing comes of it.
const PATIENCE: usize = 4;

impl Sched {
    /// Waits for sysmon's next round. Returns whether that may come while Ms run.
    pub(super) fn usleep(&self, ticks: &mut u32) -> bool {
        if self.may_race(ticks) {
            return true;
        }
        self.sysmon.nap.wait();
        self.sysmon.nap.change("usleep", |nap| nap.turn = false);
        false
    }

    /// Whether sysmon goes on while Ms run. Each time is one of its `ticks`.
    fn may_race(&self, ticks: &mut u32) -> bool {
        let races = *ticks > 0 && sync::choose(2) == 1;
        *ticks -= u32::from(races);
        races
    }

    /// Sleeps until an M wakes sysmon, or the clock comes to `until`.
    ///
    /// Go: lock_futex.go, notetsleep 219-226 (1.19.8).
    pub(super) fn notetsleep(&self, until: Time, ticks: &mut u32) {
        let races = self.may_race(ticks);
        self.sysmon.nap.change("notetsleep", |nap| {
            nap.until = Some(until);
            nap.races = races;
        });
        self.sysmon.nap.wait();
    }

    /// Wakes sysmon from its deep sleep.
    ///
    /// # Panics
    /// As Go does: `notewakeup - double wakeup`.
    pub(super) fn wake_nap(&self) {
        let double =
            self.sysmon.nap.change("notewakeup", |nap| std::mem::replace(&mut nap.woken, true));
        assert!(!double, "notewakeup - double wakeup");
    }

    /// sysmon has slept enough.
    pub(super) fn noteclear(&self) {
        self.sysmon.nap.change("noteclear", |nap| *nap = Default::default());
    }

    /// A round is over. `acted`: it has changed something; `races`: Ms may have moved meanwhile.
    pub(super) fn count_round(&self, acted: bool, races: bool) {
        self.sysmon.fruitless.change(|n| *n = if acted || races { 0 } else { *n + 1 });
        self.sysmon.vain.change(|n| *n = if acted && !races { *n + 1 } else { 0 });
    }

    /// Lets sysmon make a round, as no M can move. Returns false if there is none to make: sysmon sleeps deeply, or its last two
    /// have changed nothing.
    pub fn sysmon_moves(&self) -> bool {
        if !self.program.has_sysmon() || self.sysmon.fruitless.get() >= ENOUGH {
            return false;
        }
        let nap = self.sysmon.nap.peek(|nap| *nap);
        let now = self.peek_now();
        if nap.until.is_some_and(|until| !nap.woken && until > now) {
            return false;
        }
        self.sysmon.nap.change("turn", |nap| nap.turn = true);
        true
    }

    /// The world has moved: sysmon has to look again.
    pub(crate) fn sysmon_looks_again(&self) {
        if self.program.has_sysmon() {
            self.sysmon.fruitless.set(0);
        }
    }

    /// The next instant at which sysmon would do something; 0 if there is none. For the world.
    pub(crate) fn sysmon_acts_at(&self) -> Time {
        let now = self.peek_now();
        let later = |when: &Time| *when > now;
        if let Some(until) = self.sysmon.nap.peek(|nap| nap.until) {
            // For a timer, an M polls. Without one that is pending, sysmon ends calls and busy Gs, and readies its helpers.
            let some =
                self.allp.iter().any(|p| self.is_in_call(p) || self.matters_from(p).is_some())
                    || self.late_timer_at().is_some()
                    || self.readies_helpers_at().next().is_some();
            return if some && until > now { until } else { 0 };
        }
        let ps = self.allp.iter().flat_map(|p| self.acts_on(p));
        let others = self.polls_at().into_iter().chain(self.late_timer_at());
        ps.chain(others).chain(self.readies_helpers_at()).filter(later).fold(0, earlier)
    }

    /// When sysmon takes `p` out of its call, or has its G preempted.
    fn acts_on(&self, p: &P) -> impl Iterator<Item = Time> {
        let seen = p.watched.sysmontick.peek(|&seen| seen);
        let same_slice = seen.schedtick == p.watched.schedtick.peek();
        let call = self.is_in_call(p).then_some(seen.syscallwhen + SLICE);
        let slice = same_slice.then(|| self.matters_from(p)).flatten();
        call.into_iter().chain(slice.map(|from| from.max(seen.schedwhen + SLICE)))
    }

    /// From which instant on it matters that the G which keeps `p` busy is preempted. Where it was preempted before, and nothing
    /// has been done since, it only does if another G waits for a P, or if a timer of the P is due.
    fn matters_from(&self, p: &P) -> Option<Time> {
        p.watched.busy.peek().flag()?;
        let g = p.m.peek(|&m| m).and_then(|m| self.m(m).curg.get())?;
        let before = self.times_in_vain(g);
        let waits =
            |g: &G| g.status.peek(|&s| s) == GStatus::Runnable && self.times_in_vain(g.id) == 0;
        if before == 0 || before < PATIENCE && self.allg.iter().any(waits) {
            return Some(START);
        }
        Some(p.peek_wake_time()).filter(|&when| when != 0)
    }

    /// How often `g` was preempted where it is now, since an action was last done.
    fn times_in_vain(&self, g: GId) -> usize {
        // While it is busy, its action counts as done already.
        let pc = self.g(g).pc.peek(|&pc| pc);
        let running = self.g(g).status.peek(|&status| status) == GStatus::Running;
        let at = (g, if running { pc - 1 } else { pc });
        self.world.given_way.with(|all| all.iter().filter(|&&other| other == at).count())
    }

    /// When sysmon finds a G by polling.
    fn polls_at(&self) -> Option<Time> {
        let last = self.lastpoll.peek();
        let finds = last != 0 && self.world.kernel.peek(|kernel| kernel.has_reports());
        finds.then_some(last + SLICE + 1)
    }

    /// When the next timer is late, where a break may be lost.
    fn late_timer_at(&self) -> Option<Time> {
        let whens = self.peek_ps().iter().map(P::peek_wake_time).filter(|&when| when != 0);
        whens.min().filter(|_| self.loses_breaks).map(|when| when + 1)
    }

    /// Whether `p` is left to a system call. For the world and for checks.
    pub fn is_in_call(&self, p: &P) -> bool {
        let by_status = |g: GId| self.g(g).call.peek() != CallStatus::Out;
        p.in_syscall.peek() || p.caller.peek().ptr().is_some_and(by_status)
    }

    /// sysmon was woken from its deep sleep, and has not moved since. For checks.
    pub fn sysmon_is_woken(&self) -> bool {
        self.sysmon.nap.peek(|nap| nap.woken)
    }

    /// Until when sysmon's deep sleep lasts, if it is in one. For checks.
    pub fn sysmon_sleeps_until(&self) -> Option<Time> {
        self.sysmon.nap.peek(|nap| nap.until.filter(|_| !nap.woken))
    }
}
